// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
// doi:10.1145/2063384.2063405): ten rounds of multiply and xor turn a 128-bit counter and a 64-bit key into four
// random words.

export const M0: u64 = 0xd2511f53
export const M1: u64 = 0xcd9e8d57
export const W0: u32 = 0x9e3779b9
export const W1: u32 = 0xbb67ae85

/** Writes the four words of one block to outPtr. */
export function philox4x32(
  outPtr: usize,
  counter0: u32,
  counter1: u32,
  counter2: u32,
  counter3: u32,
  key0: u32,
  key1: u32,
): void {
  for (let round = 0; round < 10; ++round) {
    const product0 = M0 * <u64>counter0
    const product1 = M1 * <u64>counter2
    counter0 = <u32>(product1 >> 32) ^ counter1 ^ key0
    counter2 = <u32>(product0 >> 32) ^ counter3 ^ key1
    counter1 = <u32>product1
    counter3 = <u32>product0
    key0 += W0
    key1 += W1
  }
  store<u32>(outPtr, counter0)
  store<u32>(outPtr, counter1, 4)
  store<u32>(outPtr, counter2, 8)
  store<u32>(outPtr, counter3, 12)
}
