// A model as safetensors: exact, and as Python has it.

import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTensors } from '../../../src/formats/safetensors.ts'
import { BackendError, Network, OptionError } from '../../../src/index.ts'
import { fromSafetensors, Model, toSafetensors } from '../../../src/models/index.ts'
import { anyOptions, bitsOf, dataFor, setOddWeights } from '../../helpers/any-network.ts'
import { headerLength, makeModel, own, rows } from '../../helpers/safetensors.ts'

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
    const bytes = readFileSync(new URL(`../../fixtures/python-${kind}.safetensors`, import.meta.url))
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
