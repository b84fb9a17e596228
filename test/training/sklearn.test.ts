// Against scikit-learn: where its L-BFGS ends, and how it divides rows into folds (scripts/make-sklearn-fixture.py).

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { runNow } from '../../src/base/pace.ts'
import { digits } from '../../src/datasets/index.ts'
import { Network, type SizedNetworkOptions } from '../../src/index.ts'
import { foldsOf } from '../../src/intake/folds.ts'

interface Fixture {
  readonly divisions: { y: number[]; folds: number; stratified: number[]; plain: number[] }[]
  readonly cloud: { x: number[]; y: number[]; loss: number; first: number[] }
  readonly iris: { x: number[]; y: number[]; loss: number; iterations: number }
  readonly digits: { loss: number; iterations: number }
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/sklearn.json', import.meta.url), 'utf8'),
)

/** A network with the fixture's weights. */
function make(options: Partial<SizedNetworkOptions> & { sizes: readonly number[] }): Network {
  const net = new Network({
    loss: 'crossEntropy',
    kernels: 'simd',
    threads: 1,
    optimizer: 'lbfgs',
    ...options,
  })
  net.layers.forEach(({ inputs, units }, l) => {
    const weights = Float32Array.from({ length: inputs * units }, (_, at) => {
      const [i, j] = [Math.floor(at / units), at % units]
      return (((i * 73 + j * 151 + i * j * 29) % 512) - 256) / 1024
    })
    net.setWeights(l, weights)
  })
  return net
}

describe("scikit-learn's solver 'lbfgs'", () => {
  it('ends in the same minimum, where there is one', async () => {
    const { x, y, loss, first } = fixture.cloud
    const net = make({ sizes: [5, 3] })
    const data = { x, y }
    const { epochs } = await net.fit(data, { epochs: 1000 })
    expect(epochs).toBeLessThan(50)
    expect(Math.abs(net.evaluate(data).loss - loss)).toBeLessThan(1e-6)
    // The same number may be added to a row's weights for all classes.
    const centred = (values: ArrayLike<number>) =>
      Array.from({ length: 15 }, (_, i) => {
        const row = [0, 1, 2].map((j) => values[3 * Math.floor(i / 3) + j])
        return values[i] - row.reduce((sum, v) => sum + v) / 3
      })
    const expected = centred(first)
    centred(net.weights(0)).forEach((w, i) => {
      expect(Math.abs(w - expected[i])).toBeLessThan(1e-3)
    })
  })

  // The loss is not convex, and rounding decides the path: the ends are alike, not the same.
  const [images, labels] = [digits().x, digits().y]
  const some = { x: images.slice(0, 64 * 300).map((v) => v / 16), y: labels.slice(0, 300) }
  it.each([
    ['iris', [4, 8, 3], 'tanh', fixture.iris, fixture.iris],
    ['digits', [64, 16, 10], 'relu', some, fixture.digits],
  ] as const)(
    'ends no higher on %s, and lower than 200 epochs of SGD',
    async (_, sizes, activation, data, end) => {
      const options = { sizes, activation }
      const [byLbfgs, bySgd] = [
        make(options),
        make({ ...options, optimizer: { name: 'sgd', learningRate: 0.1 } }),
      ]
      await byLbfgs.fit(data, { epochs: 200 })
      await bySgd.fit(data, { epochs: 200 })
      const { loss } = byLbfgs.evaluate(data)
      expect(loss).toBeLessThan(Math.max(1.25 * end.loss, 1e-4))
      expect(loss).toBeLessThan(0.8 * bySgd.evaluate(data).loss)
    },
  )
})

describe("scikit-learn's folds", () => {
  const targets = (y: readonly number[]) => {
    const columns = Math.max(2, Math.max(...y) + 1)
    const values = new Float32Array(y.length * columns)
    y.forEach((one, r) => {
      values[r * columns + one] = 1
    })
    return { values, rows: y.length, columns, hitMode: Hits.ARGMAX }
  }
  const unshuffled = { shuffle: false, seed: 0 }

  it.each(fixture.divisions.map((one, i) => [i, one] as const))(
    'are the folds here, division %i',
    (_, one) => {
      const { y, folds, stratified, plain } = one
      expect([...runNow(foldsOf(targets(y), { ...unshuffled, folds, stratify: true }, 0))]).toEqual(
        stratified,
      )
      expect([...runNow(foldsOf(targets(y), { ...unshuffled, folds, stratify: false }, 0))]).toEqual(plain)
      // Shuffled, they have the same sizes.
      const countsOf = (fold: ArrayLike<number>, classes: readonly number[]) => {
        const counts = new Map<string, number>()
        Array.from(fold, (f, r) =>
          counts.set(`${f} ${classes[r]}`, (counts.get(`${f} ${classes[r]}`) ?? 0) + 1),
        )
        return [...counts].sort()
      }
      for (const seed of [1, 2]) {
        const shuffled = runNow(foldsOf(targets(y), { folds, stratify: true, shuffle: true, seed }, 0))
        expect(countsOf(shuffled, y)).toEqual(countsOf(stratified, y))
        const anywhere = runNow(foldsOf(targets(y), { folds, stratify: false, shuffle: true, seed }, 0))
        expect(
          countsOf(
            anywhere,
            y.map(() => 0),
          ),
        ).toEqual(
          countsOf(
            plain,
            y.map(() => 0),
          ),
        )
      }
    },
  )
})
