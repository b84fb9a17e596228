// What a user of brain.js trains: the same code for brain.js 1, brain.js 2 and nabla/brain, with only the import changed.

import { generator } from './random-run.mjs'

const xor = () => [0, 1, 2, 3].map((i) => ({ input: [i & 1, i >> 1], output: [(i & 1) ^ (i >> 1)] }))

/** 500 colours, and whether black or white text is read better on each: by the relative luminance of WCAG 2. */
function colours() {
  const next = generator(11)
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  return Array.from({ length: 500 }, () => {
    const [r, g, b] = [next(), next(), next()]
    const luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    // Where the contrasts with black and with white are equal: √(1.05 · 0.05) − 0.05.
    return { input: { r, g, b }, output: luminance > 0.179 ? { black: 1 } : { white: 1 } }
  })
}

/** The 1,797 digits of nabla/datasets in arrays: 64 pixels from 0 to 1, and ten outputs. */
async function digits() {
  const { digits: load } = await import(new URL('../../../dist/datasets.js', import.meta.url))
  const { x, y } = load()
  return Array.from({ length: x.length / 64 }, (_, i) => ({
    input: Array.from(x.subarray(64 * i, 64 * (i + 1)), (pixel) => pixel / 16),
    output: Array.from({ length: 10 }, (__, digit) => Number(y[i] === digit)),
  }))
}

/**
 * `count` texts as the words that are in them: eight each as often as their rank says (Zipf's law), half of them shifted by the
 * subject, and as many rare ones as it takes for all 2,000 to be there.
 */
function texts(count) {
  const next = generator(12)
  const subjects = ['sport', 'music', 'science']
  const words = 2000
  const rare = words / count
  return Array.from({ length: count }, (_, text) => {
    const subject = Math.floor(3 * next())
    const input = {}
    for (let w = 0; w < 8; ++w) {
      const rank = Math.floor(words ** next()) - 1
      input[`word${next() < 0.5 ? rank : (3 * rank + subject) % words}`] = 1
    }
    for (let w = 0; w < rare; ++w) input[`word${words - 1 - text * rare - w}`] = 1
    return { input, output: { [subjects[subject]]: 1 } }
  })
}

/** options: of the network. train: of train(), beside those that keep it going. */
export const cases = [
  { id: 'xor', title: 'XOR, 2-3-1, 4 rows', data: xor, options: {} },
  {
    id: 'contrast',
    title: 'colour contrast, r, g, b → black or white, 3-3-2, 500 rows',
    data: colours,
    options: {},
  },
  {
    id: 'digits',
    title: 'digits, 64-32-16-10, 1,797 rows',
    data: digits,
    options: { hiddenLayers: [32, 16] },
    train: { learningRate: 0.1 },
  },
  {
    id: 'text',
    title: 'texts, sparse objects of 2,000 keys, 2000-20-3, 500 rows',
    data: () => texts(500),
    options: { hiddenLayers: [20] },
  },
  {
    id: 'text-default',
    title: 'the same with the hidden layer that is the default, 2000-1000-3, 100 rows',
    data: () => texts(100),
    options: {},
  },
]
