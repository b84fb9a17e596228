// The codes of the activations, and their constants. `z` is a layer's preActivation, `a = f(z)` its activation.

export const LINEAR = 0
export const SIGMOID = 1
export const TANH = 2
export const RELU = 3
export const LEAKY_RELU = 4
export const ELU = 5
export const SELU = 6
export const GELU = 7
export const SILU = 8
export const SOFTPLUS = 9
export const SOFTMAX = 10
export const SOFTSIGN = 11
/** Backward alone, of any activation: f'(z) was stored. */
export const STORED = 12
/** Forward alone: a function of the user's own, which stores f'(z). */
export const CUSTOM = 13
// leakyRelu and elu with a slope below zero or an α that the instruction has, and which may be below 0: so f'(z) is stored.
export const SLOPED_RELU = 14
export const SCALED_ELU = 15

// leakyRelu's slope below zero (PyTorch's default), elu's α, and selu's α and λ (Klambauer et al. 2017,
// arXiv:1706.02515, section 2).
export const LEAKY_RELU_SLOPE = 0.01
export const ELU_ALPHA = 1.0
export const SELU_ALPHA = 1.6732632423543772
export const SELU_LAMBDA = 1.0507009873554805
