// A tape is a sequence of instructions of INSTRUCTION_WORDS 32-bit words: the opcode and its flags, then its operands, each
// at the word that operands/ says. Offsets, strides and counts are in elements; offset 0 means "none".

export const INSTRUCTION_WORDS = 32

/** Waits until every thread has come here. */
export const OP_BARRIER = 1
/** Looks up the rows of the batch. Each thread has tables of its own. */
export const OP_ROWS = 2
/** out = f(input · weights + biases). Split by rows. */
export const OP_FORWARD = 3
/** The loss of each row, its hit, and delta = ∂C/∂z. Split by rows. */
export const OP_OUTPUT = 4
/** deltaBelow = delta · weightsᵀ ⊙ f'(z). Split by rows. */
export const OP_BACKWARD = 5
/** rule(weights, inputᵀ · delta / rows). Split by rows of the weights, four at a time. */
export const OP_UPDATE_WEIGHTS = 6
/** rule(biases, Σ delta / rows). Split by columns, four at a time. */
export const OP_UPDATE_BIASES = 7
/** out = f(gains ⊙ ẑ + shifts), ẑ being z normalised. Split by rows, or by columns where these are normalised. */
export const OP_NORMALIZE = 8
/** delta = ∂C/∂z, what the normalisation makes of ∂C/∂(gains ⊙ ẑ + shifts). Split like OP_NORMALIZE. */
export const OP_NORMALIZE_BACKWARD = 9
/** Elements at random become zero, and the others larger. Split by rows. */
export const OP_DROPOUT = 10
/** The running mean and variance of the columns. Split by columns, four at a time. */
export const OP_UPDATE_STATISTICS = 11
/** sums[b] = λ₁ Σ|w| + λ₂ Σw² of each block of weights. Split by blocks. */
export const OP_PENALTY = 12
/** penalties[start] = Σ sums, for the batch that begins at `start`. By the first part alone. */
export const OP_ADD_PENALTIES = 13
/** The instructions that follow are for the last batch of a group alone: the others end here. */
export const OP_GROUP = 14
/** gradient += λ₁ sign w + 2 λ₂ w, and the norm of each of its blocks. Split by blocks. */
export const OP_MEASURE = 15
/** rule(parameters, gradient), the gradient scaled where the norms are beyond a limit. Split by fours of elements. */
export const OP_STEP = 16
/** The weights into each unit scaled to the largest norm they may have, and weightsᵀ after them. Split by panels. */
export const OP_FINISH_WEIGHTS = 17

// Flags of the opcode's word.

/**
 * OP_FORWARD, OP_BACKWARD, OP_UPDATE_WEIGHTS and the normalisation of columns: split by columns of the result, whole panels of
 * the weights.
 */
export const BY_UNITS = 256
/**
 * OP_UPDATE_WEIGHTS, where the parts are done in turn: split by whole blocks of what gemmTN packs, if that leaves no part
 * much longer than the others. A part packs its panels of δ once a block.
 */
export const BY_BLOCKS = 512
export const FLAGS = BY_UNITS | BY_BLOCKS
