// Makes test/fixtures/brain.json: networks of brain.js as their toJSON() gives them, and what they answer.
//
//     npm i --no-save --ignore-scripts brain1@npm:brain.js@1.6.1 brain2@npm:brain.js@2.0.0-beta.24
//     node scripts/make-brain-fixtures.mjs [a folder with node_modules]
//
// brain.js draws its first weights from Math.random, which a small generator with a seed takes the place of here.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const require = createRequire(resolve(process.argv[2] ?? '.', 'index.js'))
let state = 1
Math.random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

const colours = [
  { input: { r: 0.03, g: 0.7, b: 0.5 }, output: { black: 1 } },
  { input: { r: 0.16, b: 0.2 }, output: { white: 1 } },
  { input: { g: 0.5, b: 1 }, output: { white: 1, black: 0.5 } },
]
const xor = [0, 1, 2, 3].map((i) => ({ input: [i & 1, i >> 1], output: [(i & 1) ^ (i >> 1)] }))

const cases = []
for (const version of ['brain1', 'brain2']) {
  const { NeuralNetwork } = require(version)
  const add = (name, options, data, rows, training = {}) => {
    const net = new NeuralNetwork(options)
    net.train(data, { iterations: 50, ...training })
    const y = rows.map((row) => {
      const out = net.run(row)
      return ArrayBuffer.isView(out) || Array.isArray(out) ? [...out] : { ...out }
    })
    cases.push({ name: `${version} ${name}`, json: JSON.parse(JSON.stringify(net.toJSON())), x: rows, y })
  }
  const pairs = [
    [0, 0],
    [0, 1],
    [0.3, 0.9],
    [-2, 1.5],
  ]
  for (const activation of ['sigmoid', 'tanh', 'relu', 'leaky-relu']) {
    add(`arrays, ${activation}`, { hiddenLayers: [4, 3], activation }, xor, pairs)
  }
  const rows = [
    { r: 1, g: 0.2, b: 0.4 },
    { r: 0, g: 0.9, b: 0 },
    { b: 0.1, r: 0.5, g: 0 },
  ]
  add('names', { hiddenLayers: [3] }, colours, rows, { learningRate: 0.2, momentum: 0.5 })
  const named = xor.map(({ input, output }) => ({ input, output: { odd: output[0] } }))
  add('names of outputs alone', { hiddenLayers: [2] }, named, pairs)
  add('Adam', { hiddenLayers: [3] }, xor, pairs, { praxis: 'adam', learningRate: 0.01 })
  // What JavaScript does with such keys: numbers come first, and names may be any.
  const odd = [
    { input: { z: 1, 10: 0.5, constructor: 0.2 }, output: { no: 1, 1: 0 } },
    { input: { z: 0, 10: 0.1, constructor: 0.9 }, output: { no: 0, 1: 1 } },
  ]
  add('odd names', { hiddenLayers: [3] }, odd, [{ z: 0.3, 10: 0.8, constructor: 0.6 }])
}
const slope = { hiddenLayers: [3], activation: 'leaky-relu', leakyReluAlpha: 0.2 }
const { NeuralNetwork } = require('brain2')
const net = new NeuralNetwork(slope)
net.train(xor, { iterations: 20, leakyReluAlpha: 0.2 })
const x = [
  [-2, 1],
  [1, -3],
  [-1, -1],
]
cases.push({ name: 'brain2 slope', json: net.toJSON(), x, y: x.map((row) => [...net.run(row)]) })

writeFileSync(
  new URL('../test/fixtures/brain.json', import.meta.url),
  `[\n${cases.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`,
)
