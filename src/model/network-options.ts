// What a user may ask of a network. Defaults and checks are in network-settings.ts.

import type { ClassName } from './class-names.ts'
import type { CustomActivation } from './custom-activation.ts'
import type { CustomLoss } from './custom-loss.ts'
import type { CustomInitializer, InitializerName } from './initializers.ts'
import type {
  HiddenActivationName,
  LayerOptions,
  NormalizationOptions,
  OutputLayerOptions,
} from './layer-options.ts'
import type { LossOptions } from './loss-options.ts'
import type { LossName } from './losses.ts'
import type { NormalizationName } from './normalizations.ts'
import type { OptimizerOptions } from './optimizer-options.ts'
import type { OptimizerName } from './optimizers.ts'
import type { ClipOptions } from './regularization.ts'
import type { ActivationOptions } from './sloped-activations.ts'

/** Where the work is done: 'relaxed' fuses multiply and add, 'simd' gives the same bits on every engine,
 * 'reference' is plain JavaScript. 'auto' takes the first of these that the engine can run. */
export type KernelsName = 'auto' | 'relaxed' | 'simd' | 'reference'

/** The options of a network, except its shape. */
export interface CommonNetworkOptions {
  /** Activation of every layer that names none. Default 'relu' in hidden layers; the last layer's default is
   * 'softmax' for crossEntropy, klDivergence and focal, 'sigmoid' for binaryCrossEntropy and binaryFocal, 'softplus' for
   * poisson, else this or 'linear'. */
  activation?: HiddenActivationName | ActivationOptions | CustomActivation
  /** By its name, as `{ name: 'huber', delta: 2 }`, or as functions of your own. Default: 'crossEntropy' where the last layer's activation is
   * 'softmax', 'quadratic' otherwise. */
  loss?: LossName | LossOptions | CustomLoss
  /** Default { name: 'sgd', learningRate: 0.01 }. */
  optimizer?: OptimizerName | OptimizerOptions
  /** λ₁ of the penalty λ₁ Σ|w| on the weights of each layer that names none, from 0 on. A penalty is part of every loss
   * that is reported; biases have none. Default 0. */
  l1?: number
  /** λ₂ of the penalty λ₂ Σw², whose gradient is 2 λ₂ w. Default 0. */
  l2?: number
  /** A limit of the gradient, penalties included: `{ value }` for each element, `{ norm }` for each W and b, or
   * `{ globalNorm }` for all together. Default: none. */
  clip?: ClipOptions
  /** The largest Euclidean norm of the weights into a unit, in each layer that names none. Default: no limit. */
  maxNorm?: number
  /** False for a network without biases. Default true. */
  bias?: boolean
  /** Initial weights. Default 'glorotUniform'. */
  initializer?: InitializerName | CustomInitializer
  /** Initial biases, a named distribution with the layer's fans. Default 'zeros'. */
  biasInitializer?: InitializerName
  /** Of every hidden layer that names none. Default 'none'. */
  normalization?: NormalizationName | NormalizationOptions | 'none'
  /** Of every hidden layer that names none: the share of its outputs that training drops. Default 0. */
  dropout?: number
  /** The same of the inputs. Lists of nonzeros, by which wide rows of mostly zeros are trained faster, are not used with
   * it. Default 0. */
  inputDropout?: number
  /**
   * What the classes are called, in the order of the outputs, or of the classes 0 and 1 where there is one output; with several
   * outputs and a loss of labels what the labels are called. Default: none, or those that the targets of the first `fit` are
   * given in, sorted.
   */
  classNames?: readonly ClassName[] | undefined
  /** Of everything random: initial weights, shuffles and dropout. A whole number from 0 on. Default 0. */
  seed?: number
  /** Default 'auto'. */
  kernels?: KernelsName
  /** True for 256-bit vectors, to the same bits as 'simd', or as 'relaxed' where `kernels` says so: Node 24 or newer on
   * x86-64, by an experimental flag of V8 that this sets for the process. Elsewhere a note says that there are none.
   * Default false. */
  wide?: boolean
  /** Threads that `fit` works with: a number, or 'auto' for as many as there are cores, at most 8, where the network
   * and the data are large enough to gain. They are workers beside the caller's thread, and change no bit of the
   * result. A network with functions of your own has only the caller's thread. Default 'auto'. */
  threads?: number | 'auto'
}

/** What `Network.resume` is given: options that take the place of those in the checkpoint, and functions, which it cannot hold. */
export interface ResumeOptions extends Partial<CommonNetworkOptions> {
  /** The custom activations of the network's layers, found by their names. A custom loss is given as `loss`. */
  activations?: readonly CustomActivation[]
}

/** A network by the sizes of its layers. */
export interface SizedNetworkOptions extends CommonNetworkOptions {
  /** Every layer's size, inputs first: a short form of `inputs` and `layers`. */
  sizes: readonly number[]
  /** Not beside `sizes`. */
  inputs?: undefined
  /** Not beside `sizes`. */
  layers?: undefined
}

/** A network by its inputs and layers. */
export interface LayeredNetworkOptions extends CommonNetworkOptions {
  /** Width of a row of x, at least 1. */
  inputs: number
  /** The layers after the inputs, the last one the outputs; a number stands for `{ units }`. */
  layers:
    | readonly (number | LayerOptions)[]
    | readonly [...hidden: (number | LayerOptions)[], output: number | OutputLayerOptions]
  /** Not beside `inputs` and `layers`. */
  sizes?: undefined
}

/** A network of one layer, where `activation` may be softmax: there are no hidden layers that would take it too. */
export type SoftmaxNetworkOptions = Omit<CommonNetworkOptions, 'activation'> & {
  /** Of the one layer. */
  activation: 'softmax'
} & (
    | {
        /** Width of a row of x, and the classes. */
        sizes: readonly [inputs: number, outputs: number]
        /** Not beside `sizes`. */
        inputs?: undefined
        /** Not beside `sizes`. */
        layers?: undefined
      }
    | {
        /** Width of a row of x, at least 1. */
        inputs: number
        /** The one layer, whose units are the classes. */
        layers: readonly [number | OutputLayerOptions]
        /** Not beside `inputs` and `layers`. */
        sizes?: undefined
      }
  )

/** What a network is made from: its shape by `sizes`, or by `inputs` and `layers`. */
export type NetworkOptions = SizedNetworkOptions | LayeredNetworkOptions | SoftmaxNetworkOptions
