// All that the page shows, as plain data.

import type { HiddenActivationName } from 'nabla'
import type { Stroke } from '../digits/strokes.ts'
import type { Problem } from '../playground/points.ts'
import { DIGITS, type OptimizerChoice } from '../training/choices.ts'
import { type Curves, noCurves } from './curves.ts'

export type RoomName = 'digits' | 'playground'

/** What the user chooses of a network and its training. */
export interface Settings {
  /** Units of each hidden layer. */
  readonly layers: readonly number[]
  readonly activation: HiddenActivationName
  readonly optimizer: OptimizerChoice
  readonly learningRate: number
  /** A few epochs a second, to watch. */
  readonly slow: boolean
}

/** 'empty': there is nothing to train on. */
export type Status = 'loading' | 'empty' | 'ready' | 'training' | 'paused' | 'done'

/** A network and its training. */
export interface Room {
  readonly settings: Settings
  readonly status: Status
  readonly epochs: number
  readonly curves: Curves
  /** Rows trained in a second, over the last epochs. */
  readonly rowsPerSecond: number | undefined
  /** Of the last burst of training; undefined before. */
  readonly threads: number | undefined
  readonly parameters: number
  /** Another number whenever the network's parameters are others. */
  readonly revision: number
}

/** What is on the pad. */
export type Drawing =
  | { readonly kind: 'strokes'; readonly strokes: readonly Stroke[] }
  | { readonly kind: 'sample'; readonly image: Float32Array; readonly label: number }

/** A drawing that the user has added to the training data. */
export interface OwnDigit {
  readonly label: number
  readonly strokes: readonly Stroke[]
}

export interface OwnPoint {
  readonly x: number
  readonly y: number
  readonly label: 0 | 1
}

export interface PageState {
  readonly view: RoomName
  readonly digits: Room
  readonly playground: Room
  readonly drawing: Drawing
  /** The drawing as (64) pixels from 0 to 1; undefined where there is none. */
  readonly image: Float32Array | undefined
  /** (10), where there is an image and a network. */
  readonly probabilities: Float32Array | undefined
  /** What the network calls its classes, in the order of its outputs: those of a file may be no digits. */
  readonly classNames: readonly string[]
  readonly own: readonly OwnDigit[]
  /** When the model that this browser keeps was saved. */
  readonly savedAt: Date | undefined
  readonly problem: Problem
  readonly noise: number
  /** Decides where the points of the problem lie. */
  readonly pointsSeed: number
  readonly ownPoints: readonly OwnPoint[]
  /** What the page has to say at length, until it is closed. */
  readonly notice: string | undefined
}

const room = (settings: Settings): Room => ({
  settings,
  status: 'loading',
  epochs: 0,
  curves: noCurves,
  rowsPerSecond: undefined,
  threads: undefined,
  parameters: 0,
  revision: 0,
})

export const initialState = (): PageState => ({
  view: 'digits',
  digits: room({ layers: [48], activation: 'relu', optimizer: 'adam', learningRate: 0.002, slow: false }),
  playground: room({
    layers: [12, 12],
    activation: 'silu',
    optimizer: 'adam',
    learningRate: 0.02,
    slow: false,
  }),
  drawing: { kind: 'strokes', strokes: [] },
  image: undefined,
  probabilities: undefined,
  classNames: DIGITS,
  own: [],
  savedAt: undefined,
  problem: 'spiral',
  noise: 0.03,
  pointsSeed: 1,
  ownPoints: [],
  notice: undefined,
})
