// The kernels with relaxed SIMD, made of those without. scripts/unfuse.mjs draws what both are.

const NOP = 1
// What vector instructions begin with.
const VECTOR = 0xfd

/**
 * The same module with relaxed_madd in place of each product and sum that is marked to be fused: of the same length, so that
 * no section or function changes its size.
 *
 *     a b  f32x4.mul  c  f32x4.add   →   a b  nop nop nop  c  f32x4.relaxed_madd
 */
export function fuse(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const out = bytes.slice()
  // indexOf is compiled code, where a loop over all bytes is not yet: this runs once.
  for (let i = bytes.indexOf(VECTOR, 1); i >= 0; i = bytes.indexOf(VECTOR, i + 1)) {
    if (bytes[i + 2] !== 1 || bytes[i - 1] === NOP) continue
    if (bytes[i + 1] === 0xe6) {
      out[i] = NOP
      out[i + 1] = NOP
    } else if (bytes[i + 1] === 0xe4) {
      out[i + 1] = 0x85
      out[i + 2] = 2
    }
  }
  return out
}
