// Trainings of 100 iterations: what goes in, as plain data, and what is seen of them.

import type { Json, Library } from './library.ts'
import { jsonOf, random, short } from './networks.ts'
import { seen } from './seen.ts'

type Values = number[] | Record<string, number>

export interface Run {
  name: string
  json: Json
  data: { input: Values; output: Values }[]
  /** 'Float32Array': the values of `data` are given in those. */
  typed: boolean
  options: Record<string, unknown>
  /** Inputs of run(). */
  probes: Values[]
}

export interface Seen {
  result: { error: number; iterations: number }
  /** After each iteration. */
  errors: number[]
  layers: Json['layers']
  outputs: Values[]
  /** As seen() has it. */
  test: unknown
}

type Form = 'arrays' | 'names' | 'sparse' | 'typed' | 'names to arrays' | 'arrays to names'

const namesOf = (size: number, letter: string) => Array.from({ length: size }, (_, i) => `${letter}${i}`)

function values(next: () => number, size: number, names: string[] | undefined, kept: number): Values {
  const all = Array.from({ length: size }, () => short(next()))
  if (!names) return all
  return Object.fromEntries(names.map((name, i) => [name, all[i]]).filter(() => next() < kept))
}

interface Wanted {
  sizes: number[]
  form?: Form
  rows?: number
  reach?: number
  /** In the JSON, as a network that was made with them has them. */
  trainOpts?: Record<string, unknown>
  /** Given to train(). */
  options?: Record<string, unknown>
}

/** A run by what it is to be; the seed is made of its place in the list. */
function runOf(name: string, wanted: Wanted, seed: number): Run {
  const { sizes, form = 'arrays', rows = 6, reach = 0.5, trainOpts, options } = wanted
  const isLifted = /relu/.test(String(trainOpts?.activation))
  const next = random(1000 + seed)
  const isNamed = {
    'arrays to names': [false, true],
    'names to arrays': [true, false],
    arrays: [false, false],
  }
  const [namedIn, namedOut] = isNamed[form as keyof typeof isNamed] ?? [true, true]
  const inputs = namedIn && form !== 'typed' ? namesOf(sizes[0], 'i') : undefined
  const outputs = namedOut && form !== 'typed' ? namesOf(sizes.at(-1)!, 'o') : undefined
  const kept = form === 'sparse' ? 0.5 : 1
  const input = () => values(next, sizes[0], inputs, kept)
  const positions = (size: number) => Array.from({ length: size }, (_, i) => String(i))
  // brain.js has names for the values of typed arrays too: '0', '1', …
  const lookups =
    form === 'typed'
      ? { inputs: positions(sizes[0]), outputs: positions(sizes.at(-1)!) }
      : { inputs, outputs }
  return {
    name,
    json: jsonOf(sizes, { seed, reach, isLifted, trainOpts, ...lookups }),
    data: Array.from({ length: rows }, () => ({
      input: input(),
      output: values(next, sizes.at(-1)!, outputs, kept),
    })),
    typed: form === 'typed',
    options: { iterations: 100, errorThresh: 1e-9, ...options },
    probes: Array.from({ length: 3 }, input),
  }
}

