// A model as safetensors: exact, as Python has it, refused where it is not what it says.

import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { decodeTensors, encodeTensors, type Tensor } from '../../src/formats/safetensors.ts'
import { BackendError, FormatError, NablaError, Network, OptionError } from '../../src/index.ts'
import { fromSafetensors, Model, toSafetensors } from '../../src/models/index.ts'
import { anyOptions, bitsOf, dataFor, setOddWeights } from '../helpers/any-network.ts'

const own = { kernels: 'simd', threads: 1 } as const

/** A file of this header and so many bytes behind it. */
function file(header: unknown, length = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + length)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(text, 8)
  return bytes
}

/** The header of a file, to be read and changed. */
function headerOf(bytes: Uint8Array) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
}

// biome-ignore lint/suspicious/noExplicitAny: what is spoiled has no type
type Anything = any

/** The file with another header. */
function withHeader(bytes: Uint8Array, change: (header: Anything) => unknown): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const header = headerOf(bytes)
  const floats = bytes.subarray(8 + length)
  const changed = file(change(header) ?? header, floats.length)
  changed.set(floats, changed.length - floats.length)
  return changed
}

describe('tensors', () => {
  const anyTensor = fc
    .record({ shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), seed: fc.integer() })
    .map(({ shape, seed }): Tensor => {
      const words = Uint32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        Math.imul(seed + i, 2654435761),
      )
      return { shape, data: new Float32Array(words.buffer) }
    })
  const anyName = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', 'toString', '0', 'ü"\\\u0000'),
  )

  it('come back to the bit under any name, NaN included, from bytes that begin anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyName, anyTensor)),
        fc.array(fc.tuple(anyName, fc.string())),
        (tensors, metadata) => {
          const written = { tensors: new Map(tensors), metadata: new Map(metadata) }
          written.tensors.delete('__metadata__')
          const bytes = encodeTensors(written)
          const shifted = new Uint8Array(bytes.length + 3).subarray(3)
          shifted.set(bytes)
          const read = decodeTensors(shifted)
          const words = (all: ReadonlyMap<string, Tensor>) =>
            new Map(
              [...all].map(([name, { shape, data }]) => [
                name,
                [shape, [...new Uint32Array(data.slice().buffer)]],
              ]),
            )
          expect(words(read.tensors)).toEqual(words(written.tensors))
          expect(read.metadata).toEqual(written.metadata)
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('of float16 are all read', () => {
    // What Python's struct unpacks: the least, the largest, halves of both kinds, infinity.
    const halves: [number, number][] = [
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0xc000, -2],
      [0x8000, -0],
      [0x7c00, Number.POSITIVE_INFINITY],
    ]
    const bytes = file({ a: { dtype: 'F16', shape: [8], data_offsets: [0, 16] } }, 16)
    const view = new DataView(bytes.buffer, bytes.length - 16)
    halves.forEach(([bits], i) => {
      view.setUint16(2 * i, bits, true)
    })
    expect([...decodeTensors(bytes).tensors.get('a')!.data]).toEqual(halves.map(([, value]) => value))
  })

  const one = (change: object) => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } })
  const two = (first: number[], second: number[]) => ({
    a: { dtype: 'F32', shape: [2], data_offsets: first },
    b: { dtype: 'F32', shape: [2], data_offsets: second },
  })
  it.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(), 'expected 8 bytes at least, got 0'],
    [
      'a length beyond the bytes',
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123, 125),
      'expected a header of 2 bytes at most, got one of 9',
    ],
    [
      'a length of 2⁵³ and more',
      Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 255, 123, 125),
      'expected a header of 2 bytes at most',
    ],
    ['a header that is no JSON', file('{"a"'), 'safetensors: header: expected JSON'],
    ['a header that is no object', file('[]'), 'expected an object as header'],
    ['a header behind spaces', file(' {}'), 'expected an object as header'],
    [
      'a header that is no UTF-8',
      (() => {
        const bytes = file('{"aa":1}')
        bytes[10] = 0xff
        return bytes
      })(),
      'expected a header in UTF-8',
    ],
    [
      'a name twice',
      file(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      ),
      'expected names that differ, got "a" twice',
    ],
    [
      'a key twice',
      file('{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'),
      'got "dtype" twice',
    ],
    ['integers', file(one({ dtype: 'I32' }), 8), 'expected a dtype among F32, F64, F16, BF16, got "I32"'],
    ['a dtype that every object has', file(one({ dtype: 'constructor' }), 8), 'expected a dtype among'],
    [
      'a key that is none',
      file(one({ stride: 1 }), 8),
      'expected dtype, shape and data_offsets, got "stride"',
    ],
    ['a negative shape', file(one({ shape: [-2] }), 8), 'expected a shape of counts'],
    ['a shape of halves', file(one({ shape: [0.5, 4] }), 8), 'expected a shape of counts'],
    [
      'a shape whose product is beyond all',
      file(one({ shape: Array(40).fill(2 ** 53 - 1) }), 8),
      'bytes apart',
    ],
    [
      'a shape of nothing and of all',
      file(one({ shape: [...Array(40).fill(2 ** 53 - 1), 0] }), 8),
      'bytes apart',
    ],
    [
      'offsets that are not of the shape',
      file(one({ data_offsets: [0, 4] }), 8),
      'expected data_offsets 8 bytes apart',
    ],
    ['offsets backwards', file(one({ data_offsets: [8, 0] }), 8), 'expected data_offsets 8 bytes apart'],
    ['three offsets', file(one({ data_offsets: [0, 8, 8] }), 8), 'expected data_offsets of two counts'],
    [
      'a hole before',
      file(one({ data_offsets: [4, 12] }), 12),
      'expected it to begin at 0, behind the one before, got 4',
    ],
    ['a hole between', file(two([0, 8], [12, 20]), 20), 'tensor "b": expected it to begin at 8'],
    ['tensors that overlap', file(two([0, 8], [4, 12]), 12), 'tensor "b": expected it to begin at 8'],
    ['the same bytes twice', file(two([0, 8], [0, 8]), 8), 'expected it to begin at 8'],
    ['bytes behind', file(one({}), 9), 'expected 8 bytes of tensors, as the header has them, got 9'],
    ['bytes missing', file(one({}), 7), 'expected 8 bytes of tensors, as the header has them, got 7'],
    [
      'terabytes',
      file(one({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] }), 8),
      'expected 4398046511104 bytes of tensors',
    ],
    ['metadata that are no object', file({ __metadata__: [] }), 'expected __metadata__ to be an object'],
    [
      'metadata that are no texts',
      file({ __metadata__: { a: 1 } }),
      '__metadata__: expected a text as "a", got 1',
    ],
    ['what is no Uint8Array', 'text' as Anything, 'expected a Uint8Array'],
  ])('are refused with %s', (_, bytes, message) => {
    expect(() => decodeTensors(bytes)).toThrow(FormatError)
    expect(() => decodeTensors(bytes)).toThrow(message)
  })
})

