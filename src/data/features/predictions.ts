// What a model predicts, by its target: types alone, so that whoever predicts need not ask what came.

import type { RowsLike } from './records.ts'

/** A class as the user has it. */
export type ClassValue = string | number | boolean

/** The class of a row, and how likely the network takes each to be; without probabilities where its outputs are none. */
export interface ClassPrediction {
  /** The class with the largest output. */
  readonly class: ClassValue
  /** By the text of the class. They add up to 1. */
  readonly probabilities?: Readonly<Record<string, number>>
}

/** The labels of a row, and how likely each is to be there. */
export interface LabelsPrediction {
  /** Those that the row has, in the order of the outputs. */
  readonly labels: string[]
  /** By the label, each from 0 to 1 for itself; where the last layer is a sigmoid. */
  readonly probabilities?: Readonly<Record<string, number>>
}

/** Several numbers by the names of their columns. */
export type NamedNumbers = Readonly<Record<string, number>>

/** A number in its own unit; several by their names; the outputs (outputs) where the model has no target. */
export type Prediction = ClassPrediction | LabelsPrediction | number | NamedNumbers | Float32Array

/** The columns that are predicted: the name of one, or names. */
export type TargetColumns = string | readonly string[]

/** What is predicted for a target of numbers: one as it is, several by the names of their columns. */
export type NumbersPrediction<Columns extends TargetColumns> = Columns extends string | readonly [string]
  ? number
  : Columns extends readonly [string, string, ...string[]]
    ? NamedNumbers
    : number | NamedNumbers

/** The cells of the columns, as far as the types of the rows tell; `any` tells nothing, and arrays have no names. */
type CellsOf<Rows extends RowsLike, Name> = Rows extends readonly (infer Row)[]
  ? Row extends ArrayLike<unknown>
    ? unknown
    : Name extends keyof Row
      ? Row[Name]
      : unknown
  : unknown

/** What cells of one kind make, else both. A missing cell is refused, whatever the others are. */
type ByCells<Cells, OfNumbers, Other, OfOthers> = 0 extends 1 & Cells
  ? OfNumbers | OfOthers
  : [Cells] extends [never]
    ? OfNumbers | OfOthers
    : [Cells] extends [number | null | undefined]
      ? OfNumbers
      : [Cells] extends [Other | null | undefined]
        ? OfOthers
        : OfNumbers | OfOthers

type ByRows<Rows extends RowsLike, Name> = ByCells<
  CellsOf<Rows, Name>,
  number,
  string | boolean,
  ClassPrediction
>

/** What is predicted for a target whose type is inferred from its cells, as far as the types of the rows tell. */
export type InferredPrediction<Rows extends RowsLike, Columns extends TargetColumns> = Columns extends string
  ? ByRows<Rows, Columns>
  : Columns extends readonly [infer Name]
    ? ByRows<Rows, Name>
    : Columns extends readonly [string, string, ...string[]]
      ? ByCells<CellsOf<Rows, Columns[number]>, NamedNumbers, boolean, LabelsPrediction>
      : number | ClassPrediction | NamedNumbers | LabelsPrediction
