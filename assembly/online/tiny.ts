// Training by momentum of networks with one hidden layer of at most four units and with few outputs. Each sample waits for the one
// before, so what counts is the length of that chain and not the number of operations:
//
//   z ─▶ f(z) of the hidden units ─▶ sums of the outputs ─▶ their e and f′ ─▶ z of the next sample
//
// The lower weights are not on it. With d, the deltas of the hidden units, and x′, the inputs of the next sample, that has
//
//   z′ = b + η d + Σ x′ᵢ (wᵢ + μ changeᵢ + η d xᵢ) = [b + Σ x′ᵢ (wᵢ + μ changeᵢ)] + η (1 + Σ x′ᵢ xᵢ) d
//
// where the bracket is known before d is, and the row's share, 1 + Σ x′ᵢ xᵢ, before the training. Both the bracket and the update
// of the weights are left until the hidden units of the next sample wait for their table: an engine sees only some dozens of
// operations ahead, and those that are ready are not to stand behind those that wait.
//
// The latencies of the chain of 2-3-1 with the sigmoid, measured one by one on Zen 1, come to 84 cycles, of which the two lookups are
// 63; a sample takes 91.
//
// A number of each hidden unit is a vector of four. A number of one unit alone is in all four lanes.

import {
  ACTIVATION, ALPHA, BIASES, ENTRIES, ENTRY, HEAD, INPUTS, LAYER, MASK, MOMENTUM, OUTPUTS, RATE, RELU, ROW, ROWS, SHARES, SUM, TANH,
  TARGETS, VECTORS, WEIGHTS,
} from '../abi/online/map'
import { count, Four, One, Three, Two } from '../base/counts'
import { constant, madd } from '../base/simd'
import { at, clamp, distance, offsets, ONE, rounded } from './functions'
import { endPass } from './pass'

/** Bytes of an input's weights, their changes and the stamp, which only sparse inputs need. */
const ROW_BYTES: usize = 48
/** Bytes of an output's weights and their changes. */
const OUTPUT: usize = 32
const CHANGE: usize = 16

const LEAST = memory.data<f32>([-3.4028234663852886e38])

/** True of the sigmoid and tanh, which have a table. */
@inline
function isCurve(head: usize): bool {
  return load<i32>(head, ACTIVATION) < RELU
}

/** One lane of v, the first being One, in all lanes. */
@inline
function only<Lane>(v: v128): v128 {
  if (count<Lane>() == 1) return v128.shuffle<f32>(v, v, 0, 0, 0, 0)
  if (count<Lane>() == 2) return v128.shuffle<f32>(v, v, 1, 1, 1, 1)
  if (count<Lane>() == 3) return v128.shuffle<f32>(v, v, 2, 2, 2, 2)
  return v128.shuffle<f32>(v, v, 3, 3, 3, 3)
}

/** relu, whose slope below 0 is 0, and leaky-relu. −∞ stays out of the product with 0. */
@inline
function line(head: usize, z: v128): v128 {
  const below = f32x4.mul(v128.load32_splat(head, ALPHA), f32x4.pmax(z, constant(LEAST)))
  return v128.bitselect(below, z, f32x4.lt(z, f32x4.splat(0)))
}

/** f of one hidden unit, from the offsets of their entries and the distances d from those, or else from all that are f already. */
@inline
function hidden<Lane>(head: usize, d: v128, entries: v128): v128 {
  if (!isCurve(head)) return only<Lane>(d)
  return at(<usize>i32x4.extract_lane(entries, <u8>(count<Lane>() - 1)), only<Lane>(d))
}

/** f of one output. */
@inline
function output(head: usize, z: v128): v128 {
  if (!isCurve(head)) return line(head, z)
  z = clamp(head, z)
  const t = rounded(head, z)
  return at(<usize>i32x4.extract_lane(offsets(t), 0), distance(head, z, t))
}

/** f′ from f: (1 − a) a, or for tanh, whose shift is 1, (1 − a) (a + 1). */
@inline
function slopeOf(head: usize, a: v128, shift: v128): v128 {
  if (isCurve(head)) return f32x4.mul(f32x4.sub(constant(ONE), a), f32x4.add(a, shift))
  return v128.bitselect(constant(ONE), v128.load32_splat(head, ALPHA), f32x4.gt(a, f32x4.splat(0)))
}

