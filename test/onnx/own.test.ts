// Files of nabla's whose metadata says another model than their nodes compute: refused, for a runtime would give other answers.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featuresFromJSON, fitFeatures, fitTarget, type NumberTargetJSON } from '../../src/data/index.ts'
import { FormatError, Network } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { modelSnapshotOf } from '../../src/models/snapshot.ts'
import { columnsOf } from '../../src/onnx/export/columns.ts'
import { writeOnnx } from '../../src/onnx/export/write.ts'
import { fromOnnx, toOnnx } from '../../src/onnx/index.ts'

const rows = Array.from({ length: 12 }, (_, i) => ({
  area: i % 4 ? 30 + 7 * i : null,
  income: 100 * i,
  floor: i % 3,
  garden: i % 2 === 0,
  city: ['Bonn', 'Oslo', 'Rome'][i % 3],
  price: 5 + i,
}))
const columns = {
  area: { type: 'numeric', missing: 'median', indicator: true },
  income: 'log1p',
  floor: 'categorical',
  city: 'categorical',
} as const
const features = fitFeatures(rows, { except: ['price'], columns })
const target = fitTarget(rows, 'price', { log1p: true })
const network = new Network({ sizes: [features.width, 3, 1], kernels: 'reference' })
const model = new Model({ network, features, target })
const { network: plain } = modelSnapshotOf(model)
const { loss } = plain.options
const json = features.toJSON()
const units = (target.toJSON() as NumberTargetJSON).columns

/** A file whose nodes are those of `made` and whose metadata is `said`. */
const file = (
  said: { features?: unknown; target?: unknown },
  made: { columns?: ReturnType<typeof columnsOf>; units?: typeof units } = {
    columns: columnsOf(json),
    units,
  },
) =>
  writeOnnx({ network: plain, loss, ...made, model: said, input: 'input', output: 'output', name: 'nabla' })

const refused = (bytes: Uint8Array, what: RegExp) => {
  expect(() => fromOnnx(bytes)).toThrow(FormatError)
  expect(() => fromOnnx(bytes)).toThrow(what)
}

/** The same bytes with one text in place of another of its length, once. */
function edited(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  expect(text.split(from)).toHaveLength(2)
  expect(to).toHaveLength(from.length)
  return Uint8Array.from(text.replace(from, to), (one) => one.charCodeAt(0))
}

