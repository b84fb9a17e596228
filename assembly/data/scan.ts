// Scans of a data set before it is used, at the speed of memory: for values that are not finite, for nonzeros, and for
// changes.

/** How many of the n floats at ptr are not ±0; −1 where one is not finite. */
export function countNonzeros(ptr: usize, n: i32): i32 {
  const zero = f32x4.splat(0)
  // Any number times 0 is 0, except NaN and ±∞.
  let sum0 = zero
  let sum1 = zero
  let count0 = i32x4.splat(0)
  let count1 = count0
  const end = ptr + ((<usize>(n & ~7)) << 2)
  for (; ptr < end; ptr += 32) {
    const v0 = v128.load(ptr)
    const v1 = v128.load(ptr, 16)
    sum0 = f32x4.add(sum0, f32x4.mul(v0, zero))
    sum1 = f32x4.add(sum1, f32x4.mul(v1, zero))
    // A comparison that holds is −1.
    count0 = i32x4.sub(count0, f32x4.ne(v0, zero))
    count1 = i32x4.sub(count1, f32x4.ne(v1, zero))
  }
  let count = 0
  for (let i = n & 7; i > 0; --i, ptr += 4) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load32_splat(ptr), zero))
    count += i32(load<f32>(ptr) != 0)
  }
  if (!i32x4.all_true(f32x4.eq(f32x4.add(sum0, sum1), zero))) return -1
  const counts = i32x4.add(count0, count1)
  return (
    count +
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  )
}

// Any number with bits all over. With it a run of zeros is mixed like any other values.
const SALT = 0x2545f491

/**
 * acc turned by 5 bits, plus v, lane by lane. A product in place of the turn (acc · 31 + v) would be linear: it does not
 * see an even number of signs that change, nor whole rows that are doubled.
 */
@inline
function mix(acc: v128, v: v128): v128 {
  const turned = v128.or(i32x4.shl(acc, 5), i32x4.shr_u(acc, 27))
  return i32x4.add(turned, v128.xor(v, i32x4.splat(SALT)))
}

@inline
function mixLane(sum: i32, lane: i32): i32 {
  return rotl(sum, 5) + (lane ^ SALT)
}

/**
 * A number that tells whether n floats are still what they were: any change, or two words that swap places, gives
 * another one, except in about one case of 2³².
 */
export function checksum(ptr: usize, n: i32): i32 {
  let acc0 = i32x4.splat(n)
  let acc1 = i32x4.splat(7)
  const end = ptr + ((<usize>(n & ~7)) << 2)
  for (; ptr < end; ptr += 32) {
    acc0 = mix(acc0, v128.load(ptr))
    acc1 = mix(acc1, v128.load(ptr, 16))
  }
  for (let i = n & 7; i > 0; --i, ptr += 4) acc0 = mix(acc0, v128.load32_splat(ptr))
  const acc = mix(mix(acc0, i32x4.splat(1)), acc1)
  let sum = i32x4.extract_lane(acc, 0)
  sum = mixLane(sum, i32x4.extract_lane(acc, 1))
  sum = mixLane(sum, i32x4.extract_lane(acc, 2))
  return mixLane(sum, i32x4.extract_lane(acc, 3))
}

/**
 * Lists the nonzeros of `rows` rows of `columns` floats at ptr as entries from entriesPtr on, and stores at startsPtr the
 * element offset at which each row's list begins, and that of the end. Returns the end. An entry more than there are
 * nonzeros may be written to.
 */
export function listNonzeros(rows: i32, ptr: usize, columns: i32, startsPtr: usize, entriesPtr: usize): usize {
  for (let r = 0; r < rows; ++r) {
    store<u32>(startsPtr, <u32>(entriesPtr >> 2))
    startsPtr += 4
    for (let c = 0; c < columns; ++c) {
      // Written in any case, and kept by moving on: which of an image's pixels are zero, no branch predicts.
      const bits = load<u32>(ptr)
      store<i32>(entriesPtr, c)
      store<u32>(entriesPtr, bits, 4)
      entriesPtr += (<usize>u32(bits << 1 != 0)) << 3
      ptr += 4
    }
  }
  store<u32>(startsPtr, <u32>(entriesPtr >> 2))
  return entriesPtr
}
