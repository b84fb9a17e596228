// The weights of a tfjs model: what the manifest in its model.json says of the bytes in its shards, one tensor after the other.
// https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/io_utils.ts

import { FormatError, shown } from '../base/errors.ts'
import { float16 } from '../base/halves.ts'
import { entry, listOf, numberOf, objectOf, type Plain, refuse, textOf } from '../base/plain.ts'
import { checkFinite, type Parameters, type Tensor } from './parameters.ts'
import type { KerasLayer } from './topology.ts'

/** How a tensor is stored: its elements' bytes, and what is read of each. */
interface Storage {
  readonly bytes: number
  readonly read: (view: DataView, at: number) => number
}

const storages = new Map<string, Storage>([
  ['float32', { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['int32', { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ['bool', { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ['uint8', { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ['uint16', { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  ['float16', { bytes: 2, read: (view, at) => float16(view.getUint16(at, true)) }],
])

interface Spec {
  readonly name: string
  readonly shape: readonly number[]
  readonly length: number
  readonly storage: Storage
  /** What is read is q · scale + least. */
  readonly scale: number
  readonly least: number
}

export interface Group {
  readonly paths: readonly string[]
  readonly specs: readonly Spec[]
  readonly bytes: number
}

const MOST_TENSORS = 40_000

function specOf(json: unknown, where: string): Spec {
  const plain = objectOf(json, where)
  const name = textOf(entry(plain, 'name'), `${where}.name`)
  const at = `${where} (${shown(name)})`
  const shape = listOf(entry(plain, 'shape'), `${at}.shape`)
  if (shape.length > 32 || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    refuse(`${at}.shape`, 'sizes of at most 32 dimensions', shape)
  }
  const length = (shape as number[]).reduce((product, size) => product * size, 1)
  const dtype = textOf(entry(plain, 'dtype'), `${at}.dtype`)
  const packing = entry(plain, 'quantization')
  const quantization: Plain = packing === undefined ? {} : objectOf(packing, `${at}.quantization`)
  const stored =
    packing === undefined ? dtype : textOf(entry(quantization, 'dtype'), `${at}.quantization.dtype`)
  const isKnown = packing === undefined ? /^(float32|int32|bool)$/ : /^(uint8|uint16|float16)$/
  const storage = isKnown.test(stored) ? storages.get(stored)! : undefined
  if (!storage)
    return refuse(
      `${at}.dtype`,
      'float32, int32 or bool, or these quantized to uint8, uint16 or float16',
      stored,
    )
  const isLinear = packing !== undefined && stored !== 'float16'
  const number = (key: string, otherwise: number) =>
    isLinear ? numberOf(entry(quantization, key), Number.NaN, `${at}.quantization.${key}`) : otherwise
  return {
    name,
    shape: shape as number[],
    length,
    storage,
    scale: number('scale', 1),
    least: number('min', 0),
  }
}

/** Paths are for the caller to fetch: only names of files beside model.json, or below it. */
function pathOf(value: unknown, where: string): string {
  const path = textOf(value, where)
  const parts = path.split(/[/\\]/)
  const isSafe = path.length <= 1024 && !/[:\0?#%]/.test(path) && !parts.includes('..') && parts[0] !== ''
  return isSafe ? path : refuse(where, 'the name of a file beside model.json', path)
}

/** What the manifest says; sizes are only added up. Throws FormatError. */
export function readManifest(json: unknown): Group[] {
  let tensors = 0
  const names = new Set<string>()
  return listOf(json, 'weightsManifest').map((one, g) => {
    const where = `weightsManifest[${g}]`
    const group = objectOf(one, where)
    const paths = listOf(entry(group, 'paths'), `${where}.paths`).map((path, i) =>
      pathOf(path, `${where}.paths[${i}]`),
    )
    const list = listOf(entry(group, 'weights'), `${where}.weights`)
    if ((tensors += list.length) > MOST_TENSORS) refuse(where, `at most ${MOST_TENSORS} tensors`, tensors)
    const specs = list.map((spec, i) => specOf(spec, `${where}.weights[${i}]`))
    for (const { name } of specs) {
      if (names.has(name)) refuse(where, 'names that differ', name)
      names.add(name)
    }
    return {
      paths,
      specs,
      bytes: specs.reduce((sum, { length, storage }) => sum + length * storage.bytes, 0),
    }
  })
}

/** Bytes of a group's shards as one. Throws FormatError where they are not as many as its tensors need. */
export function joined(shards: readonly Uint8Array[], { bytes, paths }: Group): Uint8Array {
  const length = shards.reduce((sum, shard) => sum + shard.length, 0)
  if (length !== bytes) {
    throw new FormatError(
      `weights: expected ${bytes} bytes in ${paths.map(shown).join(', ') || 'no shards'}, got ${length}`,
    )
  }
  if (shards.length === 1) return shards[0]
  const whole = new Uint8Array(length)
  let at = 0
  for (const shard of shards) {
    whole.set(shard, at)
    at += shard.length
  }
  return whole
}

function tensorOf(
  { name, shape, length, storage, scale, least }: Spec,
  data: Uint8Array,
  at: number,
): Tensor {
  const view = new DataView(data.buffer, data.byteOffset + at, length * storage.bytes)
  const values = Float32Array.from(
    { length },
    (_, i) => storage.read(view, i * storage.bytes) * scale + least,
  )
  checkFinite(shown(name), values)
  return { shape, values }
}

/**
 * The parameters by the names of tensors: "dense_1/kernel" of the layer 'dense_1', or with names around it as of a model within a
 * model, "model/dense_1/kernel". Only those that are asked for are made into numbers, each once.
 */
export function namedTensors(groups: readonly Group[], data: readonly Uint8Array[]): Parameters {
  const places = new Map<string, () => Tensor>()
  groups.forEach(({ specs }, g) => {
    let at = 0
    for (const spec of specs) {
      const from = at
      places.set(spec.name, () => tensorOf(spec, data[g], from))
      at += spec.length * spec.storage.bytes
    }
  })
  // By the last two parts, "dense_1/kernel": those of all tensors that end so.
  const endings = new Map<string, string[]>()
  for (const name of places.keys()) {
    const ending = name.replace(/:0$/, '').split('/').slice(-2).join('/')
    const like = endings.get(ending)
    if (like) like.push(name)
    else endings.set(ending, [name])
  }
  const used = new Set<string>()
  const take = (name: string, { title }: KerasLayer): Tensor => {
    // What is made of a file stays in proportion to it.
    if (used.has(name))
      throw new FormatError(`${title}: expected a tensor of its own, got ${shown(name)} of another layer`)
    used.add(name)
    return places.get(name)!()
  }
  return {
    of: (layer, names) =>
      names.map((name) => {
        const exact = `${layer.name}/${name}`
        if (places.has(exact)) return take(exact, layer)
        const like = endings.get(`${layer.name.split('/').at(-1)}/${name}`) ?? []
        if (like.length === 1) return take(like[0], layer)
        const got = like.slice(0, 3).map(shown).join(', ') || 'none of that name'
        throw new FormatError(`${layer.title}: expected one tensor ${shown(exact)}, got ${got}`)
      }),
  }
}
