// Which of a model and a network a caller gets, and that the types say so: tsc compiles this file.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fromBrain } from '../../src/brain/index.ts'
import { fitFeatures } from '../../src/data/index.ts'
import { FormatError, Network, OptionError } from '../../src/index.ts'
import { fromSafetensors, type LoadAs, Model, toSafetensors } from '../../src/models/index.ts'
import { loadModel, saveModel } from '../../src/node/index.ts'
import { fromOnnx, toOnnx } from '../../src/onnx/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-as-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rows = [{ a: 1 }, { a: 2 }]
const network = new Network({ sizes: [1, 2, 1], kernels: 'reference' })
const model = new Model({ network, features: fitFeatures(rows) })
const brain = (inputLookup: object | null) => ({
  sizes: [1, 1],
  layers: [
    { weights: [], biases: [] },
    { weights: [[1]], biases: [0] },
  ],
  ...{ inputLookup, outputLookup: null },
})
const kernels = 'reference' as const

/** Each loader, of the model and of the network. */
const loaders: [string, (of: Model | Network, as: LoadAs | undefined) => Promise<Model | Network>][] = [
  ['fromSafetensors', async (of, as) => fromSafetensors(toSafetensors(of), { as, kernels })],
  ['fromOnnx', async (of, as) => fromOnnx(toOnnx(of), { as, kernels })],
  ['fromBrain', async (of, as) => fromBrain(brain(of instanceof Model ? { a: 0 } : null), { as, kernels })],
  ...['json', 'safetensors'].map((extension): (typeof loaders)[number] => [
    `loadModel of ${extension}`,
    async (of, as) => {
      const file = join(folder, `one.${extension}`)
      await saveModel(file, of)
      return loadModel(file, { as, kernels })
    },
  ]),
]

describe.each(loaders)('%s', (_, load) => {
  it('gives what was saved, or what is asked for', async () => {
    expect(await load(model, undefined)).toBeInstanceOf(Model)
    expect(await load(network, undefined)).toBeInstanceOf(Network)
    expect(await load(model, 'model')).toBeInstanceOf(Model)
    expect(await load(network, 'network')).toBeInstanceOf(Network)
    const wrapped = (await load(network, 'model')) as Model
    expect(wrapped).toBeInstanceOf(Model)
    expect([wrapped.features, wrapped.target]).toEqual([undefined, undefined])
    expect(wrapped.predict([[3]])).toHaveLength(1)
  })

  it('refuses a model where a network is asked for, and other answers', async () => {
    await expect(load(model, 'network')).rejects.toThrow(FormatError)
    await expect(load(model, 'network')).rejects.toThrow(
      /expected a network alone, got a model with features/,
    )
    for (const as of ['Model', null, true]) {
      await expect(load(model, as as never)).rejects.toThrow(OptionError)
      await expect(load(model, as as never)).rejects.toThrow(/options\.as/)
    }
  })
})

it('has the type that is asked for', async () => {
  const bytes = toSafetensors(network)
  const whole: Model = fromSafetensors(bytes, { as: 'model', kernels })
  const alone: Network = fromSafetensors(bytes, { as: 'network', kernels })
  // @ts-expect-error: it may be a model
  const either: Network = fromSafetensors(bytes, { kernels })
  const onnx: Network = fromOnnx(toOnnx(network), { as: 'network', kernels })
  const old: Model = fromBrain(brain(null), { as: 'model', kernels })
  await saveModel(join(folder, 'typed.json'), network)
  const read: Model = await loadModel(join(folder, 'typed.json'), { as: 'model', kernels })
  const nets = [whole.network, alone, either, onnx, old.network, read.network]
  for (const net of nets) expect(net).toBeInstanceOf(Network)
})
