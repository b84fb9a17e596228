// Functions of one number, as the nodes of a graph make them up, and which activation of nabla they are.
//
// Exporters write gelu, silu, softplus and their kin in many ways: with Div or Mul, the factor ½ before or after, a Where
// for large numbers. So a function is not recognised by its nodes but by its values: it is an activation where both agree at
// probes over all magnitudes that matter. Every operator that takes part is computed in float64.

import { expm1, normalCdf, sigmoid, softplus, tanh } from '../../base/math.ts'
import { type ActivationOptions, elu, leakyRelu } from '../../model/sloped-activations.ts'

type Name =
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leakyRelu'
  | 'elu'
  | 'selu'
  | 'gelu'
  | 'silu'
  | 'softplus'
  | 'softsign'

/** An activation of nabla; 'linear' where operators that are not linear come to a line. */
export type Activation = Name | 'linear' | ActivationOptions

/** scale · core(z) + shift; without a core scale · z + shift. */
export interface Expression {
  readonly scale: number
  readonly shift: number
  readonly core: Core | undefined
}

interface Core {
  readonly at: (z: number) => number
  /** Of how many operators it is made, each counted as often as it is computed. */
  readonly size: number
  /** The names of these operators. */
  readonly operators: ReadonlySet<string>
  /** What non-linear operators are given: lines in z, of which one is what the activation is given. */
  readonly lines: readonly Line[]
}

/** scale · z + shift */
export interface Line {
  readonly scale: number
  readonly shift: number
}

// An activation is made of ten operators at most. Each is a nested call, and shared ones are computed again.
const MOST_OPERATORS = 200
const MOST_LINES = 8

export const IDENTITY: Expression = { scale: 1, shift: 0, core: undefined }

export const constantExpression = (value: number): Expression => ({ scale: 0, shift: value, core: undefined })

export const isIdentity = ({ scale, shift, core }: Expression): boolean => !core && scale === 1 && shift === 0

export const isLine = ({ core }: Expression): boolean => core === undefined

const valueAt = ({ scale, shift, core }: Expression, z: number): number =>
  scale === 0 ? shift : scale * (core ? core.at(z) : z) + shift

/** scale · e + shift */
export const lineOf = (e: Expression, scale: number, shift: number): Expression => ({
  scale: e.scale * scale,
  shift: e.shift * scale + shift,
  core: e.core,
})

/** The sum, where both are lines of the same; undefined where they are not. */
export const sumOf = (a: Expression, b: Expression, sign: 1 | -1): Expression | undefined =>
  a.core === b.core
    ? { scale: a.scale + sign * b.scale, shift: a.shift + sign * b.shift, core: a.core }
    : undefined

export const operatorsOf = ({ core }: Expression): string => [...(core?.operators ?? [])].join(', ')

/** f(e₁, e₂, …); undefined where it would be of too many operators. */
export function apply(
  operator: string,
  f: (...values: number[]) => number,
  ...of: readonly Expression[]
): Expression | undefined {
  let size = 1
  const operators = new Set<string>()
  const lines: Line[] = []
  for (const e of of) {
    size += e.core?.size ?? 0
    for (const name of e.core?.operators ?? []) operators.add(name)
    const further = e.core?.lines ?? (e.scale === 0 ? [] : [{ scale: e.scale, shift: e.shift }])
    for (const line of further) {
      const isKnown = lines.some(({ scale, shift }) => scale === line.scale && shift === line.shift)
      if (!isKnown && lines.length < MOST_LINES) lines.push(line)
    }
  }
  if (size > MOST_OPERATORS) return undefined
  operators.add(operator)
  const [a, b, c] = of
  const at =
    of.length === 1
      ? (z: number) => f(valueAt(a, z))
      : of.length === 2
        ? (z: number) => f(valueAt(a, z), valueAt(b, z))
        : (z: number) => f(valueAt(a, z), valueAt(b, z), valueAt(c, z))
  return { scale: 1, shift: 0, core: { at, size, operators, lines } }
}

const SELU_SCALE = 1.0507009873554805
const SELU_ALPHA = 1.6732632423543772

export const erf = (z: number): number => 2 * normalCdf(z * Math.SQRT2) - 1

/** As src/model/tables.ts has them, with their constants. */
export const functions: Readonly<Record<Name, (z: number) => number>> = {
  relu: (z) => Math.max(z, 0),
  sigmoid,
  tanh,
  leakyRelu: (z) => (z < 0 ? 0.01 * z : z),
  elu: (z) => (z < 0 ? expm1(z) : z),
  selu: (z) => SELU_SCALE * (z < 0 ? SELU_ALPHA * expm1(z) : z),
  gelu: (z) => z * normalCdf(z),
  silu: (z) => z * sigmoid(z),
  softplus,
  softsign: (z) => z / (1 + Math.abs(z)),
}

