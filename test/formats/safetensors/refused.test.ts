// Files of safetensors of another version, spoiled or hostile: refused where they are not what they say.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTensors, encodeTensors } from '../../../src/formats/safetensors.ts'
import { FormatError, NablaError } from '../../../src/index.ts'
import { fromSafetensors, type Model, toSafetensors } from '../../../src/models/index.ts'
import { type Anything, features, file, makeModel, own, rows, withHeader } from '../../helpers/safetensors.ts'

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