/** b + Σ a w of the output whose weights are at p. */
@inline
function sumOf(p: usize, bias: v128, a0: v128, a1: v128, a2: v128, a3: v128, hasFourth: bool): v128 {
  const sum = f32x4.add(
    madd(a0, v128.load32_splat(p), bias),
    madd(a1, v128.load32_splat(p, 4), f32x4.mul(a2, v128.load32_splat(p, 8))),
  )
  return hasFourth ? madd(a3, v128.load32_splat(p, 12), sum) : sum
}

/** Updates the weights `weights` at p of the output whose delta is d. */
@inline
function step(head: usize, p: usize, weights: v128, rateA: v128, d: v128): void {
  const change = madd(v128.load32_splat(head, MOMENTUM), v128.load(p, CHANGE), f32x4.mul(rateA, d))
  v128.store(p, change, CHANGE)
  v128.store(p, f32x4.add(weights, change))
}

/**
 * Updates the lower weights of [p, end) by the steps η d and the entries at x, and returns what the bracket adds to the biases for
 * those at `next`.
 */
@inline
function update(p: usize, end: usize, mu: v128, steps: v128, x: usize, next: usize): v128 {
  let sum = f32x4.splat(0)
  for (; p < end; p += ROW_BYTES, x += ENTRY, next += ENTRY) {
    const change = madd(mu, v128.load(p, CHANGE), f32x4.mul(steps, v128.load32_splat(x, 4)))
    v128.store(p, change, CHANGE)
    const weights = f32x4.add(v128.load(p), change)
    v128.store(p, weights)
    sum = madd(v128.load32_splat(next, 4), madd(mu, change, weights), sum)
  }
  return sum
}

/** Of squared errors: with one output both lanes have the same. */
@inline
function total<Outputs>(sum: v128): f64 {
  const low = f64x2.extract_lane(sum, 0)
  return count<Outputs>() == 1 ? low : low + f64x2.extract_lane(sum, 1)
}

