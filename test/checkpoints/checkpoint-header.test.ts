// A checkpoint whose checksum is right and whose header says anything: it is refused with an error that names the field, or it
// is a network that trains.

import { describe, expect, it } from 'vitest'
import { crc32 } from '../../src/base/crc32.ts'
import { PhiloxStream } from '../../src/base/random.ts'
import { FormatError, NablaError, Network, type NetworkOptions, OptionError } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const HEAD = 16
// Becomes __proto__ in the text: as a key of a literal or an assignment that would set the prototype.
const PROTO = 'a-proto-key'
const DIGITS = [...'0123456789-.e,:"{}[]'].map((one) => one.charCodeAt(0))
// 16 MB: the networks of these tests, their data and what a fit takes are far below 1.
const MOST_PAGES = 256
const ROWS = 20
const x = numbers(4 * ROWS, 1)
const y = Int32Array.from({ length: ROWS }, (_, r) => r % 3)
const options = { sizes: [4, 5, 3], loss: 'crossEntropy', seed: 2, kernels: 'simd', threads: 1 } as const

type Json = Record<string, unknown>

function headerOf(bytes: Uint8Array): Json {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
  return JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD, HEAD + length)))
}

/** The checkpoint with another header, its checksum right. text: its length, where that is not true. */
function withHeader(bytes: Uint8Array, header: unknown, length?: number): Uint8Array {
  const before = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
  const text = new TextEncoder().encode(JSON.stringify(header).replaceAll(PROTO, '__proto__'))
  const padded = Math.ceil(text.length / 8) * 8
  const floats = bytes.subarray(HEAD + before)
  const result = new Uint8Array(HEAD + padded + floats.length).fill(32)
  result.set(bytes.subarray(0, HEAD))
  result.set(text, HEAD)
  result.set(floats, HEAD + padded)
  new DataView(result.buffer).setUint32(12, length ?? padded, true)
  return withChecksum(result)
}

/** Writes the checksum of what the bytes hold. */
function withChecksum(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= HEAD) {
    new DataView(bytes.buffer).setUint32(8, crc32(bytes.subarray(12)), true)
  }
  return bytes
}

/** Watches the largest memory that is asked for, in pages of 64 KB. */
function mostPages(): { most(): number; end(): void } {
  const { Memory } = WebAssembly
  let most = 0
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      most = Math.max(most, descriptor.initial)
    }
    override grow(pages: number): number {
      const before = super.grow(pages)
      most = Math.max(most, before + pages)
      return before
    }
  }
  const end = () => {
    WebAssembly.Memory = Memory
  }
  return { most: () => most, end }
}

/** One with everything in it that a checkpoint may have: it was made within an epoch. */
async function within(optimizer: NetworkOptions['optimizer']): Promise<Uint8Array> {
  const saved: Uint8Array[] = []
  const save = (bytes: Uint8Array) => void saved.push(bytes)
  const checkpoint = { save, every: { steps: 1 } }
  await new Network({ ...options, optimizer }).fit(
    { x, y },
    { batchSize: 8, epochs: 3, validation: 0.2, earlyStopping: true, checkpoint },
  )
  return saved.at(-2)!
}

const plateau = { name: 'adam', learningRate: { name: 'plateau', from: 0.01 } } as const
const byAdam = await within(plateau)
const byLbfgs = await within({ name: 'lbfgs', memory: 2 })

/** The header with the value at a path, 'progress.position.row'. */
function changed(bytes: Uint8Array, path: string, value: unknown): Uint8Array {
  const header = headerOf(bytes)
  const keys = path.split('.')
  let at = header
  for (const key of keys.slice(0, -1)) at = at[key] as Json
  at[keys.at(-1)!] = value
  return withHeader(bytes, header)
}

