// What the values of a graph are while it is read: constants, and rows of numbers that depend on the input.
//
// The rows of the graph come one from another in a chain of steps, as an MLP has them:
//
//   input ─▶ product ─▶ columns ─▶ function ─▶ product ─▶ … ─▶ softmax
//
// Between two steps a value may be an expression of one number (expression.ts), the same for every column: what an
// exporter writes as several nodes, such as gelu, becomes a function when a step needs its result.

import type { Activation, Expression } from './expression.ts'

export type Numbers = Float32Array | Float64Array

/** Numbers that the file holds, or that come of such. Row-major. */
export interface Constant {
  readonly kind: 'constant'
  readonly dims: readonly number[]
  readonly numbers: Numbers
  readonly isInteger: boolean
}

export interface Strings {
  readonly kind: 'strings'
  readonly values: readonly string[]
}

/** A link of the chain. The first one is the input. */
export type Step = { readonly of: Step | undefined } & (
  | { readonly kind: 'input'; readonly name: string; width: number | undefined }
  /** x · W, W row-major (inputs × units) after a factor, + b. */
  | {
      readonly kind: 'product'
      readonly weights: Numbers
      readonly units: number
      readonly biases: Numbers | undefined
    }
  /** x ⊙ s + t, a number for each column. */
  | { readonly kind: 'columns'; readonly scale: Numbers; readonly shift: Numbers }
  /** f(x), an activation that nabla has. */
  | { readonly kind: 'function'; readonly activation: Activation }
  /** (x − μ) / √(σ² + ε) over each row. */
  | { readonly kind: 'standard'; readonly epsilon: number }
  | { readonly kind: 'softmax' }
)

/** (rows × shape): an expression of a step's result, element by element. */
export interface Rows {
  readonly kind: 'rows'
  readonly shape: readonly (number | undefined)[]
  readonly step: Step
  readonly expression: Expression
  /** The node that it comes from, for messages. */
  readonly from: string
  /** True for (1 − p, p) of one column p, which `expression` is. */
  readonly isPair?: boolean
  /** True for (shape × rows), which a Gemm with transA turns back. */
  readonly isTurned?: boolean
}

/** A figure of each row on the way to a layer normalization of `of`. */
export interface Moment {
  readonly kind: 'moment'
  readonly of: Rows
  /**
   * In their order: μ; x − μ; (x − μ)²; σ², with ε where it was added; its root; 1 / that, with γ where it was multiplied.
   * With these as the factor: x · factor; μ · factor; β − μ · factor.
   */
  readonly stage:
    | 'mean'
    | 'centered'
    | 'squares'
    | 'variance'
    | 'deviation'
    | 'factor'
    | 'scaled'
    | 'scaledMean'
    | 'offset'
  readonly epsilon: number
  readonly gains?: Constant
  readonly shifts?: Constant
}

/** The shape of rows, or numbers of it, of which the first may be how many they are. */
export interface ShapeOf {
  readonly kind: 'shape'
  readonly sizes: readonly (number | 'rows')[]
  readonly isList: boolean
}

/** What comes of classes, which are no numbers of the network: a label, and all that is made of it. */
export interface Label {
  readonly kind: 'label'
}

/** An input that is left out. */
export interface Missing {
  readonly kind: 'missing'
}

export type Value = Constant | Strings | Rows | Moment | ShapeOf | Label | Missing

export const LABEL: Label = { kind: 'label' }
export const MISSING: Missing = { kind: 'missing' }

/** What a value is called in messages. */
export const called: Readonly<Record<Value['kind'], string>> = {
  constant: 'a constant',
  strings: 'strings',
  rows: 'rows that depend on the input',
  moment: 'a mean or variance of rows',
  shape: 'a shape',
  label: 'labels',
  missing: 'none',
}

/** The product of the sizes of a row; undefined where one is open. */
export const widthOf = ({ shape }: Pick<Rows, 'shape'>): number | undefined =>
  shape.reduce<number | undefined>(
    (n, size) => (n === undefined || size === undefined ? undefined : n * size),
    1,
  )
