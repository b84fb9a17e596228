// Models as files.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { BackendError, FormatError, Network, OptionError } from '../../src/index.ts'
import { Model, toSafetensors } from '../../src/models/index.ts'
import { loadModel, saveModel } from '../../src/node/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-models-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())
const at = (name: string) => join(folder, name)

const rows = Array.from({ length: 20 }, (_, i) => ({ size: i, colour: i % 2 ? 'red' : 'blue', heavy: i > 9 }))
const features = fitFeatures(rows, { except: ['heavy'] })
const target = fitTarget(rows, 'heavy', { type: 'class' })
const network = new Network({
  sizes: [features.width, 4, 2],
  loss: 'crossEntropy',
  optimizer: 'adam',
  kernels: 'simd',
})
const model = new Model({ network, features, target })

describe('a saved model', () => {
  it.each(['model.json', 'model.safetensors', 'MODEL.JSON'])(
    'comes back from %s, and from a file of any name',
    async (name) => {
      await model.fit(rows, { epochs: 2 })
      await saveModel(at(name), model, { optimizer: true })
      writeFileSync(at('renamed'), readFileSync(at(name)))
      for (const file of [name, 'renamed']) {
        const again = (await loadModel(at(file), { kernels: 'simd' })) as Model
        expect(again).toBeInstanceOf(Model)
        expect(again.predict(rows)).toEqual(model.predict(rows))
        expect(again.network.epochs).toBe(network.epochs)
      }
      await saveModel(at(name), network)
      const bare = (await loadModel(at(name), { kernels: 'simd' })) as Network
      expect(bare).toBeInstanceOf(Network)
      expect(bare.predict([[1, 2, 3]])).toEqual(network.predict([[1, 2, 3]]))
      // Nothing is left beside it.
      expect(readdirSync(folder).filter((file) => file.startsWith(name))).toEqual([name])
    },
  )

  it('is that of the last call, and takes what was left by one that was killed', async () => {
    const large = new Network({ sizes: [200, 500, 1] })
    const file = at('often.json')
    const left = at('.nabla-0123abcd.tmp')
    writeFileSync(left, 'x')
    utimesSync(left, 1, 1)
    // The large one takes longer.
    await Promise.all([saveModel(file, large), saveModel(file, model), saveModel(file, network)])
    expect(await loadModel(file)).toBeInstanceOf(Network)
    expect(((await loadModel(file)) as Network).parameterCount).toBe(network.parameterCount)
    expect(readdirSync(folder).filter((name) => name.startsWith('often'))).toEqual(['often.json'])
    expect(existsSync(left)).toBe(false)
  })

  it('is read from the text of JSON.stringify, and is lines for people', async () => {
    writeFileSync(at('plain.json'), JSON.stringify(model))
    expect(((await loadModel(at('plain.json'), { kernels: 'simd' })) as Model).predict(rows)).toEqual(
      model.predict(rows),
    )
    await saveModel(at('lines.json'), model)
    const text = readFileSync(at('lines.json'), 'utf8')
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(model)))
    // A line for the weights of each input.
    expect(text).toMatch(/^ {10}\[(-?[\d.e-]+,){3}-?[\d.e-]+\],$/m)
  })

  it('is read where it is of a newer minor version, without what is not known', () => {
    const numbers = new Model({
      network: new Network({ sizes: [3, 1] }),
      features,
      target: fitTarget(rows, 'size'),
    })
    for (const [saved, change] of [
      [model, (target: object) => ({ ...target, note: 1 })],
      [
        numbers,
        ({ columns, ...others }: { columns: object[] }) => ({
          ...others,
          columns: [{ ...columns[0], note: 1 }],
        }),
      ],
    ] as const) {
      const newer = JSON.parse(JSON.stringify(saved))
      newer.version = '1.3'
      newer.note = 1
      newer.features.note = 1
      for (const column of newer.features.columns) column.note = 1
      newer.target = change(newer.target)
      const options = { kernels: saved.network.kernels }
      expect(Model.fromJSON(newer, options).predict(rows)).toEqual(saved.predict(rows))
      expect(() => Model.fromJSON({ ...newer, version: '1.0' }, options)).toThrow(FormatError)
    }
  })

  it('has the functions that are given', async () => {
    const loss = {
      name: 'own',
      f: ([a]: ArrayLike<number> & Iterable<number>, [y]: ArrayLike<number> & Iterable<number>) =>
        (a - y) ** 2,
      derivative: () => [1],
      targets: 'values',
    } as const
    const own = new Network({ sizes: [2, 1], loss: loss as never, kernels: 'simd' })
    for (const name of ['own.json', 'own.safetensors']) {
      await saveModel(at(name), own)
      await expect(loadModel(at(name))).rejects.toThrow(
        "options.loss: expected the functions of 'own', which a saved model cannot hold",
      )
      await expect(loadModel(at(name))).rejects.toThrow(OptionError)
      const again = (await loadModel(at(name), { loss: loss as never, kernels: 'simd' })) as Network
      expect(again.predict([[1, 2]])).toEqual(own.predict([[1, 2]]))
    }
  })

  it('is refused under another name', async () => {
    for (const file of ['model', 'model.onnx', 'a.json/model', '.constructor', 3]) {
      await expect(saveModel(file as string, model)).rejects.toThrow(OptionError)
    }
    await expect(saveModel('model.json', {} as never)).rejects.toThrow(OptionError)
    await expect(saveModel('model.json', model, { optimiser: 1 } as never)).rejects.toThrow(OptionError)
    const lost = saveModel(at('none/model.json'), model)
    await expect(lost).rejects.toThrow(OptionError)
    await expect(lost).rejects.toThrow(
      `file: expected a file in a folder that exists, got ${at('none/model.json')}`,
    )
    mkdirSync(at('folder.json'))
    const folded = saveModel(at('folder.json'), model)
    await expect(folded).rejects.toThrow(OptionError)
    await expect(folded).rejects.toThrow(`file: expected a file, got the folder ${at('folder.json')}`)
    expect(readdirSync(at('folder.json'))).toEqual([])
    await expect(loadModel(at('none.json'))).rejects.toThrow('ENOENT')
    await expect(loadModel(3 as never)).rejects.toThrow(OptionError)
  })

  it('says where there are no files, and what else a checkpoint can do there', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    const failures = [saveModel('m.json', model), loadModel('m.json')]
    const training = new Network({ sizes: [1, 1] }).fit(
      { x: [[1]], y: [[1]] },
      { checkpoint: { file: 'm.ckpt' } },
    )
    for (const failed of failures) {
      await expect(failed).rejects.toThrow(BackendError)
      await expect(failed).rejects.toThrow(/^expected a platform with files \(Node, Deno, Bun\) for m\.json$/)
    }
    await expect(training).rejects.toThrow(
      'expected a platform with files (Node, Deno, Bun) for m.ckpt; elsewhere a function save takes the bytes',
    )
  })

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'expected a saved model, JSON or safetensors, got neither'],
    ['a text', 'hello', 'got neither'],
    ['a checkpoint', network.checkpoint(), 'got neither'],
    ['other JSON', '{"a": 1}', 'model.format: expected "nabla.model" or "nabla.network", got undefined'],
    ['a name twice', '{"format": "nabla.network", "format": "nabla.model"}', 'got "format" twice'],
    ['half a file', toSafetensors(model).slice(0, 900), 'safetensors: expected'],
  ])('is refused where the file has %s', async (_, content, message) => {
    writeFileSync(at('spoiled'), content)
    await expect(loadModel(at('spoiled'))).rejects.toThrow(FormatError)
    await expect(loadModel(at('spoiled'))).rejects.toThrow(message)
  })
})

describe('a printed model', () => {
  it('shows columns, network and target', () => {
    const line = `Model ("size", "colour" → 3 inputs; ${network}; class "heavy")`
    expect(inspect(model)).toBe(line)
    expect(`${model}`).toBe(line)
    const print = (model as unknown as Record<symbol, () => string>)[Symbol.for('Deno.customInspect')]
    expect(print.call(model)).toBe(line)
    expect(inspect(new Model({ network }))).toBe(`Model (${network})`)
  })
})
