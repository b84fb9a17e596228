// The layers of a Keras model in their order: a Sequential, or a graph of functions in which each layer follows on one other.

import { FormatError, shown } from '../base/errors.ts'
import { entry, listOf, objectOf, type Plain, refuse, textOf } from '../base/plain.ts'

export interface KerasLayer {
  readonly className: string
  readonly name: string
  readonly config: Plain
  /** "Dense 'hidden'", for messages. */
  readonly title: string
}

export interface KerasModel {
  /** Sizes of a row's dimensions. */
  readonly inputShape: readonly number[]
  /** From the first to the last, without the inputs. */
  readonly layers: readonly KerasLayer[]
}

/** Far beyond any chain of dense layers that trains. */
const MOST_LAYERS = 10_000
const MOST_INPUTS = 2 ** 24

function layerOf(json: unknown, where: string): KerasLayer {
  const plain = objectOf(json, where)
  // Keras writes 'Custom>Name' for what a user has registered.
  const className = textOf(entry(plain, 'class_name', 'className'), `${where}.class_name`)
  const config = objectOf(entry(plain, 'config') ?? {}, `${where}.config`)
  const name = textOf(entry(config, 'name') ?? entry(plain, 'name') ?? className, `${where}.config.name`)
  return { className, name, config, title: `${className} ${shown(name)}` }
}

/** The shape of a row from that of a batch, [null, 28, 28]; undefined where there is none. */
function rowShape(config: Plain, where: string): number[] | undefined {
  const shape = entry(config, 'batch_shape', 'batch_input_shape', 'batchInputShape')
  if (shape === undefined) return undefined
  const sizes = listOf(shape, `${where}.batch_shape`).slice(1)
  const isKnown =
    sizes.length > 0 && sizes.every((size) => Number.isSafeInteger(size) && (size as number) > 0)
  if (!isKnown || (sizes as number[]).reduce((all, size) => all * size, 1) > MOST_INPUTS) {
    refuse(`${where}.batch_shape`, `sizes of at most ${MOST_INPUTS} inputs behind the first`, shape)
  }
  return sizes as number[]
}

/** Names of the layers that a layer's input comes from, one for each time it is called. */
function sourcesOf(json: Plain, { title }: KerasLayer): string[] {
  const nodes = listOf(entry(json, 'inbound_nodes', 'inboundNodes') ?? [], `${title}: inbound_nodes`)
  if (nodes.length > 1)
    throw new FormatError(`${title}: expected a layer that is used once, got ${nodes.length} times`)
  return nodes.flatMap((node) => historiesOf(node, title))
}

/** Of Keras 2: [['dense', 0, 0, {}]]; of Keras 3: { args: [{ class_name: '__keras_tensor__', config: { keras_history } }] }. */
function historiesOf(node: unknown, title: string): string[] {
  const where = `${title}: inbound_nodes`
  if (Array.isArray(node)) {
    // A single input may stand without a list of its own.
    const calls = typeof node[0] === 'string' ? [node] : node
    return calls.map((call) => textOf(listOf(call, where)[0], where))
  }
  return listOf(entry(objectOf(node, where), 'args') ?? [], where).flatMap((argument) => {
    const given = Array.isArray(argument) ? argument : [argument]
    return given.map((tensor) => {
      const config = objectOf(entry(objectOf(tensor, where), 'config'), where)
      return textOf(listOf(entry(config, 'keras_history'), where)[0], where)
    })
  })
}

/** The name in ['dense', 0, 0], or in a list of one such. */
function endOf(value: unknown, where: string): string {
  const list = listOf(value, where)
  if (typeof list[0] === 'string') return list[0]
  if (list.length !== 1) refuse(where, 'one', value)
  return textOf(listOf(list[0], where)[0], where)
}

const isInput = ({ className }: KerasLayer): boolean => className === 'InputLayer'

