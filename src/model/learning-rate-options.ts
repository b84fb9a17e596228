// The learning rate as users give it: the types of schedules.ts for readers, with what each option means.

/** Options that every schedule has. */
interface ScheduleTiming {
  /** Whether the schedule's lengths count epochs or steps of the optimizer, from when the network was made. Default
   * 'epoch': the rate is then the same for all of an epoch. */
  per?: 'epoch' | 'step'
  /** How long the rate rises in front of the schedule, in equal parts up to its first rate. Default 0. */
  warmUp?: number
}

/** Options of a schedule that has an end, where the rate stays from then on. */
interface ScheduleLength extends ScheduleTiming {
  /** Length of the schedule, without the warm-up. Default: to the end of the fit; give it where training is to be
   * resumed. */
  over?: number
}

/** Always the same: for a warm-up without anything behind it. */
export interface ConstantSchedule extends ScheduleTiming {
  /** Selects a rate that stays. */
  name: 'constant'
  /** The first rate. */
  from: number
}

/** from · factor^⌊t / every⌋. */
export interface StepSchedule extends ScheduleTiming {
  /** Selects a rate that falls by steps, as PyTorch's StepLR. */
  name: 'step'
  /** The first rate. */
  from: number
  /** Above 0, at most 1. Default 0.1. */
  factor?: number
  /** How long each rate lasts. */
  every: number
}

/** from · factor^(t / every). */
export interface ExponentialSchedule extends ScheduleTiming {
  /** Selects exponential decay, as PyTorch's ExponentialLR. */
  name: 'exponential'
  /** The first rate. */
  from: number
  /** Above 0, at most 1. Default 0.95. */
  factor?: number
  /** How long it takes to fall by the factor. Default 1. */
  every?: number
}

/** from / (1 + decay · t)^power. */
export interface InverseSchedule extends ScheduleTiming {
  /** Selects decay by an inverse power, as scikit-learn's 'invscaling' and Keras's InverseTimeDecay. */
  name: 'inverse'
  /** The first rate. */
  from: number
  /** At least 0. Default 1. */
  decay?: number
  /** At least 0. Default 0.5. */
  power?: number
}

/** to + (from − to) · (1 − t / over)^power. */
export interface PolynomialSchedule extends ScheduleLength {
  /** Selects polynomial decay, as Keras's PolynomialDecay. */
  name: 'polynomial'
  /** The first rate. */
  from: number
  /** Default 0. */
  to?: number
  /** At least 0. Default 1. */
  power?: number
}

/** to + (from − to) · (1 + cos(π t / over)) / 2; with restarts over each period anew. */
export interface CosineSchedule extends ScheduleLength {
  /** Selects half a cosine, with or without restarts (Loshchilov and Hutter 2017). */
  name: 'cosine'
  /** The first rate. */
  from: number
  /** Default 0. */
  to?: number
  /** Length of the first period. Default: one period over all. Not with `over`: it has no end. */
  restartEvery?: number
  /** How much longer each period is than the one before it, at least 1. Default 1. */
  restartFactor?: number
}

/** Up to the peak and down again, each along half a cosine, as PyTorch's OneCycleLR: of T steps, those numbered
 * rise · T − 1 and T − 1, from 0, have the peak and the lowest rate. */
export interface OneCycleSchedule extends ScheduleLength {
  /** Selects one cycle up and down (Smith and Topin 2018). */
  name: 'oneCycle'
  /** The highest rate. */
  peak: number
  /** Share of the length that it rises, from 0 to 1. Default 0.3. */
  rise?: number
  /** It begins at peak / divide. Default 25. */
  divide?: number
  /** It ends at peak / divide / divideAtEnd. Default 1e4. */
  divideAtEnd?: number
}

/** Lowered whenever the loss has not become less for some epochs; `per` is the unit of its warm-up alone. */
export interface PlateauSchedule extends ScheduleTiming {
  /** Selects a rate that is lowered on a plateau, as PyTorch's ReduceLROnPlateau. */
  name: 'plateau'
  /** The first rate. */
  from: number
  /** Above 0, at most 1. Default 0.1. */
  factor?: number
  /** Epochs that may bring no better loss before it is lowered. Default 10. */
  patience?: number
  /** A loss is better if it is below the best · (1 − threshold). Default 1e-4. */
  threshold?: number
  /** Epochs after it was lowered that are not counted. Default 0. */
  cooldown?: number
  /** It does not fall below this. Default 0. */
  least?: number
  /** Default: 'validationLoss' where there is validation data, else 'loss'. */
  monitor?: 'loss' | 'validationLoss'
}

/** A learning rate that changes, as plain data. */
export type ScheduleOptions =
  | ConstantSchedule
  | StepSchedule
  | ExponentialSchedule
  | InverseSchedule
  | PolynomialSchedule
  | CosineSchedule
  | OneCycleSchedule
  | PlateauSchedule

/**
 * η: a finite number above 0, a schedule, or a function of the steps and epochs that were done, both from 0 and over the
 * life of the network. The function must give the same rate for the same moment.
 */
export type LearningRateOption =
  | number
  | ScheduleOptions
  | ((moment: { readonly step: number; readonly epoch: number }) => number)