const fields: [string, unknown, string][] = [
  ['version', 7, 'expected version 1, got 7'],
  ['options', 3, 'checkpoint: options: expected an object, got 3'],
  ['options', [], 'checkpoint: options: expected an object, got []'],
  ['progress', 'x', 'checkpoint: progress: expected an object, got "x"'],
  ['options.optimizer', 3, 'checkpoint: options.optimizer: expected an optimizer with its name'],
  ['floats', null, 'checkpoint: expected floats in its header, an object'],
  ['floats.bytes', 2, 'checkpoint: floats.bytes: expected 4 or 8, got 2'],
  ['floats.state', -5, 'checkpoint: floats.state: expected a count, got -5'],
  ['floats.best', '9', 'checkpoint: floats.best: expected a count, got "9"'],
  ['progress.epochs', 0.5, 'checkpoint: progress.epochs: expected a whole number'],
  ['progress.epochs', 2 ** 50, 'checkpoint: progress.epochs: expected a whole number'],
  ['progress.steps', null, 'checkpoint: progress.steps: expected a whole number'],
  ['progress.steps', 0, 'progress.position.steps: expected at most the 0 of all, got 1'],
  ['progress.trained', 1, 'checkpoint: progress.trained: expected true or false, got 1'],
  ['progress.more', 1, 'checkpoint: progress: expected options among epochs, steps'],
  ['progress.position', 3, 'checkpoint: progress.position: expected an object'],
  ['progress.position.order', undefined, 'checkpoint: progress.position.order: expected an object'],
  ['progress.position.order.rows', 0, 'position.order.rows: expected a whole number of at least 1'],
  ['progress.position.order.batchRows', 17, 'position.order.batchRows: expected at most the 16 rows'],
  ['progress.position.order.share', 1, 'position.order.share: expected a number from 0 to below 1'],
  ['progress.position.order.shuffle', 0, 'position.order.shuffle: expected true or false'],
  ['progress.position.row', 9, 'position.row: expected the end of a step of 8 rows within 16, got 9'],
  ['progress.position.row', 24, 'position.row: expected the end of a step of 8 rows within 16, got 24'],
  ['progress.position.loss', null, 'position.loss: expected a finite number, got null'],
  ['progress.position.hits', -1, 'position.hits: expected a finite float32 number of at least 0'],
  ['progress.position.steps', 0, 'position.steps: expected the 1 that 8 rows take, got 0'],
  ['progress.plateau.rate', -1, 'progress.plateau.rate: expected a finite float32 number of at least 0'],
  ['progress.plateau.rate', 1e300, 'progress.plateau.rate: expected a finite float32 number of at least 0'],
  ['progress.plateau.best', 'x', 'progress.plateau.best (a number or null): expected a finite number'],
  ['progress.plateau.cooling', -1, 'progress.plateau.cooling: expected a whole number'],
  ['progress.stopping.bad', 'x', 'progress.stopping.bad: expected a whole number'],
  ['progress.stopping', undefined, 'progress.stopping: expected what the best parameters are of'],
  ['progress.pairs', { count: 1, next: 1 }, 'progress.pairs: expected none with this optimizer'],
  ['progress.unobserved', { rows: 3 }, 'progress.unobserved.loss: expected a finite number'],
]