const rows = Array.from({ length: 60 }, (_, i) => ({
  area: 40 + ((i * 37) % 120),
  city: ['Rome', 'Oslo', '__proto__'][i % 3],
  kind: i % 2 ? 'large' : 'small',
}))
const features = fitFeatures(rows, { except: ['kind'] })
const target = fitTarget(rows, 'kind')
const makeModel = () =>
  new Model({
    network: new Network({
      inputs: features.width,
      layers: [{ units: 5, normalization: 'batch' }, 2],
      loss: 'crossEntropy',
      optimizer: 'adam',
      ...own,
    }),
    features,
    target,
  })

describe('a model in safetensors', () => {
  it('comes back to the bit, whatever its architecture and its numbers', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options, odd) => {
        const net = new Network(options)
        setOddWeights(net, odd)
        const bytes = toSafetensors(net)
        const again = fromSafetensors(bytes, own) as Network
        expect(bitsOf(again)).toEqual(bitsOf(net))
        expect(`${again}`).toBe(`${net}`)
        expect(toSafetensors(again)).toEqual(bytes)
        net.dispose()
        again.dispose()
      }),
      { seed: 2, numRuns: 150 },
    )
  })

  it('goes on to the same bits with the state of its optimizer, whichever that is', async () => {
    await fc.assert(
      fc.asyncProperty(anyOptions, async (options) => {
        const net = new Network(options)
        const data = dataFor(net, 12)
        const fit = { epochs: 2, batchSize: 4, threads: 1 }
        await net.fit(data, fit)
        const again = fromSafetensors(toSafetensors(net, { optimizer: true }), own) as Network
        expect(again.epochs).toBe(net.epochs)
        await net.fit(data, fit)
        await again.fit(data, fit)
        expect(bitsOf(again)).toEqual(bitsOf(net))
        net.dispose()
        again.dispose()
      }),
      { seed: 3, numRuns: 60 },
    )
  })

  it('has its features and its target, and predicts the same of rows', async () => {
    const model = makeModel()
    await model.fit(rows, { epochs: 3 })
    const again = fromSafetensors(toSafetensors(model), own) as Model
    expect(again).toBeInstanceOf(Model)
    expect(again.predict(rows)).toEqual(model.predict(rows))
    const json = Model.fromJSON(JSON.parse(JSON.stringify(model)), own)
    expect(json.predict(rows)).toEqual(model.predict(rows))
    // With how far it is.
    const [one, other] = [
      fromSafetensors(toSafetensors(model, { optimizer: true }), own) as Model,
      Model.fromJSON(JSON.parse(JSON.stringify(model.toJSON({ optimizer: true }))), own),
    ]
    for (const each of [model, one, other]) await each.fit(rows, { epochs: 2 })
    expect(bitsOf(one.network)).toEqual(bitsOf(model.network))
    expect(bitsOf(other.network)).toEqual(bitsOf(model.network))
  })

  it('is what was saved: a model without features, or a network', () => {
    const network = new Network({ sizes: [2, 1] })
    expect(fromSafetensors(toSafetensors(new Model({ network })))).toBeInstanceOf(Model)
    expect(fromSafetensors(toSafetensors(network))).toBeInstanceOf(Network)
    expect(Model.fromJSON(network.toJSON()).network.weights(0)).toEqual(network.weights(0))
  })

  it('travels between threads', () => {
    const { network } = makeModel()
    expect(bitsOf(fromSafetensors(structuredClone(toSafetensors(network)), own) as Network)).toEqual(
      bitsOf(network),
    )
    expect(() => structuredClone(makeModel())).toThrow(
      "send net.toJSON(), or toSafetensors(net) of 'nabla/model'",
    )
  })

  it('is read from an ArrayBuffer, from shared memory and from another realm', () => {
    const { network } = makeModel()
    const bytes = toSafetensors(network)
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    const foreign = new (runInNewContext('Uint8Array'))(bytes)
    expect(foreign).not.toBeInstanceOf(Uint8Array)
    for (const given of [bytes.slice().buffer, shared, foreign, foreign.buffer]) {
      expect(bitsOf(fromSafetensors(given, own) as Network)).toEqual(bitsOf(network))
    }
    expect(() => fromSafetensors('{}' as never)).toThrow('expected a Uint8Array or an ArrayBuffer, got "{}"')
  })

  it('has the names and shapes of PyTorch', () => {
    const network = new Network({
      inputs: 3,
      layers: [{ units: 2, normalization: 'batch', bias: true }, 1],
      ...own,
    })
    network.setWeights(0, [
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const { tensors, metadata } = decodeTensors(toSafetensors(network))
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ['layers.0.weight', [2, 3]],
      ['layers.0.bias', [2]],
      ['layers.0.norm.weight', [2]],
      ['layers.0.norm.bias', [2]],
      ['layers.0.norm.running_mean', [2]],
      ['layers.0.norm.running_var', [2]],
      ['layers.1.weight', [1, 2]],
      ['layers.1.bias', [1]],
    ])
    expect([...tensors.get('layers.0.weight')!.data]).toEqual([1, 3, 5, 2, 4, 6])
    expect([...metadata.keys()]).toEqual(['format', 'nabla.version', 'nabla.kind', 'nabla.network'])
    // Where the floats begin, views of them may.
    expect(headerLength(toSafetensors(network)) % 8).toBe(0)
  })

  it.each(['f32', 'f64', 'f16', 'bf16'])('is read as Python has written it, in %s', (kind) => {
    const bytes = readFileSync(new URL(`../fixtures/python-${kind}.safetensors`, import.meta.url))
    const net = fromSafetensors(bytes, own) as Network
    const { metadata } = decodeTensors(bytes)
    const expected = JSON.parse(metadata.get('expected')!)
    expect([...net.predict(JSON.parse(metadata.get('rows')!))]).toEqual(expected)
    expect(expected).toHaveLength(2)
  })

  it('refuses what it does not know', async () => {
    const net = new Network({ sizes: [2, 1] })
    expect(() => toSafetensors({} as never)).toThrow(OptionError)
    expect(() => toSafetensors(net, { optimiser: true } as never)).toThrow(OptionError)
    expect(() => fromSafetensors(toSafetensors(net), { learningRate: 1 } as never)).toThrow(OptionError)
    const onEpoch = () => {
      expect(() => toSafetensors(net, { optimizer: true })).toThrow(BackendError)
      expect(toSafetensors(net).length).toBeGreaterThan(100)
    }
    await net.fit({ x: [[1, 2]], y: [[1]] }, { epochs: 1, onEpoch })
  })
})