/** Every activation under every rule, over some shapes and forms of data. */
export function runs(): Run[] {
  const activations = [
    { name: 'sigmoid', trainOpts: {}, rate: 0.3 },
    { name: 'tanh', trainOpts: { activation: 'tanh' }, rate: 0.05 },
    { name: 'relu', trainOpts: { activation: 'relu' }, rate: 0.03 },
    { name: 'leaky-relu', trainOpts: { activation: 'leaky-relu' }, rate: 0.03 },
    { name: 'leaky-relu 0.2', trainOpts: { activation: 'leaky-relu', leakyReluAlpha: 0.2 }, rate: 0.03 },
    { name: 'leaky-relu 0.7', trainOpts: { activation: 'leaky-relu', leakyReluAlpha: 0.7 }, rate: 0.03 },
  ]
  const adam = { praxis: 'adam' }
  const rules = [
    { name: 'momentum 0.1', trainOpts: {} },
    // 0 is refused.
    { name: 'momentum 1e-9', trainOpts: {}, options: { momentum: 1e-9 } },
    { name: 'momentum 0.9', trainOpts: { momentum: 0.9 }, slower: 0.3 },
    { name: 'adam', trainOpts: { ...adam, learningRate: 0.005 } },
    {
      name: 'adam with other constants',
      trainOpts: { ...adam, learningRate: 0.01, beta1: 0.7, beta2: 0.95, epsilon: 1e-3 },
    },
  ]
  const shapes: Pick<Wanted, 'sizes' | 'form' | 'rows'>[] = [
    { sizes: [2, 3, 1] },
    { sizes: [4, 5, 5, 3] },
    { sizes: [5, 4, 3], form: 'names' },
    { sizes: [3, 2] },
    { sizes: [9, 4, 2], form: 'sparse', rows: 15 },
    { sizes: [5, 7, 4, 3, 2], rows: 5 },
    { sizes: [3, 4, 2], form: 'typed' },
  ]
  const wanted: (Wanted & { name: string })[] = activations.flatMap((activation, a) =>
    rules.map((rule, r) => {
      const shape = shapes[(5 * a + r) % shapes.length]
      return {
        ...shape,
        name: `${activation.name}, ${rule.name}, ${shape.sizes.join('-')}${shape.form ? `, ${shape.form}` : ''}`,
        trainOpts: {
          learningRate: short(activation.rate * (rule.slower ?? 1)),
          ...activation.trainOpts,
          ...rule.trainOpts,
        },
        options: rule.options,
      }
    }),
  )
  wanted.push(
    { name: 'names to arrays', sizes: [4, 3, 2], form: 'names to arrays' },
    { name: 'arrays to names', sizes: [4, 3, 2], form: 'arrays to names' },
    { name: 'wide rows, few of them there', sizes: [60, 5, 3], form: 'sparse', rows: 5 },
    { name: 'one row', sizes: [3, 3, 1], rows: 1 },
    { name: 'large weights', sizes: [3, 6, 2], reach: 8 },
    { name: 'options of train() alone', sizes: [3, 4, 2], options: { learningRate: 0.6, momentum: 0.5 } },
    {
      name: 'another slope in train()',
      sizes: [3, 4, 2],
      trainOpts: { activation: 'leaky-relu', learningRate: 0.05 },
      options: { leakyReluAlpha: 0.4 },
    },
  )
  return wanted.map(({ name, ...one }, i) => runOf(name, one, i + 1))
}

const float32 = (given: Values) => Float32Array.from(Object.values(given))

/** `run` with weights that differ by an ulp, up and down. */
export function nudged(run: Run): Run {
  let sign = 1
  const nudge = (weight: number) => weight * (1 + (sign = -sign) * 2 ** -23)
  const layers = run.json.layers.map(({ weights, biases }) => ({
    weights: weights.map((row) => row.map(nudge)),
    biases: biases.map(nudge),
  }))
  return { ...run, json: { ...run.json, layers } }
}

/** `run` with a rate 1% higher. */
export const faster = (run: Run): Run => {
  const rate = (run.options.learningRate ?? run.json.trainOpts.learningRate) as number
  return { ...run, options: { ...run.options, learningRate: 1.01 * rate } }
}

/** The largest difference between two lists of errors, as a share of the first. */
export const apart = (one: readonly number[], other: readonly number[]) =>
  Math.max(...one.map((error, i) => Math.abs(error - other[i]) / error))

/** Trains `run` with `library`. */
export function trained({ NeuralNetwork }: Library, run: Run): Seen {
  const { json, data, typed, options, probes } = run
  const rows = typed
    ? data.map(({ input, output }) => ({ input: float32(input), output: float32(output) }))
    : data
  const net = new NeuralNetwork().fromJSON(json)
  const errors: number[] = []
  const callback = ({ error }: { error: number }) => errors.push(error)
  const result = net.train(rows, { ...options, callback, callbackPeriod: 1 })
  const outputs = probes.map((probe) => {
    const output = net.run(typed ? float32(probe) : probe) as Record<string, number> | Float32Array
    return output instanceof Float32Array ? [...output] : { ...output }
  })
  return { result, errors, layers: net.toJSON().layers, outputs, test: seen(net.test(rows)) }
}
