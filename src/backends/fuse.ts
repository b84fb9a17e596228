// The kernels with relaxed SIMD, made of those without. scripts/unfuse.mjs draws what both are.

const NOP = 1

/**
 * The same module with relaxed_madd in place of each product and sum that is marked to be fused: of the same length, so that
 * no section or function changes its size.
 *
 *     a b  f32x4.mul  c  f32x4.add   →   a b  nop nop nop  c  f32x4.relaxed_madd
 */
export function fuse(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const out = bytes.slice()
  for (let i = 1; i < bytes.length - 2; ++i) {
    if (bytes[i] !== 0xfd || bytes[i + 2] !== 1 || bytes[i - 1] === NOP) continue
    if (bytes[i + 1] === 0xe6) out.fill(NOP, i, i + 3)
    else if (bytes[i + 1] === 0xe4) out.set([0xfd, 0x85, 2], i)
  }
  return out
}