/** As run of index.ts. Outputs = One: there is one; Two: any number, in pairs, of which the last may have one that is padding. */
function train<Outputs>(head: usize, most: u32, until: i32, threshold: f64): u32 {
  const lower = head + HEAD
  const upper = lower + LAYER
  const rows = load<u32>(head, ROWS)
  let row = load<u32>(head, ROW)
  const weights = <usize>load<u32>(lower, WEIGHTS)
  const end = weights + <usize>load<u32>(lower, INPUTS) * ROW_BYTES
  const biasesPtr = <usize>load<u32>(lower, BIASES)
  const mask = v128.load(<usize>load<u32>(lower, MASK))
  const outputs = load<i32>(head, OUTPUTS)
  const upperWeights = <usize>load<u32>(upper, WEIGHTS)
  const upperEnd = upperWeights + <usize>outputs * OUTPUT
  const upperBiases = <usize>load<u32>(upper, BIASES)
  const maskDistance = <usize>load<u32>(upper, MASK) - upperBiases
  const hasFourth = load<i32>(upper, INPUTS) > 3
  const lists = <usize>load<u32>(head, ENTRIES)
  const length = <usize>load<u32>(lower, INPUTS) * ENTRY
  const listsEnd = lists + <usize>rows * length
  const targets = <usize>load<u32>(head, TARGETS)
  const targetBytes = (<usize>load<u32>(upper, VECTORS)) << 4
  const shares = <usize>load<u32>(head, SHARES)
  const mu = v128.load32_splat(head, MOMENTUM)
  const rate = v128.load32_splat(head, RATE)
  const shift = load<i32>(head, ACTIVATION) == TANH ? f32x4.splat(1) : f32x4.splat(0)

  let x = lists + <usize>row * length
  let before = x
  let after = x + length
  if (after == listsEnd) after = lists
  let biases = v128.load(biasesPtr)
  let steps = f32x4.splat(0)
  // The sums of this sample, and the bracket of the next one.
  let z = biases
  let bracket = biases
  for (let p = weights, i: usize = 4; p < end; p += ROW_BYTES, i += ENTRY) {
    const w = v128.load(p)
    z = madd(v128.load32_splat(x + i), w, z)
    bracket = madd(v128.load32_splat(after + i), madd(mu, v128.load(p, CHANGE), w), bracket)
  }
  let sum = f64x2.replace_lane(f64x2.splat(0), 0, load<f64>(head, SUM))
  let trained: u32 = 0
  while (trained < most) {
    let entries = z
    if (isCurve(head)) {
      z = clamp(head, z)
      const t = rounded(head, z)
      entries = offsets(t)
      z = distance(head, z, t)
    } else z = line(head, z)
    const a0 = hidden<One>(head, z, entries)
    const a1 = hidden<Two>(head, z, entries)
    const a2 = hidden<Three>(head, z, entries)
    let a3 = f32x4.splat(0)
    if (hasFourth) a3 = hidden<Four>(head, z, entries)
    if (trained) {
      biases = f32x4.add(biases, steps)
      bracket = f32x4.add(biases, update(weights, end, mu, steps, before, after))
    }
    const a01 = v128.shuffle<f32>(a0, a1, 0, 0, 4, 4)
    const a23 = v128.shuffle<f32>(a2, a3, 0, 0, 4, 4)
    const a = v128.shuffle<f32>(a01, a23, 0, 2, 4, 6)
    const slope = slopeOf(head, a, shift)
    const share = f32x4.mul(f32x4.mul(rate, slope), v128.load32_splat(shares + (<usize>row << 2)))
    const rateA = f32x4.mul(rate, v128.and(a, mask))
    z = bracket
    let back = f32x4.splat(0)
    let p = upperWeights
    let q = upperBiases
    let y = targets + <usize>row * targetBytes
    do {
      const b0 = v128.load32_splat(q)
      const z0 = sumOf(p, b0, a0, a1, a2, a3, hasFourth)
      if (count<Outputs>() == 1) {
        const o0 = output(head, z0)
        const e0 = f32x4.sub(v128.load32_splat(y), o0)
        const f0 = slopeOf(head, o0, shift)
        const w0 = v128.load(p)
        z = madd(f0, f32x4.mul(e0, f32x4.mul(w0, share)), z)
        const d0 = f32x4.mul(e0, f0)
        back = f32x4.mul(d0, w0)
        step(head, p, w0, rateA, d0)
        v128.store32_lane(q, madd(rate, d0, b0), 0)
        const error = f64x2.promote_low_f32x4(e0)
        sum = f64x2.add(sum, f64x2.mul(error, error))
      } else {
        const b1 = v128.load32_splat(q, 4)
        const z1 = sumOf(p + OUTPUT, b1, a0, a1, a2, a3, hasFourth)
        const o0 = output(head, z0)
        const o1 = output(head, z1)
        const e0 = f32x4.sub(v128.load32_splat(y), o0)
        const e1 = f32x4.sub(v128.load32_splat(y, 4), o1)
        const f0 = slopeOf(head, o0, shift)
        const f1 = slopeOf(head, o1, shift)
        const w0 = v128.load(p)
        const w1 = v128.load(p, OUTPUT)
        z = f32x4.add(
          madd(f0, f32x4.mul(e0, f32x4.mul(w0, share)), z),
          f32x4.mul(f1, f32x4.mul(e1, f32x4.mul(w1, share))),
        )
        const d0 = f32x4.mul(e0, f0)
        // The weights of padding are 0 and stay so.
        const own1 = v128.and(e1, v128.load32_splat(q + maskDistance, 4))
        const d1 = f32x4.mul(own1, f1)
        back = f32x4.add(back, madd(d0, w0, f32x4.mul(d1, w1)))
        step(head, p, w0, rateA, d0)
        step(head, p + OUTPUT, w1, rateA, d1)
        v128.store32_lane(q, madd(rate, d0, b0), 0)
        v128.store32_lane(q, madd(rate, d1, b1), 0, 4)
        const errors = f64x2.promote_low_f32x4(v128.shuffle<f32>(e0, own1, 0, 4, 0, 4))
        sum = f64x2.add(sum, f64x2.mul(errors, errors))
        p += OUTPUT << 1
        q += 8
        y += 8
      }
    } while (count<Outputs>() > 1 && p < upperEnd)
    steps = f32x4.mul(rate, f32x4.mul(slope, back))
    before = x
    x = after
    after += length
    if (after == listsEnd) after = lists
    trained += 1
    if (++row < rows) continue
    const error = total<Outputs>(sum) / <f64>outputs / <f64>rows
    row = 0
    sum = f64x2.splat(0)
    if (endPass(head, error, until, threshold)) break
  }
  if (trained) update(weights, end, mu, steps, before, x)
  v128.store(biasesPtr, f32x4.add(biases, steps))
  store<u32>(head, row, ROW)
  store<f64>(head, total<Outputs>(sum), SUM)
  return trained
}

export function run(head: usize, most: u32, until: i32, threshold: f64): u32 {
  if (load<i32>(head, OUTPUTS) == 1) return train<One>(head, most, until, threshold)
  return train<Two>(head, most, until, threshold)
}
