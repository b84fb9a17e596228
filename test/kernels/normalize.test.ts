// Layer and batch normalisation of every backend, each as a tape of one instruction, against the textbook in float64: every
// tail of a row, every split, and nothing written beside.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { BATCH, LAYER, RUNNING } from '../../assembly/abi/normalizations.ts'
import { padded } from '../../src/program/panels.ts'
import { backends, wasmBackends } from '../helpers/backends.ts'
import { canaries } from '../helpers/canaries.ts'
import { sharesOf } from '../helpers/kernels.ts'
import { numbers } from '../helpers/random.ts'
import { STAGE_ROOM, stageKernelsOf } from '../helpers/stages.ts'
import { type StagedLayer, stagedGradient, stagedPass } from '../helpers/textbook-stages.ts'

// 1 … 5 vectors with every tail, then a line of 16 columns and what is left of one.
const SIZES = [...Array.from({ length: 21 }, (_, n) => n + 1), 31, 32, 33, 36, 48, 51]
const ROWS = [1, 2, 5, 17]
const MOST = 17 * 52
const VECTOR = 64
const ROOM = ARENA_START
const BEGIN = ROOM + STAGE_ROOM
const Z = BEGIN + 16
const OUT = Z + MOST
const SLOPE = OUT + MOST
const SCALED = SLOPE + MOST
const DELTA = SCALED + MOST
const GAINS = DELTA + MOST
const SHIFTS = GAINS + VECTOR
const MEAN = SHIFTS + VECTOR
const VARIANCE = MEAN + VECTOR
const STATISTICS = VARIANCE + VECTOR
const ELEMENTS = STATISTICS + 3 * VECTOR + 16
const CANARY = 77

const inRows = (values: ArrayLike<number>, rows: number, n: number): number[][] =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: n }, (__, j) => values[r * n + j]))