const headerLength = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(0, true)

describe('safetensors of another version', () => {
  const saved = toSafetensors(makeModel())
  const withMetadata = (change: (metadata: Record<string, string>) => void) =>
    withHeader(saved, (header) => change(header.__metadata__))

  it('are read where it is a newer minor one, without what is not known', () => {
    const newer = withMetadata((metadata) => {
      metadata['nabla.version'] = '1.12'
      metadata['nabla.author'] = 'somebody'
      const { layers, ...options } = JSON.parse(metadata['nabla.network'])
      metadata['nabla.network'] = JSON.stringify({
        ...options,
        note: 1,
        layers: layers.map((one: object) => ({ ...one, colour: 1 })),
      })
      const { columns, ...parts } = JSON.parse(metadata['nabla.features'])
      metadata['nabla.features'] = JSON.stringify({
        ...parts,
        note: 1,
        columns: columns.map((one: object) => ({ ...one, colour: 1 })),
      })
      metadata['nabla.target'] = metadata['nabla.target'].replace('{', '{"note":1,')
    })
    const [was, is] = [fromSafetensors(saved, own), fromSafetensors(newer, own)] as Model[]
    expect(is.predict(rows)).toEqual(was.predict(rows))
  })

  it.each<[string, (metadata: Record<string, string>) => void, string]>([
    [
      'a newer major one',
      (m) => {
        m['nabla.version'] = '2.0'
      },
      'nabla.version: expected version 1 of the format, got 2.0, which a newer version of nabla',
    ],
    [
      'none',
      (m) => {
        delete m['nabla.version']
      },
      'nabla.version: expected a file of toSafetensors()',
    ],
    [
      'an option that this one has not',
      (m) => {
        m['nabla.network'] = m['nabla.network'].replace('{', '{"note":1,')
      },
      'model: options: expected options among',
    ],
    [
      'another kind',
      (m) => {
        m['nabla.kind'] = 'forest'
      },
      'nabla.kind: expected "network" or "model"',
    ],
    [
      'features of a network alone',
      (m) => {
        m['nabla.kind'] = 'network'
      },
      'nabla.kind: expected "model"',
    ],
    [
      'no options',
      (m) => {
        delete m['nabla.network']
      },
      'nabla.network: expected the options',
    ],
    [
      'options that are no JSON',
      (m) => {
        m['nabla.network'] = '{'
      },
      'nabla.network: expected JSON',
    ],
    [
      'an option twice',
      (m) => {
        m['nabla.network'] = m['nabla.network'].replace('{', '{"seed":1,')
      },
      'nabla.network: expected names that differ, got "seed" twice',
    ],
    [
      'features that are none',
      (m) => {
        m['nabla.features'] = '{}'
      },
      'features.columns',
    ],
    [
      'features of another width',
      (m) => {
        m['nabla.features'] = JSON.stringify({
          ...features.toJSON(),
          columns: features.toJSON().columns.slice(1),
        })
      },
      'model: options.network',
    ],
    [
      'a network for more than there is',
      (m) => {
        m['nabla.network'] = m['nabla.network'].replace('"inputs":4', '"inputs":16777216')
      },
      'parameters[0].weights: expected 83886080 numbers',
    ],
  ])('are refused with %s', (_, change, message) => {
    expect(() => fromSafetensors(withMetadata(change))).toThrow(FormatError)
    expect(() => fromSafetensors(withMetadata(change))).toThrow(message)
  })
})

