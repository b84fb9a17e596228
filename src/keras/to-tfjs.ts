// Writing a network as a LayersModel of TensorFlow.js.

import { LEAKY_RELU_SLOPE } from '../../assembly/abi/activations.ts'
import { OptionError, shown } from '../base/errors.ts'
import type { Target } from '../data/features/target.ts'
import { isOwn, nameOf } from '../model/custom-activation.ts'
import { isOwnLoss } from '../model/loss-settings.ts'
import { numberOf } from '../model/sloped-activations.ts'
import type { NetworkSnapshot } from '../model/snapshot.ts'
import type { Model } from '../models/model.ts'
import { modelSnapshotOf } from '../models/snapshot.ts'
import type { Network } from '../network.ts'
import { foldBefore, foldBehind, type Product } from './affine.ts'
import { isUsual } from './training.ts'

/** What tf.loadLayersModel takes: model.json, and the bytes of weights.bin that it names. */
export interface TfjsModel {
  /** What `JSON.stringify` makes model.json of. */
  readonly modelJson: {
    /** By which tfjs knows a model of layers. */
    readonly format: 'layers-model'
    /** 'nabla'. */
    readonly generatedBy: string
    /** No converter has had it. */
    readonly convertedBy: null
    /** The layers, as a Sequential of Keras. */
    readonly modelTopology: object
    /** The one file of weights. */
    readonly weightsManifest: readonly [
      {
        /** Beside model.json. */
        readonly paths: readonly ['weights.bin']
        /** The tensors in it, one behind the other. */
        readonly weights: readonly TfjsWeightSpec[]
      },
    ]
    /** What tfjs keeps and makes nothing of. */
    readonly userDefinedMetadata?: {
      /** In the order of the outputs, where the classes have names. */
      readonly classNames?: readonly string[]
      /** The loss, by its name or with its options, where it is not the one that goes with the last activation. */
      readonly loss?: unknown
    }
  }
  /** weights.bin: little-endian float32, one tensor behind the other in the order of the manifest. */
  readonly weights: Uint8Array
}

/** A tensor of weights.bin. */
export interface TfjsWeightSpec {
  /** 'dense/kernel' and the like, by which the layers find it. */
  readonly name: string
  /** Row-major, as Keras has it: (inputs × units) for a kernel. */
  readonly shape: readonly number[]
  /** The type of each number. */
  readonly dtype: 'float32'
}

interface Written {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: readonly (readonly [name: string, shape: readonly number[], values: ArrayLike<number>])[]
}

/** Our names of activations that tfjs has by another. leakyRelu is a layer there. */
const activationNames = new Map([['silu', 'swish']])

type Snapshot = Omit<NetworkSnapshot, 'training'>

/** The layers of tfjs for layer l. */
function layerOf({ options, layers }: Snapshot, l: number): Written[] {
  const { units, activation = 'linear', bias, normalization, dropout = 0 } = options.layers[l]
  if (isOwn(activation) || (typeof activation === 'object' && activation.name === 'elu')) {
    // tfjs reads the α of a layer ELU, and throws NotImplementedError for another than 1.
    const what = isOwn(activation) ? 'a function of your own' : 'whose α can only be 1 there'
    throw new OptionError(
      `layers[${l}].activation: expected one that tfjs has, got '${nameOf(activation)}', ${what}`,
    )
  }
  const { weights, biases, gains, shifts, runningMean, runningVariance } = layers[l]
  const vector = (name: string, values: ArrayLike<number>) => [name, [units], values] as const
  const written: Written[] = [
    {
      className: 'Dense',
      config: { units, activation: 'linear', use_bias: bias === true },
      tensors: [
        ['kernel', [weights.length / units, units], weights],
        ...(biases ? [vector('bias', biases)] : []),
      ],
    },
  ]
  if (typeof normalization === 'object') {
    const { name, epsilon } = normalization
    const isBatch = name === 'batch'
    const momentum = isBatch ? Number((1 - (normalization.momentum ?? 0)).toPrecision(12)) : 0
    written.push({
      className: isBatch ? 'BatchNormalization' : 'LayerNormalization',
      config: { axis: -1, epsilon, center: true, scale: true, ...(isBatch && { momentum }) },
      tensors: [
        vector('gamma', gains!),
        vector('beta', shifts!),
        ...(isBatch
          ? [vector('moving_mean', runningMean!), vector('moving_variance', runningVariance!)]
          : []),
      ],
    })
  }
  if (typeof activation === 'object' || activation === 'leakyRelu') {
    const alpha = activation === 'leakyRelu' ? LEAKY_RELU_SLOPE : numberOf(activation)
    written.push({ className: 'LeakyReLU', config: { alpha }, tensors: [] })
  } else if (activation !== 'linear') {
    const name = activationNames.get(activation) ?? activation
    written.push({ className: 'Activation', config: { activation: name }, tensors: [] })
  }
  if (dropout > 0) written.push({ className: 'Dropout', config: { rate: dropout }, tensors: [] })
  return written
}

const refuseColumn = (name: string, what: string): never => {
  throw new OptionError(
    `model.features: expected columns of numbers, which tfjs takes, got ${shown(name)}, ${what} (write model.network alone)`,
  )
}

