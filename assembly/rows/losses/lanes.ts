// What the losses of a row share: sums are taken four lanes at a time and the lanes added pairwise, so they depend on n
// alone.

/** (v0 + v2) + (v1 + v3). */
@inline
export function sumLanes(v: v128): f32 {
  const pair = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1))
  return f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1)
}

/** All bits set in the first `lanes` lanes. */
@inline
export function firstLanes(lanes: i32): v128 {
  return i32x4.gt_s(i32x4.splat(lanes), i32x4(0, 1, 2, 3))
}