/** Those with a number of their own, which tells itself at −1: f(1) is 1. */
const families = [
  { below: (z: number) => z, named: leakyRelu },
  { below: expm1, named: elu },
] as const

// Both sides of 0, dense where the functions bend, and out to where each is at its limit or a line.
const PROBES: readonly number[] = [
  0, 1e-6, 1e-3, 0.01, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1, 1.3, 1.6, 2, 2.5, 3, 3.5, 4, 5, 6, 7.5, 9, 12, 15,
  19.5, 20.5, 25, 30, 40, 60, 80, 1e3, 1e6, 1e12, 1e30,
].flatMap((z) => [z, -z])

// Beyond it, exponentials of some exporters overflow: log(1 + eᶻ) is ∞ there.
const FAR = 80

// The tanh form of gelu is 5e-4 away from gelu, float32 constants 1e-7.
const TOLERANCE = 2e-6

/** Whether scale · f(line) + shift is g at all probes of f. */
function agrees(g: Expression, f: (z: number) => number, line: Line, scale: number, shift: number): boolean {
  for (const u of PROBES) {
    const expected = scale * f(u) + shift
    const got = valueAt(g, (u - line.shift) / line.scale)
    if (Math.abs(u) > FAR && !Number.isFinite(got)) continue
    // What rounds at each of the magnitudes that meet here.
    const size = Math.max(Math.abs(scale) * Math.max(1, Math.abs(f(u))), Math.abs(shift))
    if (!(Math.abs(got - expected) <= TOLERANCE * size)) return false
  }
  return true
}

/** scale · f(line.scale · z + line.shift) + shift. */
export interface Recognised {
  readonly activation: Activation
  readonly line: Line
  readonly scale: number
  readonly shift: number
}

// erf is given z / √2 in gelu, tanh z / 2 in a sigmoid.
const FACTORS: readonly number[] = [1, -1, Math.SQRT2, 2, -2, 0.5]

/** The lines that an activation may have been given, z itself first: what an operator was given, or a multiple of it. */
const linesOf = ({ lines }: Core): Line[] => [
  { scale: 1, shift: 0 },
  ...FACTORS.flatMap((factor) =>
    lines.map(({ scale, shift }) => ({ scale: factor * scale, shift: factor * shift })),
  ).filter(({ scale, shift }) => scale !== 0 && Number.isFinite(scale) && Number.isFinite(shift)),
]

/** Which activation the expression is, with lines before and behind it; undefined where it is none of nabla's. */
export function recognise(e: Expression): Recognised | undefined {
  const { core } = e
  if (!core) return undefined
  const core1: Expression = { scale: 1, shift: 0, core }
  const lines = linesOf(core)
  // As it stands, before it is taken as a multiple of one: 1 / (1 + e⁻ᶻ) is no multiple of tanh.
  for (const [whole, scale, shift] of [
    [e, 1, 0],
    [core1, e.scale, e.shift],
  ] as const) {
    for (const line of lines) {
      for (const [activation, f] of Object.entries(functions)) {
        if (agrees(whole, f, line, 1, 0)) return { activation: activation as Name, line, scale, shift }
      }
    }
  }
  // z · (1 + erf(z / √2)) is 2 · gelu(z): the factor is found where the function is largest.
  for (const line of lines) {
    for (const [activation, f] of Object.entries(functions)) {
      const factor = valueAt(core1, (4 - line.shift) / line.scale) / f(4)
      if (!Number.isFinite(factor) || factor === 0) continue
      // A writer's factor has few digits, and the probe rounds.
      const rounded = Number(factor.toPrecision(7))
      if (agrees(core1, f, line, rounded, 0)) {
        return { activation: activation as Name, line, scale: e.scale * rounded, shift: e.shift }
      }
    }
  }
  for (const line of lines) {
    const at = (u: number) => valueAt(core1, (u - line.shift) / line.scale)
    const factor = Number(at(1).toPrecision(7))
    for (const { below, named } of families) {
      const number = at(-1) / factor / below(-1)
      // Not where the factor is 0, or the number beyond what nabla takes.
      if (!Number.isFinite(Math.fround(number))) continue
      if (agrees(core1, (z) => (z < 0 ? number * below(z) : z), line, factor, 0)) {
        return { activation: named(number), line, scale: e.scale * factor, shift: e.shift }
      }
    }
  }
  return undefined
}