/** A model's network with the scales of its columns and of its target within its weights: what takes and gives numbers in their units. */
function withScales(model: Model | Network): Snapshot {
  const { network, features, target } = modelSnapshotOf(model)
  const layers = network.layers.map((one) => ({ ...one }))
  const options = { ...network.options, layers: [...network.options.layers] }
  const put = (l: number, { weights, biases }: Omit<Product, 'units'>) => {
    Object.assign(layers[l], { weights, biases })
    options.layers[l] = { ...options.layers[l], bias: true }
  }
  const productOf = (l: number): Product => ({
    units: options.layers[l].units,
    weights: Float32Array.from(layers[l].weights),
    biases: layers[l].biases && Float32Array.from(layers[l].biases),
  })
  if (features) {
    const columns = features.columns.map((column) => {
      if (column.type === 'boolean') return { offset: 0, scale: 1 }
      if (column.type !== 'numeric') return refuseColumn(column.name, 'a column of categories')
      if (column.log1p) refuseColumn(column.name, 'a column of logarithms')
      if (column.indicator) refuseColumn(column.name, 'a column that says where it is missing')
      return column
    })
    if (columns.length !== options.inputs)
      throw new OptionError('model.features: expected one input a column')
    const scale = Float64Array.from(columns, (column) => 1 / column.scale)
    const shift = Float64Array.from(columns, (column) => -column.offset / column.scale)
    put(0, foldBefore(productOf(0), { scale, shift }, 'layers[0]'))
  }
  if (target?.type === 'number') {
    const logarithm = target.columns.find(({ log1p }) => log1p)
    if (logarithm)
      throw new OptionError(`model.target: expected no log1p, which tfjs lacks, got ${shown(logarithm.name)}`)
    const scale = Float64Array.from(target.columns, (column) => column.scale)
    const shift = Float64Array.from(target.columns, ({ offset }) => offset)
    const l = options.layers.length - 1
    const { activation, normalization, units } = options.layers[l]
    if (activation === 'linear' && typeof normalization !== 'object') {
      put(l, foldBehind(productOf(l), { scale, shift }, `layers[${l}]`))
    } else {
      const weights = Float32Array.from({ length: units * units }, (_, i) =>
        i % (units + 1) === 0 ? scale[i % units] : 0,
      )
      options.layers.push({ units, activation: 'linear', bias: true, normalization: 'none' })
      layers.push({ weights, biases: Float32Array.from(shift) })
    }
  }
  return { options, layers }
}

/** What is to be read again: not a function, and not the loss of numbers that came before they were scaled. */
function metadataOf(model: Model | Network, { loss, layers }: Snapshot['options']) {
  const classNames = classesOf(model)?.map(String)
  const isScaled = 'network' in model && model.target?.type === 'number'
  const { activation, units } = layers.at(-1)!
  const isLeftOut = isScaled || isOwnLoss(loss) || isUsual(loss, activation!, units)
  const kept = isLeftOut ? undefined : loss
  const found = { ...(classNames && { classNames }), ...(kept !== undefined && { loss: kept }) }
  return Object.keys(found).length > 0 ? found : undefined
}

/** The names of the outputs, of classes or of labels; of one label there are none. */
function classesOf(model: Model | Network): readonly unknown[] | undefined {
  if (!('network' in model)) return model.classNames
  const target: Target | undefined = model.target
  const labels = target?.type === 'labels' && target.outputs > 1 ? target.names : undefined
  return labels ?? target?.classes ?? model.network.classNames
}

/**
 * Returns a network, or a model of columns of numbers, as a LayersModel of TensorFlow.js: `modelJson` is its model.json, `weights` the
 * bytes of the weights.bin that it names, little-endian float32. A model's columns and target are scaled within the weights. Class
 * names, and a loss that is not the usual one of the last activation, are in `userDefinedMetadata`, where fromTfjs finds them. The optimizer is not written, nor a loss of your own.
 *
 * Throws OptionError for what tfjs has not: activations of your own, elu by another α than 1, columns of categories, log1p.
 */
export function toTfjs(model: Model | Network): TfjsModel {
  const snapshot = withScales(model)
  const { inputs, inputDropout = 0 } = snapshot.options
  const all = [
    ...(inputDropout > 0 ? [{ className: 'Dropout', config: { rate: inputDropout }, tensors: [] }] : []),
    ...snapshot.layers.flatMap((_, l) => layerOf(snapshot, l)),
  ] satisfies Written[]
  const counts = new Map<string, number>()
  const named = all.map((layer) => {
    const count = (counts.get(layer.className) ?? 0) + 1
    counts.set(layer.className, count)
    return {
      ...layer,
      name: `${layer.className.replace(/(.)([A-Z])(?=[a-z])/g, '$1_$2').toLowerCase()}_${count}`,
    }
  })
  const tensors = named.flatMap(({ name, tensors }) =>
    tensors.map(([tensor, shape, values]) => ({ name: `${name}/${tensor}`, shape, values })),
  )
  const weights = new Uint8Array(tensors.reduce((sum, { values }) => sum + values.length * 4, 0))
  const view = new DataView(weights.buffer)
  let at = 0
  for (const { values } of tensors) {
    for (let i = 0; i < values.length; ++i, at += 4) view.setFloat32(at, values[i], true)
  }
  const layers = named.map(({ className, config, name }, i) => ({
    class_name: className,
    config: {
      name,
      trainable: true,
      ...config,
      ...(i === 0 && { batch_input_shape: [null, inputs], dtype: 'float32' }),
    },
  }))
  const userDefinedMetadata = metadataOf(model, snapshot.options)
  return {
    modelJson: {
      format: 'layers-model',
      generatedBy: 'nabla',
      convertedBy: null,
      modelTopology: {
        class_name: 'Sequential',
        config: { name: 'sequential_1', layers },
        keras_version: 'tfjs-layers 4.22.0',
        backend: 'tensor_flow.js',
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const })),
        },
      ],
      ...(userDefinedMetadata && { userDefinedMetadata }),
    },
    weights,
  }
}