/** z = x, from a product with the identity: a layer that only normalises. */
function layerOf(normalization: 'layer' | 'batch', n: number): StagedLayer {
  return {
    weights: Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 1 : 0))),
    activation: 'linear',
    normalization,
    gains: [...numbers(n, 1, 2)],
    shifts: [...numbers(n, 2)],
    runningMean: [...numbers(n, 3)],
    runningVariance: [...numbers(n, 4).map((v) => v + 1.25)],
  }
}

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, tested) => {
  const { make, epsilon } = tested
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = stageKernelsOf(backend, ROOM)
  const { fill, expectLeft } = canaries(floats, BEGIN, ELEMENTS, CANARY)

  /** Rows at their padded stride, the padding zero. */
  function put(at: number, rows: readonly (readonly number[])[]): void {
    const stride = padded(rows[0].length)
    rows.forEach((row, r) => {
      floats.fill(0, at + r * stride, at + (r + 1) * stride)
      floats.set(row, at + r * stride)
    })
  }

  /** Within so many roundings of numbers up to `size`; what pads the rows is zero. */
  function expectRows(at: number, expected: number[][], roundings: number, size = 1): void {
    const n = expected[0].length
    const stride = padded(n)
    expected.forEach((row, r) => {
      for (let j = 0; j < stride; ++j) {
        const found = floats[at + r * stride + j]
        if (j >= n) expect(found, `padding ${j} of row ${r} of ${n}`).toBe(0)
        else if (!(Math.abs(found - row[j]) <= roundings * epsilon * size)) {
          expect(found, `element ${j} of row ${r} of ${n}, within ${roundings * epsilon * size}`).toBe(row[j])
        }
      }
    })
  }

  function putAll(layer: StagedLayer, x: number[][]): void {
    fill()
    put(Z, x)
    put(GAINS, [layer.gains!])
    put(SHIFTS, [layer.shifts!])
    put(MEAN, [layer.runningMean!])
    put(VARIANCE, [layer.runningVariance!])
  }

  const parameters = (n: number) =>
    [GAINS, SHIFTS, MEAN, VARIANCE].map((at): [number, number] => [at, padded(n)])
  const normal = (n: number, normalization: number) => ({
    normalization,
    z: Z,
    out: OUT,
    gains: GAINS,
    shifts: SHIFTS,
    runningMean: MEAN,
    runningVariance: VARIANCE,
    units: n,
  })

  /** Sums of so many terms lose a rounding each; 1/σ multiplies what a mean loses. */
  const lost = (count: number) => 8 * (count + 8)

  it.each([
    ['rows', 'layer', LAYER],
    ['columns', 'batch', BATCH],
  ] as const)(
    'normalises %s to the textbook, for every size, keeping what the backward pass needs',
    (_name, name, code) => {
      for (const rows of ROWS) {
        for (const n of SIZES) {
          const layer = layerOf(name, n)
          const x = inRows(numbers(rows * n, 10 * n + rows, 3), rows, n)
          const [passed] = stagedPass({ layers: [layer], loss: 'quadratic' }, x, true)
          putAll(layer, x)
          kernels.normalize(rows, { ...normal(n, code), keeps: true, statistics: STATISTICS })
          const largest = Math.max(...passed.inverse.flat(), 1)
          const roundings = lost(name === 'layer' ? n : rows) * largest
          expectRows(OUT, passed.u, 3 * roundings, 4)
          expectRows(Z, passed.normal, roundings, 4)
          if (name === 'layer') {
            passed.inverse.forEach(([inverse], r) => {
              expect(Math.abs(floats[STATISTICS + r] - inverse)).toBeLessThan(roundings * largest * epsilon)
            })
          } else {
            expectRows(STATISTICS, [passed.mean, passed.variance], roundings, 9)
            passed.inverse[0].forEach((inverse, j) => {
              const found = floats[STATISTICS + 2 * padded(n) + j]
              expect(Math.abs(found - inverse)).toBeLessThan(roundings * largest * epsilon)
            })
          }
          const length = rows * padded(n)
          const statistics = name === 'layer' ? rows : 3 * padded(n)
          expectLeft([Z, length], [OUT, length], [STATISTICS, statistics], ...parameters(n))
        }
      }
    },
  )

  it('normalises by running statistics in place, to the textbook', () => {
    for (const rows of ROWS) {
      for (const n of SIZES) {
        const layer = layerOf('batch', n)
        const x = inRows(numbers(rows * n, n + rows, 3), rows, n)
        const [passed] = stagedPass({ layers: [layer], loss: 'quadratic' }, x, false)
        putAll(layer, x)
        kernels.normalize(rows, { ...normal(n, RUNNING), out: Z })
        expectRows(Z, passed.u, 16, 20)
        expectLeft([Z, rows * padded(n)], ...parameters(n))
      }
    }
  })

  it('gives the running statistics of a batch the bits that the batch itself gives', () => {
    const [rows, n] = [17, 19]
    const x = inRows(numbers(rows * n, 5, 3), rows, n)
    putAll(layerOf('batch', n), x)
    kernels.normalize(rows, { ...normal(n, BATCH), statistics: STATISTICS })
    const stride = padded(n)
    floats.copyWithin(MEAN, STATISTICS, STATISTICS + stride)
    floats.copyWithin(VARIANCE, STATISTICS + stride, STATISTICS + 2 * stride)
    const trained = floats.slice(OUT, OUT + rows * stride)
    put(Z, x)
    kernels.normalize(rows, normal(n, RUNNING))
    const predicted = floats.slice(OUT, OUT + rows * stride)
    if (wasmBackends.includes(tested)) expect(predicted).toEqual(trained)
    // Its moments are rounded only where they are stored.
    else expectRows(OUT, inRows(trained, rows, stride), 32, 4)
  })

  it.each([
    ['rows', 'layer', LAYER],
    ['columns', 'batch', BATCH],
  ] as const)(
    'takes δ back through %s to the textbook, and leaves what the gains are updated by',
    (_name, name, code) => {
      for (const rows of ROWS) {
        for (const n of SIZES) {
          const layer = layerOf(name, n)
          const x = inRows(numbers(rows * n, 7 * n + rows, 3), rows, n)
          // Of the quadratic loss with a target that makes a − y these numbers.
          const d = inRows(numbers(rows * n, 3 * n + rows), rows, n)
          const [passed] = stagedPass({ layers: [layer], loss: 'quadratic' }, x, true)
          const y = passed.u.map((row, r) => row.map((u, j) => u - d[r][j]))
          const delta = deltasOf(`${name} ${rows} ${n}`, layer, x, y)
          putAll(layer, x)
          kernels.normalize(rows, { ...normal(n, code), keeps: true, statistics: STATISTICS })
          put(SCALED, d)
          kernels.normalizeBackward(rows, {
            normalization: code,
            deltaScaled: SCALED,
            normalized: Z,
            delta: DELTA,
            statistics: STATISTICS,
            gains: GAINS,
            units: n,
          })
          const largest = Math.max(...passed.inverse.flat(), 1)
          const count = name === 'layer' ? n : rows
          const roundings = 4 * lost(count) * largest
          expectRows(DELTA, delta, roundings * largest, 8)
          expectRows(
            Z,
            d.map((row, r) => row.map((value, j) => value * passed.normal[r][j])),
            roundings,
            4,
          )
          expectRows(SCALED, d, 0)
          const length = rows * padded(n)
          const statistics = name === 'layer' ? rows : 3 * padded(n)
          expectLeft(
            [Z, length],
            [OUT, length],
            [SCALED, length],
            [DELTA, length],
            [STATISTICS, statistics],
            ...parameters(n),
          )
        }
      }
    },
  )

  it('activates what it has normalised, and stores slopes where they are needed', () => {
    const [rows, n] = [5, 11]
    const layer = layerOf('batch', n)
    const x = inRows(numbers(rows * n, 8, 3), rows, n)
    for (const [name, code] of [
      ['tanh', Activations.TANH],
      ['silu', Activations.SILU],
    ] as const) {
      const [{ u, a }] = stagedPass({ layers: [{ ...layer, activation: name }], loss: 'quadratic' }, x, true)
      putAll(layer, x)
      const where = { ...normal(n, BATCH), statistics: STATISTICS, activation: code, slope: SLOPE }
      kernels.normalize(rows, where, sharesOf(1, 'units')[0])
      const stride = padded(n)
      for (let r = 0; r < rows; ++r) {
        for (let j = 0; j < n; ++j) {
          expect(Math.abs(floats[OUT + r * stride + j] - a[r][j])).toBeLessThan(400 * epsilon)
          const s = 1 / (1 + Math.exp(-u[r][j]))
          const slope = name === 'silu' ? s + u[r][j] * s * (1 - s) : CANARY
          expect(Math.abs(floats[SLOPE + r * stride + j] - slope)).toBeLessThan(400 * epsilon)
        }
      }
    }
  })

  it('leaves the same bits in any number of parts, rows and columns', () => {
    const [rows, n] = [17, 51]
    const layer = layerOf('layer', n)
    const x = inRows(numbers(rows * n, 9, 3), rows, n)
    const d = inRows(numbers(rows * n, 11), rows, n)
    const bits = (code: number, parts: number) => {
      putAll(layer, x)
      put(SCALED, d)
      const shares = sharesOf(parts, code === BATCH ? 'units' : 'rows')
      const where = {
        ...normal(n, code),
        keeps: true,
        statistics: STATISTICS,
        activation: Activations.GELU,
        slope: SLOPE,
      }
      for (const share of shares) kernels.normalize(rows, where, share)
      const back = { deltaScaled: SCALED, normalized: Z, delta: DELTA, statistics: STATISTICS, gains: GAINS }
      for (const share of shares) {
        kernels.normalizeBackward(rows, { normalization: code, ...back, units: n }, share)
      }
      if (code === BATCH) {
        for (const share of sharesOf(parts)) {
          kernels.updateStatistics(rows, STATISTICS, MEAN, VARIANCE, n, 0.1, share)
        }
      }
      return Buffer.from(floats.slice(BEGIN).buffer).toString('hex')
    }
    for (const code of [LAYER, BATCH]) {
      const whole = bits(code, 1)
      for (const parts of [2, 3, 4, 5, 16])
        expect(bits(code, parts) === whole, `${code}, ${parts} parts`).toBe(true)
    }
  })

  it('moves the running statistics as PyTorch does, and the variance not by one row', () => {
    for (const rows of [1, 2, 5]) {
      for (const n of [1, 4, 7, 33]) {
        const layer = layerOf('batch', n)
        putAll(layer, inRows(numbers(rows * n, 1), rows, n))
        const stride = padded(n)
        put(STATISTICS, [[...numbers(n, 20)], [...numbers(n, 21).map((v) => v + 2)]])
        kernels.updateStatistics(rows, STATISTICS, MEAN, VARIANCE, n, 0.25)
        const at = (from: number, j: number) => floats[from + j]
        const mean = layer.runningMean!.map((one, j) => 0.75 * one + 0.25 * at(STATISTICS, j))
        const variance = layer.runningVariance!.map((one, j) =>
          rows === 1 ? one : 0.75 * one + (0.25 * at(STATISTICS + stride, j) * rows) / (rows - 1),
        )
        expectRows(MEAN, [mean], 4, 3)
        expectRows(VARIANCE, [variance], rows === 1 ? 0 : 4, 6)
      }
    }
  })

  it('normalises values that are all alike to the shifts, and NaN to NaN', () => {
    const n = 6
    const layer = layerOf('layer', n)
    for (const code of [LAYER, BATCH]) {
      putAll(layer, [new Array(n).fill(3), new Array(n).fill(3)])
      kernels.normalize(2, { ...normal(n, code), statistics: STATISTICS })
      expectRows(OUT, [layer.shifts!, layer.shifts!], 0)
      putAll(layer, [
        [1, 2, Number.NaN, 4, 5, 6],
        [1, 2, 3, 4, 5, 7],
      ])
      kernels.normalize(2, { ...normal(n, code), statistics: STATISTICS })
      expect(floats[OUT + 2]).toBeNaN()
    }
  })

  it('refuses a normalisation that there is not', () => {
    for (const code of [0, RUNNING + 1, -1]) {
      expect(() => kernels.normalize(2, normal(3, code))).toThrow(
        wasmBackends.includes(tested) ? 'unreachable' : `no normalization ${code}`,
      )
    }
    const back = {
      deltaScaled: SCALED,
      normalized: Z,
      delta: DELTA,
      statistics: STATISTICS,
      gains: GAINS,
      units: 3,
    }
    expect(() => kernels.normalizeBackward(2, { ...back, normalization: RUNNING })).toThrow()
  })
})

/** Each case's, for all backends. */
const deltas = new Map<string, number[][]>()

/**
 * ∂C/∂z of each row of x where the identity comes before the layer, summed over the rows: the gradient of the weights of an
 * input that is 1 in this row and 0 in the others.
 */
function deltasOf(key: string, layer: StagedLayer, x: number[][], y: number[][]): number[][] {
  const known = deltas.get(key)
  if (known) return known
  const n = x[0].length
  const { weights } = layer
  const first = { weights: [...weights, new Array<number>(n).fill(0)], activation: 'linear' }
  const found = x.map((_, r) => {
    const marked = x.map((row, s) => [...row, s === r ? 1 : 0])
    const gradient = stagedGradient({ layers: [first, layer], loss: 'quadratic' }, marked, y)
    return gradient.weights[0][n].map((mean) => mean * x.length)
  })
  deltas.set(key, found)
  return found
}
