// Where the numbers of a training sample by sample stand: byte offsets, in the memory of assembly/online/ alone.
//
//   ┌ activation's table ┬ head ┬ table of layers ┬ rows of weights, biases, activations, deltas ┬ lists of inputs ┬ targets ┐
//
// A row of weights holds what leads from one unit to all of the layer above, in float32: a vector of four weights, a vector of
// what the rule keeps of each, the next four weights, and so on, padded to whole vectors.
//
//   momentum  │ w w w w │ change … │ w w w w │ change … │ … │ stamp, 16 bytes: the sample that it is up to date with │
//   Adam      │ w w w w │ low … │ high … │ w w w w │ low … │ high … │ …
//
// The upper of the two layers of tiny.ts has a row for each of its units instead: the weights of the four units below.
//
//   tiny      │ w w w w │ change … │

/** What the head holds. Integers. */
export const ACTIVATION = 0
export const LAYERS = 4
export const IS_ADAM = 8
export const ROWS = 12
/** Outputs of the last layer. */
export const OUTPUTS = 16
/** Addresses of the lists' table, of their entries and of the targets. */
export const STARTS = 20
export const ENTRIES = 24
export const TARGETS = 28
/** The row that comes next. */
export const ROW = 32
export const ITERATIONS = 36
/** Samples so far, a 64-bit integer: what stamps are compared with. */
export const SAMPLES = 40
/** 1 where the lists leave out zeros, so that rows of weights have to be brought up to date. */
export const IS_SPARSE = 48
/** Numbers, in float64: η, β₁, β₂, and β₁ and β₂ to the number of samples. */
export const FULL_RATE = 56
export const BETA1 = 64
export const BETA2 = 72
export const POWER1 = 80
export const POWER2 = 88
/** Of the errors of the pass under way, and the mean of the last whole one. */
export const SUM = 96
export const ERROR = 104
/** Numbers, in float32. */
export const RATE = 112
export const MOMENTUM = 116
export const ALPHA = 120
/** 1 − β₁ and 1 − β₂ */
export const SHARE1 = 124
export const SHARE2 = 128
export const EPSILON = 132
/** η / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ). */
export const SCALE = 136
export const ROOT = 140
/** Of the activation's table: the least and the largest z, and what rounds z to an entry where it is added. */
export const TABLE_LOW = 144
export const TABLE_HIGH = 148
export const TABLE_ROUND = 52
/** 1 where tiny.ts trains, and where 1 + x · the next row's x of each row stands for that. */
export const IS_TINY = 152
export const SHARES = 156

export const HEAD = 160

/** Of each layer above the inputs, from HEAD on. Integers: sizes, and addresses. */
export const LAYER = 48
/** Units below: rows of weights. */
export const INPUTS = 0
/** Vectors of its units. */
export const VECTORS = 4
export const WEIGHTS = 8
/** Bytes from one row of weights to the next. */
export const STRIDE = 12
/** Biases and, of Adam, their low and high moments. */
export const BIASES = 16
export const ACTIVATIONS = 20
export const DELTAS = 24
/** η δ */
export const STEPS = 28
/** All ones for each unit, and zeros for the padding. */
export const MASK = 32

/** An entry of a list: the distance of the row of weights from the first, an integer, and the input, a float32. */
export const ENTRY = 8

/** The activation's table, behind the constants of the kernels: terms of an entry, and how many entries there is room for. */
export const TABLE = 1024
export const TERMS = 4
export const TABLE_ENTRIES = 1024

export const SIGMOID = 0
export const TANH = 1
export const RELU = 2
export const LEAKY_RELU = 3

/** Where the head stands, behind the table. */
export const HEAD_ADDRESS = TABLE + 4 * TERMS * TABLE_ENTRIES