describe('a checkpoint whose checksum is right', () => {
  it('is read where its header is as it was', () => {
    for (const bytes of [byAdam, byLbfgs]) {
      expect(withHeader(bytes, headerOf(bytes))).toEqual(bytes)
      expect(Network.resume(bytes).checkpoint()).toEqual(bytes)
    }
    expect(headerOf(byAdam).progress).toHaveProperty('position.row', 8)
    expect(headerOf(byAdam).progress).toHaveProperty('plateau')
    expect(headerOf(byAdam).progress).toHaveProperty('stopping')
    expect(headerOf(byLbfgs).progress).toHaveProperty('pairs')
  })

  it.each(fields)('is refused where %s is %j', (path, value, message) => {
    const wrong = changed(byAdam, path, value)
    expect(() => Network.resume(wrong)).toThrow(FormatError)
    expect(() => Network.resume(wrong)).toThrow(message)
  })

  it('is refused where pairs of L-BFGS are where none can be', () => {
    for (const [path, value] of [
      ['count', 3],
      ['next', 2],
      ['value', undefined],
      ['gain', 'x'],
    ] as const) {
      const wrong = changed(byLbfgs, `progress.pairs.${path}`, value)
      expect(() => Network.resume(wrong), path).toThrow(FormatError)
      expect(() => Network.resume(wrong), path).toThrow('checkpoint: progress.pairs')
    }
  })

  it('is refused before anything is allocated for what it cannot hold', () => {
    const header = headerOf(byAdam)
    const huge = { ...header, options: { ...(header.options as Json), inputs: 2 ** 24 } }
    const layers = [{ units: 2 ** 24 }, { units: 3, activation: 'softmax' }]
    const memory = { ...headerOf(byLbfgs), options: { ...(headerOf(byLbfgs).options as Json) } }
    memory.options.optimizer = { name: 'lbfgs', memory: 1000 }
    for (const wrong of [
      withHeader(byAdam, huge),
      withHeader(byAdam, { ...huge, options: { ...huge.options, layers } }),
      withHeader(byLbfgs, memory),
    ]) {
      const from = performance.now()
      expect(() => Network.resume(wrong)).toThrow(FormatError)
      expect(() => Network.resume(wrong)).toThrow(/expected at least \d+ numbers for the \d+ parameters/)
      expect(performance.now() - from).toBeLessThan(200)
    }
    expect(() => Network.resume(withHeader(byAdam, header, 2 ** 31))).toThrow(
      'checkpoint: expected a header of 2147483648 bytes',
    )
  })

  it('is refused where its parameters are not finite', () => {
    const wrong = byAdam.slice()
    const view = new DataView(wrong.buffer)
    view.setFloat32(HEAD + view.getUint32(12, true) + 8, Number.NaN, true)
    view.setUint32(8, crc32(wrong.subarray(12)), true)
    expect(() => Network.resume(wrong)).toThrow(
      'checkpoint: expected finite parameters, got some that are not',
    )
  })

  it('is only for the optimizer that it was trained by', () => {
    // As many numbers of each parameter.
    for (const name of ['adamw', 'nadam', 'sgd'] as const) {
      const resume = () => Network.resume(byAdam, { optimizer: name })
      expect(resume).toThrow(OptionError)
      expect(resume).toThrow(
        `options.optimizer: expected 'adam', by which the checkpoint was trained, got "${name}"`,
      )
    }
    expect(Network.resume(byAdam, { optimizer: { name: 'adam', learningRate: 0.5 } }).learningRate).toBe(0.5)
  })

  it('makes a network that trains, or is refused by an error of nabla, whatever its header says', async () => {
    const stream = new PhiloxStream(17, 99)
    const random = () => stream.uniform()
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]
    const values: readonly unknown[] = [
      ...[null, true, false, '', 'adam', 'x', [], {}, [1], { name: 'lbfgs' }, undefined],
      ...[-1, 0, 1, 2, 3, 7, 16, 0.5, 1e-9, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -1e300],
    ]
    /** Changes some place of the header. */
    const mutate = (at: Json | unknown[]): void => {
      const keys = Object.keys(at)
      const key = pick(keys.length > 0 ? keys : ['x'])
      const value = (at as Json)[key]
      const chance = random()
      if (typeof value === 'object' && value !== null && chance < 0.8) mutate(value as Json)
      else if (chance < 0.1) delete (at as Json)[key]
      else if (chance < 0.2 && !Array.isArray(at)) {
        ;(at as Json)[pick(['x', PROTO, 'constructor', 'length', ...keys])] = structuredClone(value)
      } else if (chance < 0.25 && !Array.isArray(at)) {
        ;(at as Json)[pick([PROTO, 'constructor', 'toString'])] = pick([
          { polluted: 1 },
          { threads: 2 },
          null,
        ])
      } else if (typeof value === 'number' && chance < 0.6) {
        ;(at as Json)[key] = value + pick([-1, 1, 0.5, 1e6])
      } else (at as Json)[key] = structuredClone(pick(values))
    }
    const mutated = (bytes: Uint8Array): Uint8Array => {
      const header = headerOf(bytes)
      for (let changes = 1 + Math.floor(random() * 2); changes > 0; --changes) mutate(header)
      return withHeader(bytes, header)
    }
    /** A few bytes of the whole other than they were, some perhaps missing at the end; only the checksum is right. */
    const damaged = (bytes: Uint8Array): Uint8Array => {
      const wrong = bytes.slice(0, random() < 0.2 ? Math.floor(random() * bytes.length) : undefined)
      const header = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
      const end = random() < 0.8 ? HEAD + header : wrong.length
      for (let changes = 1 + Math.floor(random() * 3); changes > 0; --changes) {
        const at = 12 + Math.floor(random() * (end - 12))
        if (at < wrong.length) wrong[at] = random() < 0.5 ? Math.floor(random() * 256) : pick(DIGITS)
      }
      return withChecksum(wrong)
    }
    const pages = mostPages()
    let [read, refused] = [0, 0]
    for (let i = 0; i < 4000; ++i) {
      const bytes = (i % 4 === 3 ? damaged : mutated)(pick([byAdam, byLbfgs]))
      const what = new TextDecoder().decode(bytes.subarray(HEAD, HEAD + 1500))
      const from = performance.now()
      try {
        const net = Network.resume(bytes, { threads: 1 })
        read += 1
        await net.fit({ x: x.slice(0, net.inputs * ROWS), y }, { batchSize: 8, validation: 0.2 })
        for (let l = 0; l < net.layers.length; ++l) {
          expect(net.weights(l).every(Number.isFinite), what).toBe(true)
        }
        net.dispose()
      } catch (error) {
        refused += 1
        if (!(error instanceof NablaError)) throw new Error(`${what}: ${(error as Error).stack}`)
      }
      expect(performance.now() - from, what).toBeLessThan(2000)
      expect(pages.most(), what).toBeLessThan(MOST_PAGES)
    }
    pages.end()
    expect(({} as Json).polluted).toBe(undefined)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(read).toBeGreaterThan(200)
    expect(refused).toBeGreaterThan(2000)
  }, 60_000)

  it('brings nothing into the prototypes', () => {
    for (const where of [
      '',
      'options',
      'options.optimizer',
      'progress',
      'progress.position.order',
      'floats',
    ]) {
      const wrong = changed(byAdam, where === '' ? PROTO : `${where}.${PROTO}`, { polluted: 1, threads: 2 })
      expect(new TextDecoder().decode(wrong)).toContain('"__proto__":{"polluted":1')
      try {
        Network.resume(wrong).dispose()
      } catch (error) {
        expect(error, where).toBeInstanceOf(NablaError)
      }
      expect(({} as Json).polluted, where).toBe(undefined)
    }
  })
})
