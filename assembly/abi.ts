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

// How a row is counted as a hit for the accuracy: no counting; the largest output is the target's largest; every
// output is on its target's side of a threshold (the row's hit is then the share of its outputs that are).
export const HITS_NONE = 0
export const HITS_ARGMAX = 1
export const HITS_THRESHOLD = 2

// Panels: a matrix of k rows and n columns is kept as slices of PANEL columns, each slice row by row, so that a tile
// reads its operand as one stream (docs/kernels.md draws it). Rows and columns are padded with zeros to LANES.
export const PANEL = 8
export const LANES = 4

// The tiles of a product, as flags: 4 rows by one panel; two panels where the engine fuses pairs of vectors to 256 bits;
// tiles that need every register where the engine reads an operand no sooner than it is used.
export const SINGLE = 0
export const PAIRED = 1
export const LARGE = 2

// Where a plan begins. Of the elements before it the kernels keep 4 … 7 for a block of random words, 16 … 31 for zeros and
// 32 … 79 for their constants (memoryBase in asconfig.json); offset 0 stands for "none".
export const ARENA_START = 80

// A tape is a sequence of instructions of INSTRUCTION_WORDS 32-bit words: the opcode, then its operands in the order
// named here. Offsets, strides and counts are in elements (a float32 or a 32-bit integer is one element); offset 0
// means "none". `lda`, `ldy` are row strides. A table, where there is one, holds the offset of every row and takes
// the place of base + row · stride.
export const INSTRUCTION_WORDS = 24

// sync: waits until every thread has come here.
export const OP_BARRIER = 1
// x, ldx, xTable, y, ldy, yTable, order, starts, fromTable, toTable: the batch's rows are x[order[start + r]]; where
// `starts` is given, row i's nonzeros are listed in [starts[i], starts[i + 1]). Each thread has tables of its own.
export const OP_ROWS = 2
// a, lda, aTable, weights, biases, out, slope, k, n, activation, tiles, fromTable, toTable:
// out = f(a · weights + biases). Split by rows.
export const OP_FORWARD = 3
// out, slope, y, ldy, yTable, delta, losses, hits, n, loss, activation, hitMode: the loss of each row, and
// delta = ∂C/∂z. Split by rows.
export const OP_OUTPUT = 4
// delta, weightsT, from, deltaBelow, n, k, activation, tiles: deltaBelow = delta · weightsᵀ ⊙ f'(z). Split by rows.
export const OP_BACKWARD = 5
// a, lda, aTable, delta, weights, weightsT, k, n, rule, control, tiles, pack, fromTable, toTable, bucketLengths, buckets:
// rule(weights, aᵀ · delta / rows). Split by rows of the weights, four at a time.
export const OP_UPDATE_WEIGHTS = 6
// delta, biases, n, rule, control: rule(biases, Σ delta / rows). Split by columns.
export const OP_UPDATE_BIASES = 7

// Added to OP_FORWARD, OP_BACKWARD or OP_UPDATE_WEIGHTS: split by columns of the result, whole panels of the weights.
export const BY_UNITS = 16
// Added to OP_UPDATE_WEIGHTS where the parts are done in turn: split by whole blocks of what gemmTN packs, if that leaves
// no part much longer than the others. A part packs its panels of δ once a block.
export const BY_BLOCKS = 32

// What gemmTN packs of its operands: for each row of the batch, a block of A's columns (24 tiles of 6) and two panels
// of D.
export const PACK_BLOCK = 144
export const PACK_COLUMNS = PACK_BLOCK + 2 * PANEL

// Where the input is sparse, the nonzeros of the batch are put to buckets, one a column, for a block of columns at a
// time: as many as have room for BUCKET_ENTRIES entries, 32 KB, and at least BUCKETS. Half and twice the room were within
// 5% of this at batches of 10 and 32; few columns at a time cost a mispredicted branch for each row of the batch and block.
export const BUCKETS = 64
export const BUCKET_ENTRIES = 4096

// The control block: what may change between two calls without a new tape.
export const CONTROL_LEARNING_RATE = 0
export const CONTROL_LENGTH = 16

// The words by which threads synchronize, on cache lines of their own; all of them watch the first while they wait.
//   GENERATION  barriers passed
//   ARRIVED     threads that have reached the next one
//   SLEEPERS    threads asleep at it
//   STOP        1 once the work must be abandoned
//   SPINS       how many times at most a thread looks at the generation before it sleeps, about 3 looks a nanosecond
//   PATIENCE    the same for now: adapted, at most SPINS
//   MISSES      how many of the last waits spun in vain
export const SYNC_GENERATION = 0
export const SYNC_ARRIVED = 16
export const SYNC_SLEEPERS = 17
export const SYNC_STOP = 32
export const SYNC_SPINS = 33
export const SYNC_PATIENCE = 34
export const SYNC_MISSES = 35
export const SYNC_LENGTH = 48

// What random numbers are for: the last word of a Philox counter, so that no two uses share a stream.
export const WEIGHTS = 1
export const SHUFFLE = 2
export const SPLIT = 3
export const SAMPLE = 4
