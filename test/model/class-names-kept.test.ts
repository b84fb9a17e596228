// The names are the network's: what was trained, saved and said has them.

import { describe, expect, it } from 'vitest'
import { runNow } from '../../src/base/pace.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/formats/checkpoint.ts'
import { DivergedError, FormatError, Network, OptionError } from '../../src/index.ts'
import { binary, flags, indices, labels, make, NAMES, pair, parametersOf, x, y } from '../helpers/named.ts'

describe('names are those of what was trained:', () => {
  it('a fit that is refused leaves them as they were', async () => {
    const net = make()
    await expect(net.fit({ x, y }, { metrics: [{ name: 'f1', average: 'binary' }] })).rejects.toThrow(
      OptionError,
    )
    await expect(net.fit({ x, y }, { classWeight: { cow: 1 } })).rejects.toThrow(
      `fit options.classWeight: expected the network's classes "Zebra", "ant", "bee", or classes from 0 to 2, got "cow"`,
    )
    await expect(net.fit({ x, y }, { checkpoint: { file: '/no/such/folder/f' } })).rejects.toThrow()
    expect(net.classNames).toBeUndefined()
    const other = y.map((name) => `${name}!`)
    await net.fit({ x, y: other })
    expect(net.classNames).toEqual(NAMES.map((name) => `${name}!`))
  })

  it('a fit that diverges in its first epoch leaves none', async () => {
    const net = make({ loss: 'quadratic', activation: 'linear' })
    const huge = net.fit({ x: x.map((v) => 1e6 * v), y }, { learningRate: 1e6 })
    await expect(huge).rejects.toThrow(DivergedError)
    expect(net.classNames).toBeUndefined()
  })

  it('a fit that is aborted leaves them where a step was taken', async () => {
    const net = make()
    const before = new AbortController()
    before.abort(new Error('early'))
    await expect(net.fit({ x, y }, { signal: before.signal })).rejects.toThrow('early')
    expect(net.classNames).toBeUndefined()
    const soon = new AbortController()
    const fit = net.fit({ x, y }, { signal: soon.signal, onBatch: () => soon.abort(new Error('soon')) })
    await expect(fit).rejects.toThrow('soon')
    expect(net.classNames).toEqual(NAMES)
  })

  it('a stream that throws before the first step leaves none, and later those that were trained on', async () => {
    const net = make(pair)
    const stream = function* (whole: boolean) {
      if (whole) yield { x, y: flags }
      else yield { x, y: [...flags.slice(1), 3 as never] }
      throw new Error('torn')
    }
    await expect(net.fit(stream(false))).rejects.toThrow('y[59]')
    expect(net.classNames).toBeUndefined()
    const lone = make({ ...pair, normalization: 'batch' })
    await expect(lone.fit([{ x: [1, 2, 3], y: [true] }])).rejects.toThrow('2 or more rows in a batch')
    expect(lone.classNames).toBeUndefined()
    await expect(net.fit(stream(true))).rejects.toThrow('torn')
    expect(net.classNames).toEqual([false, true])
  })

  it('while a fit runs they are those of its last whole epoch', async () => {
    const net = make()
    const seen: unknown[] = []
    await net.fit(
      { x, y },
      {
        epochs: 2,
        batchSize: 60,
        onBatch: () => seen.push(net.classNames),
        onEpoch: () => net.classify(x, { names: true }),
      },
    )
    expect(seen).toEqual([undefined, NAMES])
  })
})

describe('what a network says', () => {
  it('calls classes by their names in a diagnosis', () => {
    const net = make({ classNames: NAMES })
    const noBee = y.map((name) => (name === 'bee' ? 'ant' : name))
    const texts = net.diagnose({ x, y: noBee }).map(({ text }) => text)
    expect(texts).toContainEqual(expect.stringMatching(/^class "bee" occurs in none of the 60 rows/))
    const tagged = make({ ...labels, classNames: NAMES })
    const tags = tagged.diagnose({ x, y: y.map((name) => [name, 'bee']) }).map(({ text }) => text)
    expect(tags).toContainEqual(expect.stringMatching(/^class 0 of label "bee" occurs in none/))
    const single = make({ ...binary, classNames: ['ham', 'spam'] })
    const all = single.diagnose({ x, y: y.map(() => 'ham') }).map(({ text }) => text)
    expect(all).toContainEqual(expect.stringMatching(/^class "spam" occurs in none/))
  })

  it('has them in JSON, from which a network is made again', async () => {
    const net = make()
    expect('classNames' in net.toJSON().options).toBe(false)
    await net.fit({ x, y })
    const { options } = JSON.parse(JSON.stringify(net))
    expect(new Network(options).classNames).toEqual(NAMES)
  })
})

describe('checkpoints', () => {
  /** The bytes with another header. */
  const changed = (bytes: Uint8Array, change: (header: { options: object; progress: object }) => object) => {
    const found = decodeCheckpoint(bytes)
    return runNow(encodeCheckpoint({ ...found, header: change(found.header) as typeof found.header }))
  }

  it.each([
    ['learned', {}, y, NAMES],
    ['given', { classNames: ['bee', 'ant', 'Zebra'] }, y, ['bee', 'ant', 'Zebra']],
    ['booleans', pair, flags, [false, true]],
  ])('keep names that were %s', async (_, options, targets, names) => {
    const net = make(options)
    await net.fit({ x, y: targets as string[] })
    const again = Network.resume(net.checkpoint())
    expect(again.classNames).toEqual(names)
    expect(Network.resume(again.checkpoint()).classNames).toEqual(names)
    await again.fit({ x, y: targets as string[] })
    await net.fit({ x, y: targets as string[] })
    expect(parametersOf(again)).toEqual(parametersOf(net))
    expect(again.classify(x, { names: true })).toEqual(net.classify(x, { names: true }))
  })

  it('that a fit saves in its first epoch keep them too', async () => {
    const saved: Uint8Array[] = []
    const save = (bytes: Uint8Array) => void saved.push(bytes)
    await make().fit({ x, y }, { checkpoint: { save, every: { steps: 1 } }, epochs: 2 })
    expect(Network.resume(saved[0]).classNames).toEqual(NAMES)
  })

  it('from before there were names load, and may be given some', async () => {
    const net = make()
    await net.fit({ x, y: indices })
    const old = changed(net.checkpoint(), (header) => {
      expect(JSON.stringify(header)).not.toContain('classNames')
      return header
    })
    expect(Network.resume(old).classNames).toBeUndefined()
    const named = Network.resume(old, { classNames: NAMES })
    expect(named.evaluate({ x, y })).toEqual(net.evaluate({ x, y: indices }))
    // Others instead of those that were learned.
    const learned = make()
    await learned.fit({ x, y })
    const translated = Network.resume(learned.checkpoint(), { classNames: ['Zebra', 'Ameise', 'Biene'] })
    expect(translated.classNames).toEqual(['Zebra', 'Ameise', 'Biene'])
  })

  it.each([[['a', 'b']], [['a', 'a', 'b']], ['abc'], [{ length: 3 }], [[1, 2, 3]]])(
    'with %j for names are refused',
    async (classNames) => {
      const bytes = changed(make().checkpoint(), (header) => ({
        ...header,
        progress: { ...header.progress, classNames },
      }))
      expect(() => Network.resume(bytes)).toThrow(FormatError)
      expect(() => Network.resume(bytes)).toThrow('checkpoint: progress.classNames')
    },
  )
})
