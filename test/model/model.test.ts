import { describe, expect, it, vi } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { Network, OptionError, ShapeError } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { modelOf, modelSnapshotOf } from '../../src/models/snapshot.ts'

const homes = Array.from({ length: 120 }, (_, i) => {
  const area = 40 + ((i * 37) % 120)
  const city = ['Rome', 'Oslo', 'Bonn'][i % 3]
  const factor = { Rome: 3000, Oslo: 5000, Bonn: 2000 }[city]!
  return {
    area,
    city,
    price: 50_000 + area * factor,
    size: area > 100 ? 'large' : 'small',
    quiet: i % 2 === 0,
  }
})
type Home = (typeof homes)[number]

const features = fitFeatures(homes, { except: ['price', 'size', 'quiet'] })
const networkFor = (outputs: number, options: object) =>
  new Network({
    sizes: [features.width, 16, outputs],
    optimizer: { name: 'adam', learningRate: 0.02 },
    seed: 1,
    ...options,
  })

describe('a model', () => {
  it('predicts a number in its own unit', async () => {
    const target = fitTarget(homes, 'price')
    const model = new Model({ network: networkFor(1, { loss: 'quadratic' }), features, target })
    await model.fit(homes, { epochs: 200, validation: 0.2, earlyStopping: { patience: 30 } })
    const price = model.predict({ city: 'Rome', area: 80 })
    expect(price).toBeGreaterThan(270_000)
    expect(price).toBeLessThan(310_000)
    const all = model.predict(homes) as number[]
    expect(all).toHaveLength(120)
    expect(all[0]).toBe(model.predict(homes[0]))
    expect(await model.predictAsync(homes)).toEqual(all)
    expect(await model.predictAsync(homes[0])).toBe(all[0])
    expect(await model.predictAsync([120, 'Bonn'])).toBe(model.predict([120, 'Bonn']))
  })

  it('predicts a class with its probabilities, by one output or by two', async () => {
    const target = fitTarget(homes, 'size')
    expect(target.classes).toEqual(['large', 'small'])
    for (const [outputs, loss] of [
      [1, 'binaryCrossEntropy'],
      [2, 'crossEntropy'],
    ] as const) {
      const model = new Model({ network: networkFor(outputs, { loss }), features, target })
      await model.fit(homes, { epochs: 60, validation: homes.slice(0, 30) })
      const found = model.predict({ area: 60, city: 'Oslo' }) as {
        class: string
        probabilities: Record<string, number>
      }
      expect(found.class).toBe('small')
      expect(found.probabilities.small).toBeGreaterThan(0.5)
      expect(found.probabilities.small + found.probabilities.large).toBeCloseTo(1, 6)
      const right = homes.filter((home) => (model.predict(home) as { class: string }).class === home.size)
      expect(right.length / homes.length).toBe(model.evaluate(homes).accuracy)
      expect(right.length).toBeGreaterThan(110)
    }
  })

  it('takes the class of the largest output, also where each is a label to the loss', async () => {
    const target = fitTarget(homes, 'size')
    const model = new Model({ network: networkFor(2, { loss: 'binaryCrossEntropy' }), features, target })
    await model.fit(homes, { epochs: 60 })
    const right = homes.filter((home) => (model.predict(home) as { class: string }).class === home.size)
    expect(right.length).toBeGreaterThan(110)
  })

  it('predicts several numbers by their names, and labels', async () => {
    const rows = homes.map((home) => ({ ...home, rent: home.price / 200, big: home.area > 100 }))
    const two = new Model({
      network: networkFor(2, { loss: 'quadratic' }),
      features,
      target: fitTarget(rows, ['price', 'rent'], { log1p: true }),
    })
    await two.fit(rows, { epochs: 100 })
    const { price, rent } = two.predict(rows[0]) as Record<string, number>
    expect(price / rent).toBeGreaterThan(150)
    expect(price / rent).toBeLessThan(250)
    const labels = new Model({
      network: networkFor(2, { loss: 'binaryCrossEntropy' }),
      features,
      target: fitTarget(rows, ['big', 'quiet']),
    })
    await labels.fit(rows, { epochs: 100 })
    const found = labels.predict({ area: 150, city: 'Bonn' }) as { labels: string[] }
    expect(found.labels).toContain('big')
  })

  it('gives classes back as they were: numbers and booleans', async () => {
    const rows = homes.map((home) => ({ ...home, rooms: home.area > 100 ? 4 : 2 }))
    const target = fitTarget(rows, 'rooms', { type: 'class' })
    const model = new Model({ network: networkFor(2, { loss: 'crossEntropy' }), features, target })
    await model.fit(rows, { epochs: 50 })
    expect(model.predict({ area: 155, city: 'Oslo' })).toMatchObject({ class: 4 })
  })

  it('weighs classes by their own names, which may be numbers', async () => {
    const rows = homes.map((home) => ({ ...home, rooms: 1 + Math.floor(home.area / 60) }))
    for (const [column, classWeight, indices] of [
      ['city', { Oslo: 5, Rome: 0.5 }, { 1: 5, 2: 0.5 }],
      ['city', { 1: 5, 2: 0.5 }, { 1: 5, 2: 0.5 }],
      ['rooms', { 1: 5, 3: 0.5 }, { 0: 5, 2: 0.5 }],
    ] as const) {
      const target = fitTarget(rows, column, { type: 'class' })
      expect(target.classes).toHaveLength(3)
      const x = fitFeatures(rows, { except: ['city', 'rooms', 'size'] })
      const network = () => new Network({ sizes: [x.width, 3], loss: 'crossEntropy', seed: 1 })
      const model = new Model({ network: network(), features: x, target })
      await model.fit(rows, { epochs: 2, classWeight })
      const plain = network()
      const data = { x: x.transform(rows), y: target.encode(rows) }
      await plain.fit(data, { epochs: 2, classWeight: indices })
      expect(model.network.weights(0), JSON.stringify(classWeight)).toEqual(plain.weights(0))
      const refused = model.fit(rows, { classWeight: { 9: 1 } })
      await expect(refused).rejects.toThrow(OptionError)
    }
  })

  it('refuses a network that has other names for the classes of the target', () => {
    const target = fitTarget(homes, 'size')
    const named = (classNames: string[]) =>
      new Model({ network: networkFor(2, { loss: 'crossEntropy', classNames }), features, target })
    expect(named(['large', 'small']).predict(homes[0])).toHaveProperty('class')
    expect(() => named(['small', 'large'])).toThrow(OptionError)
    expect(() => named(['small', 'large'])).toThrow(
      'options.network: expected the classNames of the target, "large", "small", got "small", "large"',
    )
  })

  it('does without features or a target', () => {
    const network = new Network({ sizes: [2, 3], loss: 'crossEntropy', classNames: ['a', 'b', 'c'] })
    const model = new Model({ network })
    const one = model.predict([1, 2]) as { class: string }
    expect(['a', 'b', 'c']).toContain(one.class)
    expect(model.predict([[1, 2]])).toEqual([one])
    const plain = new Model({ network: new Network({ sizes: [2, 3] }) })
    expect(plain.predict([1, 2])).toEqual(plain.network.predict([[1, 2]]))
    expect(() => plain.predict([1, 2, 3])).toThrow(ShapeError)
    expect(() => plain.evaluate([[1, 2]])).toThrow(OptionError)
  })

  it('trains to the bits of its network on the numbers that stand for the rows', async () => {
    const target = fitTarget(homes, 'size')
    const model = new Model({ network: networkFor(2, { loss: 'crossEntropy' }), features, target })
    const network = networkFor(2, { loss: 'crossEntropy' })
    const weights = homes.map((_, i) => 1 + (i % 3))
    await model.fit(homes, { epochs: 3, weights })
    await network.fit({ x: features.transform(homes), y: target.encode(homes), weights }, { epochs: 3 })
    expect(model.network.weights(0)).toEqual(network.weights(0))
  })

  it('is the same after a trip as plain data', async () => {
    const target = fitTarget(homes, 'size')
    const model = new Model({ network: networkFor(1, { loss: 'binaryCrossEntropy' }), features, target })
    await model.fit(homes, { epochs: 5 })
    const saved = modelSnapshotOf(model)
    const again = modelOf({ ...JSON.parse(JSON.stringify(saved)), network: saved.network }) as Model
    expect(again.predict(homes)).toEqual(model.predict(homes))
    expect(modelOf(modelSnapshotOf(model.network))).toBeInstanceOf(Network)
  })

  it('notes a target among its features, unless they are all to come out again', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const all = fitFeatures(homes.slice(0, 8))
    const network = (outputs: number) => new Network({ sizes: [all.width, outputs] })
    await new Model({ network: network(1), features: all, target: fitTarget(homes, 'price') }).fit(homes)
    expect(warn.mock.calls.flat()).toEqual([
      'nabla: the target "price" is among the features, so what is predicted has to be given: leave it out by fitFeatures(rows, { except: ["price"] })',
    ])
    warn.mockClear()
    const numbers = fitFeatures(homes, { except: ['city', 'size', 'quiet'] })
    const autoencoder = new Network({ sizes: [numbers.width, 1, numbers.width] })
    const target = fitTarget(homes, ['area', 'price'])
    await new Model({ network: autoencoder, features: numbers, target }).fit(homes)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it.each([
    ['size', 2, {}, 'classes', 'quadratic', 'crossEntropy'],
    ['size', 1, { loss: 'huber' }, 'classes', 'huber', 'binaryCrossEntropy'],
    [['quiet', 'warm'], 2, {}, 'labels', 'quadratic', 'binaryCrossEntropy'],
  ] as const)(
    'notes that a loss of numbers gives %j no probabilities',
    async (columns, outputs, options, what, loss, better) => {
      const rows = homes.map((home) => ({ ...home, warm: home.area > 60 }))
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
      const target = fitTarget(rows, columns)
      const model = new Model({ network: networkFor(outputs, options), features, target })
      await model.fit(rows)
      expect(model.predict(rows[0])).not.toHaveProperty('probabilities')
      const names = target.names.map((name) => `"${name}"`).join(', ')
      expect(warn.mock.calls.flat()).toEqual([
        `nabla: the target ${names} is of ${what}, and the network's loss '${loss}' is of numbers, so predictions have no ` +
          `probabilities: new Network({ loss: '${better}', … }) gives them`,
      ])
      warn.mockRestore()
    },
  )

  it('notes nothing where there are probabilities, or a loss of classes, or numbers', async () => {
    const rows = homes.map((home) => ({ ...home, warm: home.area > 60 }))
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (const [columns, outputs, options] of [
      ['size', 2, { loss: 'crossEntropy' }],
      ['size', 1, { loss: 'quadratic', activation: 'sigmoid' }],
      ['size', 2, { loss: 'categoricalHinge' }],
      ['size', 1, { loss: 'hinge' }],
      [['quiet', 'warm'], 2, { loss: 'quadratic', activation: 'sigmoid' }],
      ['price', 1, {}],
    ] as const) {
      const network = networkFor(outputs, options)
      await new Model({ network, features, target: fitTarget(rows, columns) }).fit(rows)
    }
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('takes a single row whose first cell is a Date, or rows of them', () => {
    const names = ['built', 'area', 'city', 'price']
    const rows = homes.map(({ area, city, price }, i) => [new Date(1e12 + i * 1e9), area, city, price])
    const fitted = fitFeatures(rows, { names, except: ['price'], columns: { built: 'ignored' } })
    const target = fitTarget(rows, 'price', { names })
    const model = new Model({
      network: new Network({ sizes: [fitted.width, 4, 1] }),
      features: fitted,
      target,
    })
    const all = model.predict(rows)
    expect(all).toHaveLength(120)
    expect(model.predict(rows[1])).toBe((all as number[])[1])
  })

  it('refuses what does not fit together, and cells that are not there', () => {
    const target = fitTarget(homes, 'size')
    expect(() => new Model({ network: new Network({ sizes: [3, 2] }), features })).toThrow(
      'options.network: expected 4 inputs, one for each value of the features, got 3',
    )
    expect(() => new Model({ network: networkFor(3, {}), features, target })).toThrow(
      'options.network: expected 2 outputs for the target "size", got 3',
    )
    expect(() => new Model({ network: {} as Network })).toThrow(OptionError)
    expect(() => new Model(networkFor(2, {}) as never)).toThrow(
      'options: expected { network, features, target }, got a Network',
    )
    const model = new Model({ network: networkFor(2, { loss: 'crossEntropy' }), features, target })
    expect(() => model.predict({ area: 80 } as unknown as Home)).toThrow(
      'rows[0]: expected the column "city", got an object with "area"',
    )
    expect(() => model.evaluate([{ area: 80, city: 'Rome', size: 'huge' }])).toThrow(
      'column "size": expected one of "large", "small", got "huge"',
    )
  })
})
