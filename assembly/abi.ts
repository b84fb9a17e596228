// The words on which the two backends and the tape compiler agree. The file is valid AssemblyScript and valid
// TypeScript: src/ imports it too, so a code is written once.

// Activations. `z` is a layer's preActivation, `a = f(z)` its activation.
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

// leakyRelu's slope below zero (PyTorch's default), elu's α, and selu's α and λ (Klambauer et al. 2017,
// arXiv:1706.02515, section 2).
export const LEAKY_RELU_SLOPE = 0.01
export const ELU_ALPHA = 1.0
export const SELU_ALPHA = 1.6732632423543772
export const SELU_LAMBDA = 1.0507009873554805

// Losses.
export const QUADRATIC = 0
export const CROSS_ENTROPY = 1
export const BINARY_CROSS_ENTROPY = 2

// Update rules: what becomes of a finished tile of the gradient.
export const STORE_GRADIENT = 0
export const SGD = 1

// A tape is a sequence of instructions of INSTRUCTION_WORDS 32-bit words: the opcode, then its operands. Offsets,
// strides and counts are in elements (a float32, or a 32-bit integer, is one element); offset 0 means "none".
export const INSTRUCTION_WORDS = 16

export const OP_END = 0
export const OP_BARRIER = 1
export const OP_ROWS = 2
export const OP_FORWARD = 3
export const OP_OUTPUT = 4
export const OP_BACKWARD = 5
export const OP_UPDATE_WEIGHTS = 6
export const OP_UPDATE_BIASES = 7
