// Activation functions with their derivatives, as textbooks draw them.

import { ELU_ALPHA, LEAKY_RELU_SLOPE, SELU_ALPHA, SELU_LAMBDA } from '../../assembly/abi/activations.ts'
import { checkOptions, isArray, isObject, optional, refuse } from '../base/check.ts'
import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { exp, expm1, gaussian, normalCdf, normalDensityFrom, sigmoid, softplus, tanh } from '../base/math.ts'
import { axes, nothing } from './axes.ts'
import { colourOf } from './colours.ts'
import { LEAST_HEIGHT, MOST, type PlotOptions, plotTable, range, strings } from './options.ts'
import { pathOf } from './path.ts'
import { padded, rangeOf } from './scale.ts'
import { headOf, sheet } from './sheet.ts'
import { label, NORMAL, shortened } from './text.ts'

/** A function of z and its derivative. */
export interface DrawnFunction {
  /** f(z), a number; NaN and infinities are gaps. */
  readonly f: (z: number) => number
  /** f′(z), likewise. */
  readonly derivative: (z: number) => number
}

export interface ActivationsOptions extends PlotOptions {
  /** From which z to which. Default −6 to 6. */
  range?: readonly [number, number]
}

interface Row extends DrawnFunction {
  /** Whether the derivative jumps at 0, where a line would slope. */
  readonly jumps?: true
}

const flat = SELU_LAMBDA * SELU_ALPHA

/** The activations of a hidden layer: softmax is none, it depends on a whole row. */
export const drawnActivations: Readonly<Record<string, Row>> = {
  linear: { f: (z) => z, derivative: () => 1 },
  sigmoid: { f: sigmoid, derivative: (z) => sigmoid(z) * sigmoid(-z) },
  tanh: { f: tanh, derivative: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z) },
  relu: { f: (z) => Math.max(z, 0), derivative: (z) => (z > 0 ? 1 : 0), jumps: true },
  leakyRelu: {
    f: (z) => (z > 0 ? z : LEAKY_RELU_SLOPE * z),
    derivative: (z) => (z > 0 ? 1 : LEAKY_RELU_SLOPE),
    jumps: true,
  },
  elu: {
    f: (z) => (z > 0 ? z : ELU_ALPHA * expm1(z)),
    derivative: (z) => (z > 0 ? 1 : ELU_ALPHA * exp(z)),
  },
  selu: {
    f: (z) => (z > 0 ? SELU_LAMBDA * z : flat * expm1(z)),
    derivative: (z) => (z > 0 ? SELU_LAMBDA : flat * exp(z)),
    jumps: true,
  },
  gelu: { f: (z) => z * normalCdf(z), derivative: (z) => normalCdf(z) + z * normalDensityFrom(gaussian(z)) },
  silu: { f: (z) => z * sigmoid(z), derivative: (z) => sigmoid(z) * (1 + z * sigmoid(-z)) },
  softplus: { f: (z) => (z > 0 ? z + softplus(-z) : softplus(z)), derivative: sigmoid },
  softsign: { f: (z) => z / (1 + Math.abs(z)), derivative: (z) => (1 + Math.abs(z)) ** -2 },
}

const SAMPLES = 240
const GAP = 16
const table = { ...plotTable, range: optional(range, [-6, 6] as const) }

function rowOf(name: string): Row {
  // Not by `in`: the table is an object, and has a toString.
  const row = Object.entries(drawnActivations).find(([known]) => known === name)?.[1]
  return row ?? refuse('activations', `names among ${Object.keys(drawnActivations).join(', ')}`, name)
}

function functionsOf(activations: unknown): [string, Row][] {
  if (typeof activations === 'string') return [[activations, rowOf(activations)]]
  if (isArray(activations)) return strings(activations, 'activations').map((name) => [name, rowOf(name)])
  if (!isObject(activations)) {
    throw new OptionError(
      `activations: expected names, or functions with derivatives by name, got ${shown(activations)}`,
    )
  }
  return Object.entries(activations).map(([name, given]) => {
    const { f, derivative } = isObject(given) ? given : {}
    if (typeof f === 'function' && typeof derivative === 'function') return [name, given as unknown as Row]
    return refuse(`activations[${JSON.stringify(name)}]`, '{ f, derivative }, two functions', given)
  })
}

function samplesOf({ f, derivative, jumps }: Row, [from, to]: readonly [number, number]) {
  const z = Array.from({ length: SAMPLES + 1 }, (_, i) => from + ((to - from) * i) / SAMPLES)
  const slopes = [...z]
  if (jumps && from < 0 && to > 0) {
    const at = slopes.findIndex((one) => one > 0)
    // Up to 0, a gap, and on from the next number above 0, which is drawn at 0.
    slopes.splice(at, 0, 0, Number.NaN, Number.MIN_VALUE)
  }
  const read = (value: unknown): number => {
    if (typeof value === 'number') return value
    throw new ShapeError(`activations: expected functions that return numbers, got ${shown(value)}`)
  }
  return {
    z,
    f: z.map((one) => read(f(one))),
    slopes,
    derivative: slopes.map((one) => (Number.isNaN(one) ? one : read(derivative(one)))),
  }
}

/**
 * Returns activation functions with their derivatives as SVG text, a pair of axes for each: nabla's own by name, or any
 * functions with their derivatives by name. Throws OptionError, ShapeError.
 */
export function plotActivations(
  activations: string | readonly string[] | Readonly<Record<string, DrawnFunction>>,
  options: ActivationsOptions = {},
): string {
  const { title, width, height: given, range } = checkOptions(table, options, 'options')
  const all = functionsOf(activations)
  const columns = Math.max(1, Math.min(all.length, Math.floor(width / 200)))
  const rows = Math.ceil(all.length / columns)
  const natural = headOf(title) + 22 + (rows === 1 ? 260 : rows * 200)
  const height = given ?? Math.min(MOST, Math.max(LEAST_HEIGHT, natural))
  const entries = [
    { name: 'f(z)', mark: 'line' as const, colour: colourOf(0) },
    { name: 'f′(z)', mark: 'line' as const, colour: colourOf(1), dash: '6 3' },
  ]
  const names = all.map(([name]) => name).join(', ')
  const kind = `activation functions ${names}`
  const { body, finish } = sheet({ title, width, height, kind, entries: all.length > 0 ? entries : [] })
  if (all.length === 0) return finish([nothing(body)])
  const panel = {
    width: (body.width - (columns - 1) * GAP) / columns,
    height: (body.height - (rows - 1) * GAP) / rows,
  }
  const parts = all.flatMap(([name, row], i) => {
    const x = body.x + (i % columns) * (panel.width + GAP)
    const y = body.y + Math.floor(i / columns) * (panel.height + GAP)
    const samples = samplesOf(row, range)
    const head = NORMAL + 8
    const frame = axes(
      { x, y: y + head, width: panel.width, height: panel.height - head },
      { range, label: rows === 1 ? 'z' : undefined },
      { range: padded(rangeOf([samples.f, samples.derivative])) },
    )
    const middle = frame.area.x + frame.area.width / 2
    const heading = shortened(name, frame.area.width, NORMAL, true)
    return [
      label(middle, y + NORMAL / 2, heading, { size: NORMAL, anchor: 'middle', bold: true }),
      frame.behind,
      frame.before,
      ...pathOf(frame, samples.z, samples.f, { colour: colourOf(0) }),
      ...pathOf(frame, samples.slopes, samples.derivative, { colour: colourOf(1), dash: '6 3' }),
    ]
  })
  return finish(parts)
}