function sequential(config: unknown): KerasModel {
  // Keras 1 and early tfjs have the list alone.
  const list = listOf(
    Array.isArray(config) ? config : entry(objectOf(config, 'config'), 'layers'),
    'config.layers',
  )
  if (list.length > MOST_LAYERS) refuse('config.layers', `at most ${MOST_LAYERS} layers`, list)
  const layers = list.map((json, i) => layerOf(json, `config.layers[${i}]`))
  refuseTwins(layers)
  const own = Array.isArray(config) ? undefined : entry(config as Plain, 'build_input_shape')
  const shape =
    (layers[0] && rowShape(layers[0].config, layers[0].title)) ??
    (own === undefined ? undefined : rowShape({ batch_shape: own }, 'config'))
  if (!shape) refuse('config.layers[0]', 'an input shape, as of a model that is built', undefined)
  if (layers.slice(1).some(isInput))
    throw new FormatError('InputLayer: expected it first, got one behind other layers')
  return { inputShape: shape as number[], layers: layers.filter((layer) => !isInput(layer)) }
}

function refuseTwins(layers: readonly KerasLayer[]): void {
  const known = new Set<string>()
  for (const { name, title } of layers) {
    if (known.has(name))
      throw new FormatError(`${title}: expected a name of its own, got that of another layer`)
    known.add(name)
  }
}

function functional(config: Plain): KerasModel {
  const list = listOf(entry(config, 'layers'), 'config.layers')
  if (list.length > MOST_LAYERS) refuse('config.layers', `at most ${MOST_LAYERS} layers`, list)
  const nodes = list.map((json, i) => {
    const layer = layerOf(json, `config.layers[${i}]`)
    // A graph is by the names outside the configs, which are the same in all that Keras writes.
    const name = textOf(entry(json as Plain, 'name') ?? layer.name, `config.layers[${i}].name`)
    return { layer: { ...layer, name }, sources: sourcesOf(json as Plain, layer) }
  })
  refuseTwins(nodes.map(({ layer }) => layer))
  const byName = new Map(nodes.map((node) => [node.layer.name, node]))
  const first = endOf(entry(config, 'input_layers', 'inputLayers'), 'config.input_layers')
  const last = endOf(entry(config, 'output_layers', 'outputLayers'), 'config.output_layers')
  const chain: KerasLayer[] = []
  const passed = new Set<string>()
  for (let name = last; ; ) {
    const node = byName.get(name)
    if (!node) throw new FormatError(`config.layers: expected a layer ${shown(name)}, got none of that name`)
    const { layer, sources } = node
    if (passed.has(name)) throw new FormatError(`${layer.title}: expected a chain of layers, got a circle`)
    passed.add(name)
    if (name === first) {
      const shape = isInput(layer) ? rowShape(layer.config, layer.title) : undefined
      if (!shape) return refuse(layer.title, 'an InputLayer with a shape as the first', layer.className)
      refuseOthers(nodes, passed)
      return { inputShape: shape, layers: chain.reverse() }
    }
    if (sources.length !== 1) {
      throw new FormatError(`${layer.title}: expected one layer before it, got ${sources.length}`)
    }
    chain.push(layer)
    name = sources[0]
  }
}

/** Refuses branches: all that is in the file must be used. */
function refuseOthers(nodes: readonly { readonly layer: KerasLayer }[], passed: ReadonlySet<string>): void {
  const left = nodes.find(({ layer }) => !passed.has(layer.name))
  if (left) throw new FormatError(`${left.layer.title}: expected a chain of layers, got one beside it`)
}

/** The layers of a model's configuration, { class_name, config }. Throws FormatError. */
export function readTopology(json: unknown): KerasModel {
  const model = objectOf(json, 'model')
  const className = entry(model, 'class_name', 'className')
  const config = entry(model, 'config')
  if (className === 'Sequential') return sequential(config)
  if (className === 'Functional' || className === 'Model') return functional(objectOf(config, 'config'))
  return refuse('class_name', "'Sequential' or 'Functional'", className)
}
