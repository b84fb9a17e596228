// What the page offers for a network and its training.

/** The classes of the page's own network, in the order of its outputs. */
export const DIGITS: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit))

/** The optimizers, each with a rate that suits the page's data. */
export const OPTIMIZERS = {
  adam: { label: 'Adam', options: { name: 'adam' }, rate: 0.002 },
  adamw: { label: 'AdamW', options: { name: 'adamw' }, rate: 0.002 },
  nadam: { label: 'NAdam', options: { name: 'nadam' }, rate: 0.002 },
  rmsprop: { label: 'RMSprop', options: { name: 'rmsprop' }, rate: 0.001 },
  adagrad: { label: 'AdaGrad', options: { name: 'adagrad' }, rate: 0.02 },
  lion: { label: 'Lion', options: { name: 'lion' }, rate: 0.0003 },
  momentum: { label: 'SGD, momentum 0.9', options: { name: 'sgd', momentum: 0.9 }, rate: 0.03 },
  sgd: { label: 'SGD', options: { name: 'sgd' }, rate: 0.1 },
} as const

export type OptimizerChoice = keyof typeof OPTIMIZERS

export const ACTIVATIONS = {
  relu: 'ReLU',
  leakyRelu: 'Leaky ReLU',
  elu: 'ELU',
  selu: 'SELU',
  gelu: 'GELU',
  silu: 'SiLU',
  tanh: 'tanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  softsign: 'Softsign',
  linear: 'Linear',
} as const

export const MOST_LAYERS = 3
/** Units of a hidden layer: the least, the most, the step. */
export const UNITS = { digits: [4, 128, 4], playground: [1, 24, 1] } as const