describe('hostile safetensors', () => {
  const model = makeModel()
  model.network.trainBatch(
    model.inputsOf(rows),
    Int32Array.from(rows, (_, i) => i % 2),
  )
  const saved = toSafetensors(model, { optimizer: true })
  const rename = (from: string, to: string) => (header: Anything) => {
    header[to] = header[from]
    delete header[from]
  }

  it.each<[string, (header: Anything) => unknown, string]>([
    ['a tensor that is not of a network', rename('layers.0.bias', 'embedding'), 'tensor "layers.0'],
    [
      'a name of nothing',
      rename('layers.1.bias', 'layers.1.scale'),
      'tensor "layers.1.scale": expected the parameters of a network alone',
    ],
    [
      'a name that every object has',
      rename('layers.1.bias', 'layers.1.constructor'),
      'expected the parameters of a network alone',
    ],
    [
      'a layer that there is not',
      rename('layers.1.bias', 'layers.7.bias'),
      'tensor "layers.7.bias": expected undefined as its first dimension',
    ],
    [
      'a layer by another number',
      rename('layers.1.bias', 'layers.01.bias'),
      'tensor "layers.01.bias": expected the parameters',
    ],
    [
      'a layer of 10⁹',
      rename('layers.1.bias', 'layers.999999999.bias'),
      'tensor "layers.999999999.bias": expected undefined',
    ],
    [
      'a matrix as it is not',
      (h) => {
        h['layers.0.weight'].shape.reverse()
      },
      'tensor "layers.0.weight": expected 5 as its first dimension',
    ],
    [
      'a matrix as a list',
      (h) => {
        h['layers.1.weight'].shape = [2, 5, 1]
      },
      'tensor "layers.1.weight": expected a matrix (units × inputs)',
    ],
    [
      'no training beside its tensors',
      (h) => {
        delete h.__metadata__['nabla.training']
      },
      'nabla.training: expected it in the metadata',
    ],
    [
      'a slot too far',
      (h) => {
        for (const name of Object.keys(h).filter((one) => one.startsWith('optimizer.1.')))
          rename(name, name.replace('1.', '2.'))(h)
      },
      'tensors: expected those of optimizer slot 1, got none',
    ],
    [
      'steps that are none',
      (h) => {
        h.__metadata__['nabla.training'] = h.__metadata__['nabla.training'].replace(
          '"steps":1',
          '"steps":"1"',
        )
      },
      'training.progress.steps',
    ],
    [
      'more steps than any',
      (h) => {
        h.__metadata__['nabla.training'] = h.__metadata__['nabla.training'].replace(
          '"steps":1',
          '"steps":1e15',
        )
      },
      'training.progress.steps',
    ],
  ])('are refused with %s', (_, change, message) => {
    if (_ === 'a tensor that is not of a network') {
      expect(() => fromSafetensors(withHeader(saved, rename('layers.1.bias', 'embedding')))).toThrow(
        'tensor "embedding": expected the parameters of a network alone',
      )
      return
    }
    expect(() => fromSafetensors(withHeader(saved, change))).toThrow(FormatError)
    expect(() => fromSafetensors(withHeader(saved, change))).toThrow(message)
  })

  it('are refused with units without inputs, which would be counted one by one', () => {
    // 2⁵² of them took weeks; as many as here half a second.
    const units = 2 ** 27
    const options = JSON.stringify({ inputs: 1, layers: [{ units }] })
    const empty = file({
      __metadata__: { 'nabla.version': '1.0', 'nabla.kind': 'network', 'nabla.network': options },
      'layers.0.weight': { dtype: 'F32', shape: [units, 0], data_offsets: [0, 0] },
    })
    expect(() => fromSafetensors(empty)).toThrow(FormatError)
    expect(() => fromSafetensors(empty)).toThrow('tensor "layers.0.weight": expected at least one number')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'are refused with %s, and with a float64 beyond float32',
    (value) => {
      const { tensors, metadata } = decodeTensors(saved)
      const bias = new Float32Array([1, value])
      const spoiled = encodeTensors({
        tensors: new Map([...tensors, ['layers.1.bias', { shape: [2], data: bias }]]),
        metadata,
      })
      expect(() => fromSafetensors(spoiled)).toThrow(
        'tensor "layers.1.bias": expected numbers that are finite in float32',
      )
      const wide = file({ a: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } }, 8)
      new DataView(wide.buffer).setFloat64(wide.length - 8, 1e300, true)
      expect(decodeTensors(wide).tensors.get('a')!.data[0]).toBe(Number.POSITIVE_INFINITY)
    },
  )

  it('are read or refused by typed errors alone, whatever bytes are changed', () => {
    const outcomes = { read: 0, refused: 0 }
    const change = fc.record({
      at: fc.nat(saved.length - 1),
      to: fc.oneof(fc.nat(255), fc.constantFrom(...[...'0123456789"{}[],:'].map((c) => c.charCodeAt(0)))),
    })
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.option(fc.nat(saved.length), { freq: 8 }),
        (changes, cut) => {
          const bytes = saved.slice(0, cut ?? saved.length)
          for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to
          try {
            const read = fromSafetensors(bytes, { kernels: 'reference' }) as Model
            read.network.dispose()
            outcomes.read += 1
          } catch (error) {
            expect(error).toBeInstanceOf(NablaError)
            outcomes.refused += 1
          }
        },
      ),
      { seed: 6, numRuns: 3000 },
    )
    expect(outcomes.refused).toBeGreaterThan(500)
    expect(outcomes.read).toBeGreaterThan(20)
    expect(({} as Anything).dtype).toBeUndefined()
  })
})
