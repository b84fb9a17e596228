// What an observer of a fit may do, by observers of the tests' own beside those that the options ask for.

import { describe, expect, it } from 'vitest'
import type { Floats } from '../../src/base/floats.ts'
import type { Slices } from '../../src/base/pace.ts'
import type { FitOptions } from '../../src/index.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { Core } from '../../src/training/core.ts'
import type { Observer } from '../../src/training/observers.ts'
import { fitObserved } from '../helpers/fit.ts'
import { numbers } from '../helpers/random.ts'

const ROWS = 12
const x = numbers(3 * ROWS, 1)
const y = numbers(2 * ROWS, 2)
const makeCore = () => new Core(networkSettings({ sizes: [3, 4, 2], seed: 1, kernels: 'simd', threads: 1 }))
const weightsOf = (core: Core) => core.writing('test').parameters.weights(0)

const train = (
  core: Core,
  options: FitOptions,
  more: readonly Observer[],
  before: readonly Observer[] = [],
) => fitObserved(core, { x, y }, { epochs: 4, batchSize: 5, ...options }, more, before)

const observer = (epochEnded: Observer['epochEnded']): Observer => ({ epochEnded })
const seeing = (see: () => unknown): Observer =>
  // biome-ignore lint/correctness/useYield: it is done at once
  observer(function* () {
    return see()
  })

describe('the observers of a fit', () => {
  it('see every epoch in their order, the figures recorded before it is validated, and told to the user last', async () => {
    const seen: string[] = []
    const options = {
      epochs: 2,
      validation: { x, y },
      onEpoch: ({ epoch, validationLoss }: { epoch: number; validationLoss?: number }) => {
        seen.push(`told ${epoch} ${validationLoss! > 0}`)
      },
    }
    const before = observer(function* (figures) {
      seen.push(`before ${figures.rows}`)
      yield
    })
    const history = await train(makeCore(), options, [seeing(() => seen.push('behind'))], [before])
    const epoch = (n: number) => [`before ${ROWS}`, `told ${n} true`, 'behind']
    expect(seen).toEqual([...epoch(1), ...epoch(2)])
    expect(history.validationLoss).toHaveLength(2)
  })

  it('end the fit by false, seen by those behind them too', async () => {
    let [seen, behind] = [0, 0]
    const core = makeCore()
    const history = await train(core, {}, [seeing(() => ++seen < 2), seeing(() => ++behind)])
    expect([history.epochs, core.counters.epochs, seen, behind]).toEqual([2, 2, 2, 2])
    const goOn = await train(core, {}, [seeing(() => undefined), seeing(() => 0)])
    expect(goOn.epochs).toBe(4)
  })

  it('work in slices, which are awaited, and leave the last good epoch where they throw', async () => {
    const core = makeCore()
    let goodWeights: Floats | undefined
    const failing = observer(function* (_, { engine }): Slices<void> {
      const answer = yield Promise.resolve('awaited')
      goodWeights = engine.parameters.weights(0)
      throw new Error(`${answer}, then lost`)
    })
    await expect(train(core, {}, [failing])).rejects.toThrow('awaited, then lost')
    expect(weightsOf(core)).toEqual(goodWeights)
    expect(core.counters.epochs).toBe(1)
  })

  it('are followed by a look at the signal, though none of them pauses', async () => {
    const stop = new AbortController()
    const core = makeCore()
    const options = { signal: stop.signal, shuffle: false }
    const aborting = seeing(() => stop.abort(new Error('enough')))
    await expect(train(core, options, [aborting])).rejects.toThrow('enough')
    expect(core.counters).toMatchObject({ epochs: 1, steps: 3 })
    const last = new AbortController()
    const atItsEnd = train(core, { epochs: 1, signal: last.signal }, [
      seeing(() => last.abort(new Error('late'))),
    ])
    await expect(atItsEnd).rejects.toThrow('late')
  })
})
