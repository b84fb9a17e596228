// How matrices lie in the arena, and what the kernels keep beside them. Lengths are in elements: a float32 or a 32-bit
// integer is one element.

// Panels: a matrix of k rows and n columns is kept as slices of PANEL columns, each slice row by row, so that a tile
// reads its operand as one stream (docs/kernels.md draws it). Rows and columns are padded with zeros to LANES.
export const PANEL = 8
export const LANES = 4

// The tiles of a product, as flags: 4 rows by one panel; two panels where the engine fuses pairs of vectors to 256 bits;
// where the engine reads an operand no sooner than it is used, tiles that need every register: of four panels by one row, and,
// where it also fuses multiply and add, of 6 rows.
export const SINGLE = 0
export const PAIRED = 1
export const LARGE = 2
export const TALL = 4

// Where a plan begins. Of the elements before it the kernels keep 4 … 7 for a block of random words, 16 … 31 for zeros and
// 32 … 79 for their constants (memoryBase in asconfig.json); offset 0 stands for "none".
export const ARENA_START = 80

// What gemmTN packs of its operands: for each row of the batch, a block of A's columns (24 tiles of 6) and two panels
// of D.
export const PACK_BLOCK = 144
export const PACK_COLUMNS = PACK_BLOCK + 2 * PANEL

// The gradient of some parameters on its way to a rule: a block of rows by four panels, 18 KB, which fit in L1.
export const STRIP = PACK_BLOCK * 4 * PANEL
// Each thread has a line for what it knows of the update, and a strip.
export const STRIP_HEAD = 16

// Sums over whole tensors (norms, penalties) are taken by blocks of this many elements, 8 KB, each by one thread, and the
// blocks then added in their order: the same bits however many threads there are.
export const SUM_BLOCK = 2048

// Where the input is sparse, the nonzeros of the batch are put to buckets, one a column, for a block of columns at a
// time: as many as have room for BUCKET_ENTRIES entries, 32 KB, and at least BUCKETS. Half and twice the room were within
// 5% of this at batches of 10 and 32; few columns at a time cost a mispredicted branch for each row of the batch and block.
export const BUCKETS = 64
export const BUCKET_ENTRIES = 4096
