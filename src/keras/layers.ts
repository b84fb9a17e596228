// The layers of Keras that nabla has something for: for each class what it does.

import { FormatError, shown } from '../base/errors.ts'
import { booleanOf, entry, numberOf } from '../base/plain.ts'
import { activationOf, isActivationLayer, isCentered } from './activations.ts'
import type { Builder } from './builder.ts'
import { checkFinite, checkShape, type Parameters } from './parameters.ts'
import type { KerasLayer } from './topology.ts'

type Read = (builder: Builder, layer: KerasLayer, parameters: Parameters) => void

/** Keras's default in both normalizations; PyTorch and nabla have 1e-5. */
const EPSILON = 1e-3
const MOMENTUM = 0.99
/** The least deviation that Normalization divides by. */
const LEAST_DEVIATION = 1e-7

const dense: Read = (builder, layer, parameters) => {
  const { config, title } = layer
  const hasBias = booleanOf(entry(config, 'use_bias', 'useBias'), true, `${title}: use_bias`)
  const quantized = entry(config, 'quantization_config') ?? entry(config, 'quantization_mode')
  if (quantized !== undefined) throw new FormatError(`${title}: expected float weights, got quantized ones`)
  if (entry(config, 'lora_rank') !== undefined)
    throw new FormatError(`${title}: expected no lora_rank, got one`)
  const inputs = builder.widthFor(layer)
  const units = numberOf(entry(config, 'units'), Number.NaN, `${title}: units`)
  const [kernel, bias] = parameters.of(layer, hasBias ? ['kernel', 'bias'] : ['kernel'])
  checkShape(layer, 'kernel', kernel, [inputs, units])
  if (hasBias) checkShape(layer, 'bias', bias, [units])
  builder.product(layer, kernel.values, bias?.values, units)
  builder.activate(layer, activationOf(layer))
}

/** The axis that is normalized must be the last: the units. */
function checkAxis({ config, title }: KerasLayer, { shape }: Builder): void {
  const axis = entry(config, 'axis') ?? -1
  const only = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis
  if (only !== -1 && only !== shape.length) {
    throw new FormatError(`${title}: expected the last axis, -1, got ${shown(axis)}`)
  }
}

/** γ and β, each where the layer has it, then the others. */
function readNormalization(
  builder: Builder,
  layer: KerasLayer,
  parameters: Parameters,
  others: readonly string[],
) {
  const { config, title } = layer
  checkAxis(layer, builder)
  const hasGains = isCentered(config, 'scale', title)
  const hasShifts = isCentered(config, 'center', title)
  const names = [...(hasGains ? ['gamma'] : []), ...(hasShifts ? ['beta'] : []), ...others]
  const units = builder.shape.at(-1)!
  const found = new Map(parameters.of(layer, names).map((tensor, i) => [names[i], tensor]))
  for (const [name, tensor] of found) checkShape(layer, name, tensor, [units])
  const epsilon = numberOf(entry(config, 'epsilon'), EPSILON, `${title}: epsilon`)
  if (!(epsilon > 0)) throw new FormatError(`${title}: expected an epsilon above 0, got ${epsilon}`)
  return {
    epsilon,
    gains: found.get('gamma')?.values ?? new Float32Array(units).fill(1),
    shifts: found.get('beta')?.values ?? new Float32Array(units),
    others: others.map((name) => found.get(name)!.values),
  }
}

const batchNormalization: Read = (builder, layer, parameters) => {
  const { config, title } = layer
  if (booleanOf(entry(config, 'renorm'), false, `${title}: renorm`)) {
    throw new FormatError(`${title}: expected batch normalization without renorm, got some with it`)
  }
  const kept = numberOf(entry(config, 'momentum'), MOMENTUM, `${title}: momentum`)
  if (!(kept >= 0 && kept <= 1))
    throw new FormatError(`${title}: expected a momentum from 0 to 1, got ${kept}`)
  const names = ['moving_mean', 'moving_variance']
  const { epsilon, gains, shifts, others } = readNormalization(builder, layer, parameters, names)
  const [runningMean, runningVariance] = others
  if (runningVariance.some((value) => value < 0)) {
    throw new FormatError(`${title}: expected variances of at least 0, got some below`)
  }
  // Keras counts what is kept of the old statistics, nabla what is taken of the batch's.
  const momentum = Number((1 - kept).toPrecision(12))
  builder.normalize(
    layer,
    { name: 'batch', epsilon, momentum },
    { gains, shifts, runningMean, runningVariance },
  )
}

const layerNormalization: Read = (builder, layer, parameters) => {
  const { config, title } = layer
  if (booleanOf(entry(config, 'rms_scaling'), false, `${title}: rms_scaling`)) {
    throw new FormatError(`${title}: expected normalization by mean and variance, got rms_scaling`)
  }
  builder.widthFor(layer)
  const { epsilon, gains, shifts } = readNormalization(builder, layer, parameters, [])
  builder.normalize(layer, { name: 'layer', epsilon }, { gains, shifts })
}

