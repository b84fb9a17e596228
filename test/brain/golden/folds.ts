// CrossValidate, with the rows in their order: what it shuffles by is not the same in both.

import type { Cross, Library, Scenarios } from './library.ts'
import { jsonOf, random, short } from './networks.ts'
import { attempt } from './seen.ts'

const next = random(3)
const binary = Array.from({ length: 13 }, () => {
  const input = [short(next()), short(next())]
  return { input, output: [Number(input[0] + 0.3 * next() > input[1])] }
})
const several = Array.from({ length: 13 }, (_, i) => ({
  input: [short(next()), short(next())],
  output: [0, 1, 2].map((k) => Number(i % 3 === k)),
}))

function crossOf({ NeuralNetwork, CrossValidate }: Library, sizes: number[]): Cross {
  const cross = new CrossValidate(() => new NeuralNetwork().fromJSON(jsonOf(sizes, { reach: 3 })))
  cross.shuffleArray = (rows) => rows
  return cross
}

interface Fold {
  trainTime: number
  testTime: number
}

/** Statistics without the times, and that these are numbers. */
function statisticsOf(result: Record<string, unknown>) {
  const timed = ({ trainTime, testTime, ...rest }: Fold) => ({
    ...rest,
    times: [trainTime, testTime].every((time) => typeof time === 'number' && time >= 0),
  })
  const { avgs, stats, sets } = result as { avgs: Fold; stats: object; sets: Fold[] }
  return { avgs: timed(avgs), stats, sets: sets.map(timed) }
}

export const foldScenarios: Scenarios = {
  'statistics of one output': (library) =>
    statisticsOf(crossOf(library, [2, 3, 1]).train(binary, { iterations: 5 }, 3)),
  'statistics of several outputs': (library) =>
    statisticsOf(crossOf(library, [2, 3, 3]).train(several, { iterations: 5 }, 3)),
  'statistics with no positives': (library) => {
    const rows = binary.filter(({ output }) => output[0] === 0)
    return statisticsOf(crossOf(library, [2, 3, 1]).train(rows, { iterations: 300, learningRate: 0.9 }, 2))
      .stats
  },
  'folds by k': (library) =>
    [undefined, 2, 4, 5, 13, 14].map((k) =>
      attempt(() => {
        const { stats, sets } = crossOf(library, [2, 3, 1]).train(binary, { iterations: 2 }, k)
        const { total, testSize, trainSize } = stats as Record<string, number>
        return { total, testSize, trainSize, sets: (sets as { total: number }[]).map((set) => set.total) }
      }),
    ),
  'before training': (library) => {
    const cross = crossOf(library, [2, 3, 1])
    return [cross.toJSON(), attempt(() => cross.toNeuralNetwork())]
  },
  'the network with the least error': (library) => {
    const cross = crossOf(library, [2, 3, 1])
    const result = cross.train(binary, { iterations: 5 }, 3)
    const text = JSON.stringify(result)
    const other = crossOf(library, [2, 3, 1]).fromJSON(JSON.parse(text))
    return {
      isItsJson: cross.toJSON() === result,
      errors: (result.sets as { error: number }[]).map(({ error }) => error),
      layers: cross.toNeuralNetwork().toJSON().layers,
      isTheSame: JSON.stringify(other.toJSON()) === JSON.stringify(cross.toNeuralNetwork().toJSON()),
    }
  },
  'options of train()': (library) => {
    const cross = crossOf(library, [2, 3, 1])
    const seen: number[] = []
    const callback = ({ iterations }: { iterations: number }) => seen.push(iterations)
    cross.train(binary, { iterations: 3, callback, callbackPeriod: 1 }, 2)
    return [seen, attempt(() => cross.train(binary, { momentum: 2 }, 2))]
  },
  'a network for each fold': ({ NeuralNetwork, CrossValidate }) => {
    let made = 0
    const cross = new CrossValidate(() => {
      ++made
      return new NeuralNetwork({ hiddenLayers: [2] })
    })
    cross.train(binary.slice(), { iterations: 1 }, 3)
    return made
  },
  'the order of the rows that were given': ({ NeuralNetwork, CrossValidate }) => {
    const rows = [...binary, ...several.map(({ input }) => ({ input, output: [1] }))]
    const before = [...rows]
    new CrossValidate(() => new NeuralNetwork()).train(rows, { iterations: 1 }, 2)
    return rows.every((row, i) => row === before[i])
  },
  'a k of no use': (library) =>
    [1, 0, -1, 1.5, Number.NaN].map((k) =>
      attempt(() => {
        const { error } = crossOf(library, [2, 3, 1]).train(binary, { iterations: 1 }, k).avgs as {
          error: number
        }
        return Number.isFinite(error)
      }),
    ),
  'a shuffle': ({ NeuralNetwork, CrossValidate }) => {
    const cross = new CrossValidate(() => new NeuralNetwork())
    const rows = Array.from({ length: 50 }, (_, i) => i)
    const shuffled = cross.shuffleArray(rows)
    const isMoved = shuffled.some((row, i) => row !== i)
    return [
      shuffled === rows,
      isMoved,
      [...shuffled].sort((a, b) => Number(a) - Number(b)).every((row, i) => row === i),
    ]
  },
}