describe('the metadata of a model', () => {
  it('is taken where the nodes are those of it', () => {
    const said = { features: json, target: target.toJSON() }
    const read = fromOnnx(file(said), { kernels: 'reference' }) as Model
    expect(read.predict(rows)).toEqual(model.predict(rows))
    expect(file(said)).toEqual(toOnnx(model))
  })

  it('of a newer minor version is read without what is not known, of this version refused', () => {
    const noted = { ...json, note: 1, columns: json.columns.map((column) => ({ ...column, note: 1 })) }
    const bytes = file({ features: noted, target: { ...target.toJSON(), note: 1 } })
    const newer = edited(bytes, '\x12\x031.0', '\x12\x031.9')
    expect((fromOnnx(newer, { as: 'model', kernels: 'reference' }) as Model).predict(rows)).toEqual(
      model.predict(rows),
    )
    refused(bytes, /note/)
  })

  const [area, income, floor, garden, city] = json.columns as never as Record<string, unknown>[]
  const withColumn = (changed: object) => ({
    ...json,
    columns: [area, income, floor, garden, city].map((column) =>
      column.name === (changed as { name: string }).name ? { ...column, ...changed } : column,
    ),
  })
  it.each<[string, object, RegExp]>([
    ['another offset', { name: 'area', offset: 1 }, /offset/],
    ['another scale', { name: 'income', scale: 2 }, /scale/],
    ['another number for what is missing', { name: 'area', missing: 3 }, /missing/],
    ['none for what is missing', { name: 'area', missing: null }, /the node of .*centered/],
    ['a number for what is not', { name: 'garden', missing: 0.5 }, /the node of/],
    ['no logarithm', { name: 'income', log1p: false }, /the node of/],
    ['categories in another order', { name: 'city', categories: ['Oslo', 'Bonn', 'Rome'] }, /encoded/],
    ['another category', { name: 'city', categories: ['Bonn', 'Oslo', 'Roma'] }, /encoded/],
    ['another number as a category', { name: 'floor', categories: [0, 1, 3] }, /categories/],
  ])('with %s is refused', (_, changed, what) => {
    const said = withColumn(changed)
    // The columns are such as there may be.
    expect(featuresFromJSON(said).width).toBe(features.width)
    refused(file({ features: said, target: target.toJSON() }), what)
  })

  it('with another name of a column is refused where it is that of an input', () => {
    const renamed = json.columns.map((column) => ({ ...column, name: column.name.replace('city', 'town') }))
    refused(file({ features: { ...json, columns: renamed }, target: target.toJSON() }), /the inputs/)
  })

  it('with features or a target that no node has is refused', () => {
    const said = { features: json, target: target.toJSON() }
    refused(file(said, { columns: columnsOf(json) }), /expected what metadata nabla\.model says/)
    refused(file(said, { units }), /the inputs/)
    refused(file({ target: said.target }, {}), /units|"output"/)
  })

  it('without features or a target that nodes have is refused', () => {
    refused(file({ target: target.toJSON() }), /in front of the network/)
    refused(file({ features: json }), /the node of "output"/)
    refused(
      file({ features: json, target: { type: 'labels', names: ['price'] } }),
      /the node of "output" \(Identity\)/,
    )
  })

  it('with another unit is refused', () => {
    const [unit] = units
    for (const changed of [
      { ...unit, scale: 2 },
      { ...unit, offset: 0.5 },
      { ...unit, log1p: false },
    ])
      refused(file({ features: json, target: { type: 'number', columns: [changed] } }), /units|"output"/)
  })

  it('is refused where nodes have been edited', () => {
    const whole = toOnnx(model)
    // Field 4 of a node, its operator.
    refused(edited(whole, '\x22\x03Log', '\x22\x03Abs'), /the node of .*Log/)
    refused(edited(whole, '\x22\x05IsNaN', '\x22\x05IsInf'), /the node of .*IsNaN/)
    refused(edited(whole, '\x4a\x04Bonn\x4a\x04Oslo', '\x4a\x04Oslo\x4a\x04Bonn'), /encoded/)
  })

  it('is refused where the network takes another value than the features', () => {
    const numbers = fitFeatures([[1], [2]], { names: ['a'] })
    const small = new Network({ sizes: [1, 2], kernels: 'reference' })
    const bytes = toOnnx(new Model({ network: small, features: numbers }), { input: 'rawcells' })
    expect(fromOnnx(bytes)).toBeInstanceOf(Model)
    refused(edited(bytes, '\x0a\x08features\x0a', '\x0a\x08rawcells\x0a'), /begin with "features"/)
  })

  it('is refused of any columns but its own', () => {
    const numeric = fc.record({
      type: fc.constant('numeric'),
      name: fc.constant('area'),
      offset: fc.integer({ min: -2, max: 2 }),
      scale: fc.integer({ min: 1, max: 3 }),
      log1p: fc.boolean(),
      missing: fc.option(fc.integer({ min: 0, max: 2 })),
      indicator: fc.boolean(),
    })
    fc.assert(
      fc.property(numeric, numeric, (made, said) => {
        fc.pre(made.indicator === said.indicator)
        const of = (column: object) => featuresFromJSON({ columns: [column], cells: null })
        const small = new Network({ sizes: [of(made).width, 1], kernels: 'reference' })
        const bytes = writeOnnx({
          network: modelSnapshotOf(small).network,
          columns: columnsOf(of(made).toJSON()),
          model: { features: of(said).toJSON() },
          ...{ input: 'input', output: 'output', name: 'nabla' },
        })
        small.dispose()
        if (JSON.stringify(made) === JSON.stringify(said)) expect(fromOnnx(bytes)).toBeInstanceOf(Model)
        else refused(bytes, /expected what metadata/)
      }),
      { seed: 1, numRuns: 150 },
    )
  })
})