/** Numbers of the config, one or as many as there are units, in any nesting: [[0.5, 0.2]]. */
function numbersOf(value: unknown, title: string): Float64Array {
  const flat: unknown[] = Array.isArray(value) ? value.flat(8) : [value]
  const numbers = Float64Array.from(flat, (one) => (typeof one === 'number' ? one : Number.NaN))
  checkFinite(title, numbers)
  return numbers
}

const normalization: Read = (builder, layer, parameters) => {
  const { config, title } = layer
  const axis = Object.hasOwn(config, 'axis') ? config.axis : [-1]
  // By one mean and variance of all where there is no axis.
  const isOfAll = axis === null || (Array.isArray(axis) && axis.length === 0)
  if (!isOfAll) checkAxis(layer, builder)
  const [mean, variance] = ['mean', 'variance'].map((name) => entry(config, name))
  const [means, variances] =
    mean !== undefined && variance !== undefined
      ? [numbersOf(mean, `${title}: mean`), numbersOf(variance, `${title}: variance`)]
      : parameters.of(layer, ['mean', 'variance'], true).map(({ values }) => Float64Array.from(values))
  const width = isOfAll ? 1 : builder.shape.at(-1)!
  const fits = (values: Float64Array) => values.length === width || values.length === 1
  if (!fits(means) || !fits(variances) || variances.some((value) => value < 0)) {
    throw new FormatError(
      `${title}: expected ${width} means and variances, got ${means.length} and ${variances.length}`,
    )
  }
  const at = (values: Float64Array, i: number) => values[values.length === 1 ? 0 : i]
  const isInverse = booleanOf(entry(config, 'invert'), false, `${title}: invert`)
  const deviation = (i: number) => Math.max(Math.sqrt(at(variances, i)), LEAST_DEVIATION)
  const scale = Float64Array.from({ length: Math.max(means.length, variances.length) }, (_, i) =>
    isInverse ? deviation(i) : 1 / deviation(i),
  )
  const shift = scale.map((s, i) => (isInverse ? at(means, i) : -at(means, i) * s))
  builder.affine({ scale, shift }, title)
}

const rescaling: Read = (builder, { config, title }) => {
  const [scale, shift] = (['scale', 'offset'] as const).map((name) =>
    numbersOf(entry(config, name) ?? (name === 'scale' ? 1 : 0), `${title}: ${name}`),
  )
  const width = Math.max(scale.length, shift.length)
  const fits = [scale, shift].every(({ length }) => length === 1 || length === width)
  if (!fits || (width > 1 && width !== builder.shape.at(-1))) {
    throw new FormatError(`${title}: expected one scale and offset, or ${builder.shape.at(-1)}, got ${width}`)
  }
  const over = (values: Float64Array) =>
    Float64Array.from({ length: width }, (_, i) => values[i % values.length])
  builder.affine({ scale: over(scale), shift: over(shift) }, title)
}

const dropout: Read = (builder, { config, title }) => {
  const rate = numberOf(entry(config, 'rate'), Number.NaN, `${title}: rate`)
  if (!(rate >= 0 && rate < 1))
    throw new FormatError(`${title}: expected a rate from 0 to below 1, got ${rate}`)
  if (entry(config, 'noise_shape', 'noiseShape') !== undefined) {
    throw new FormatError(`${title}: expected a Dropout of single values, got a noise_shape`)
  }
  builder.dropout(rate)
}

const flatten: Read = (builder, { config, title }) => {
  if (entry(config, 'data_format', 'dataFormat') === 'channels_first' && builder.shape.length > 1) {
    throw new FormatError(
      `${title}: expected 'channels_last', got 'channels_first', which orders the values anew`,
    )
  }
  builder.flatten()
}

const byClass = new Map<string, Read>([
  ['Dense', dense],
  ['BatchNormalization', batchNormalization],
  ['LayerNormalization', layerNormalization],
  ['Normalization', normalization],
  ['Rescaling', rescaling],
  ['Dropout', dropout],
  ['Flatten', flatten],
])

/** Adds the layer to the network. Throws FormatError for a class that nabla has nothing for. */
export function addLayer(builder: Builder, layer: KerasLayer, parameters: Parameters): void {
  const read = byClass.get(layer.className)
  if (read) read(builder, layer, parameters)
  else if (isActivationLayer(layer)) builder.activate(layer, activationOf(layer))
  else {
    throw new FormatError(
      `${layer.title}: expected a layer among ${[...byClass.keys()].join(', ')}, Activation, LeakyReLU, ELU, ReLU, Softmax, ` +
        `got ${shown(layer.className)}`,
    )
  }
}
