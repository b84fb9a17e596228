// The parameters in HDF5 files: model.weights.h5 of a .keras file, and the older .h5 that has the whole model.

import { FormatError, shown } from '../base/errors.ts'
import { entry } from '../base/plain.ts'
import type { Hdf5Group } from './hdf5/file.ts'
import { checkCount, type Parameters, type Tensor } from './parameters.ts'
import type { KerasLayer, KerasModel } from './topology.ts'

/** layer_normalization of LayerNormalization, as Keras names groups by the classes of layers. */
const snakeCase = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()

const missing = ({ title }: KerasLayer, what: string): never => {
  throw new FormatError(`${title}: expected its parameters in the file, got ${what}`)
}

const arrayOf = (group: Hdf5Group, name: string, layer: KerasLayer): Tensor =>
  group.array(name) ?? missing(layer, `no array ${shown(name)}`)

/** True for a layer of a class whose others have arrays, that has none itself: nothing to scale or shift by, or all in its config. */
function hasNone({ className, config }: KerasLayer): boolean {
  if (className === 'LayerNormalization')
    return entry(config, 'scale') === false && entry(config, 'center') === false
  const isGiven = (name: string) => entry(config, name) !== undefined
  return className === 'Normalization' && isGiven('mean') && isGiven('variance')
}

/**
 * Of model.weights.h5: layers/dense_1/vars/0. Groups are counted by the class of a layer, and newer files also say the
 * layer's name; TensorFlow 2.12 counted each layer twice. So the k-th Dense has the k-th group of its class that has arrays.
 */
export function weightsFile(root: Hdf5Group, { layers }: KerasModel): Parameters {
  // The second is TensorFlow's up to 2.12.
  const all = root.group('layers') ?? root.group('_layer_checkpoint_dependencies')
  const found = (all?.names ?? []).flatMap((name) => {
    const vars = all!.group(name, 'vars')
    return vars && vars.names.length > 0 ? [{ name, vars, of: vars.texts('name')?.[0] }] : []
  })
  const number = (name: string) => Number(/_(\d+)$/.exec(name)?.[1] ?? 0)

  /** By the class, in snake case: its groups in the order of their numbers, and its layers. */
  const groups = new Map<string, typeof found>()
  for (const one of found) {
    const prefix = one.name.replace(/_\d+$/, '')
    const like = groups.get(prefix)
    if (like) like.push(one)
    else groups.set(prefix, [one])
  }
  for (const like of groups.values()) like.sort((a, b) => number(a.name) - number(b.name))
  const counts = new Map<string, number>()
  const places = new Map<KerasLayer, number>()
  for (const layer of layers) {
    if (hasNone(layer)) continue
    const count = counts.get(layer.className) ?? 0
    places.set(layer, count)
    counts.set(layer.className, count + 1)
  }
  const byName = new Map(found.map((one) => [one.of, one]))

  const groupOf = (layer: KerasLayer): Hdf5Group => {
    const prefix = snakeCase(layer.className)
    const like = groups.get(prefix) ?? []
    const named = byName.get(layer.name)
    if (named?.name.replace(/_\d+$/, '') === prefix) return named.vars
    const count = counts.get(layer.className)!
    if (like.length !== count) missing(layer, `those of ${like.length} layers of its class for ${count}`)
    return like[places.get(layer)!].vars
  }

  return {
    of(layer, names, more) {
      if (hasNone(layer)) return []
      const group = groupOf(layer)
      checkCount(layer, names, group.names.length, more)
      return names.map((_, i) => arrayOf(group, `${i}`, layer))
    },
  }
}

/** Of .h5: model_weights/dense/dense/kernel:0, the paths in the attribute weight_names. */
export function legacyFile(root: Hdf5Group): Parameters {
  const all = root.group('model_weights')
  return {
    of(layer, names, more) {
      const group = all?.group(layer.name) ?? missing(layer, `no group ${shown(layer.name)}`)
      const paths = textsOf(group, 'weight_names')
      checkCount(layer, names, paths.length, more)
      return names.map((name, i) => {
        const parts = paths[i].split('/')
        const last = parts.pop()!
        // The order is Keras's; the names show that it is the one that is expected.
        if (last.replace(/:0$/, '') !== name) missing(layer, `${shown(paths[i])} in the place of ${name}`)
        return arrayOf(group.group(...parts) ?? missing(layer, `no ${shown(paths[i])}`), last, layer)
      })
    },
  }
}

/** The texts of an attribute; of a long one in pieces, weight_names0 and so on. */
function textsOf(group: Hdf5Group, name: string): string[] {
  const whole = group.texts(name)
  if (whole) return whole
  const all: string[] = []
  for (let i = 0; ; ++i) {
    const part = group.texts(`${name}${i}`)
    if (!part) return all
    all.push(...part)
  }
}
