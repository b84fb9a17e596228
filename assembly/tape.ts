// Runs a tape: reads its instructions, takes this part's share of each, and calls the kernels. A part is a thread, or
// one of several slices of work that one thread does in turn.

import {
  BUCKET_ENTRIES,
  BUCKETS,
  BY_BLOCKS,
  BY_UNITS,
  CONTROL_LEARNING_RATE,
  HITS_NONE,
  INSTRUCTION_WORDS,
  LANES,
  LINEAR,
  OP_BACKWARD,
  OP_BARRIER,
  OP_FORWARD,
  OP_OUTPUT,
  OP_ROWS,
  OP_UPDATE_BIASES,
  OP_UPDATE_WEIGHTS,
  PACK_BLOCK,
  PACK_COLUMNS,
  PAIRED,
  PANEL,
  SGD,
  SOFTMAX,
} from './abi'
import { activate, derive } from './activation'
import { barrier } from './barrier'
import { gemmNN } from './gemm-nn'
import { gemmTN, sumRows } from './gemm-tn'
import { hitsRow, lossRow, softmaxRows } from './loss'
import { padded } from './panels'
import { fetchLists, sparseNN, sparseTN } from './sparse'

/**
 * Most rows of the batch that are taken through a layer at a time: their inputs stay in L2, a panel of weights in L1. The
 * fewer there are, the more often the weights come from L3 or memory. A product with weights of 2048×2048, GFLOP/s on one
 * core of a Xeon with 2 MB of L2 (relaxed, Node 26): 45 with 60 rows, 52 with 96, 55 with 144, 52 with 192.
 */
const ROW_BLOCK = 144

/** How many of `rows` rows to take at a time: even shares, in multiples of 12 that leave the tiles no edge. */
function rowsAtOnce(rows: i32): i32 {
  if (rows <= ROW_BLOCK) return ROW_BLOCK
  const blocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK
  return (rows + 12 * blocks - 1) / (12 * blocks) * 12
}

/** Operand `word` of the instruction at ptr. */
@inline
function operand(ptr: usize, word: usize): i32 {
  return load<i32>(ptr + (word << 2))
}

/** Operand `word` as a byte address; an offset of 0 stays 0. */
@inline
function address(ptr: usize, word: usize): usize {
  return (<usize>load<u32>(ptr + (word << 2))) << 2
}

/** Where part `part` of `parts` begins in `count` things; its end is where the next one begins. */
@inline
export function share(count: i32, part: i32, parts: i32): i32 {
  return parts == 1 ? part * count : <i32>((<i64>count * <i64>part) / <i64>parts)
}

/** The first of this part's columns, of n: whole panels, or pairs of them. */
@inline
function shareOfUnits(n: i32, tiles: i32, part: i32, parts: i32): i32 {
  const group = tiles & PAIRED ? 2 * PANEL : PANEL
  return min(padded(n), share((n + group - 1) / group, part, parts) * group)
}

/**
 * The first of this part's rows of W, of k, in fours: on the border of a block of gemmTN, unless the longest part would be
 * more than a third longer than the mean. A step of 1024-2048-2048-1024 in 9 parts packed δ 27% more often without.
 */
@inline
function shareOfBlocks(k: i32, part: i32, parts: i32): i32 {
  const fours = padded(k) / LANES
  const blocks = (k + PACK_BLOCK - 1) / PACK_BLOCK
  const longest = (blocks + parts - 1) / parts * PACK_BLOCK
  if (3 * longest * parts > 4 * k) return share(fours, part, parts)
  return min(fours, share(blocks, part, parts) * (PACK_BLOCK / LANES))
}

/** The thread's own table of the batch's rows in operand `word`, or 0. */
@inline
function table(op: usize, word: usize, rows: i32, thread: i32): usize {
  const first = address(op, word)
  return first ? first + ((<usize>(thread * rows)) << 2) : 0
}

/** OP_ROWS: the offsets of the rows that stand at [start, start + rows) of the order. */
function lookUpRows(op: usize, start: i32, rows: i32, thread: i32): void {
  const x = operand(op, 1)
  const ldx = operand(op, 2)
  const xTable = table(op, 3, rows, thread)
  const y = operand(op, 4)
  const ldy = operand(op, 5)
  const yTable = table(op, 6, rows, thread)
  const order = address(op, 7) + ((<usize>start) << 2)
  const starts = address(op, 8)
  const fromTable = table(op, 9, rows, thread)
  const toTable = table(op, 10, rows, thread)
  const lastOfTarget = (<usize>(ldy - 1)) << 2
  for (let r = 0; r < rows; ++r) {
    const at = (<usize>r) << 2
    const row = load<i32>(order + at)
    store<i32>(xTable + at, x + row * ldx)
    store<i32>(yTable + at, y + row * ldy)
    if (starts) {
      const list = starts + ((<usize>row) << 2)
      store<u32>(fromTable + at, load<u32>(list))
      store<u32>(toTable + at, load<u32>(list, 4))
      // There are no rows of x to look up. The targets are read so that they are on their way, like the lists.
      const target = (<usize>(y + row * ldy)) << 2
      store<u32>(xTable + at, load<u32>(target) ^ load<u32>(target + lastOfTarget))
    }
  }
}

/** OP_FORWARD: z = a · W + b and a' = f(z), for the rows [from, to) of the batch's `rows` and the part's columns. */
function forward(op: usize, from: i32, to: i32, rows: i32, jFrom: i32, jTo: i32, thread: i32): void {
  if (jFrom == jTo) return
  const a = address(op, 1)
  const lda = operand(op, 2)
  const aTable = table(op, 3, rows, thread)
  const weights = address(op, 4)
  const biases = address(op, 5)
  const out = address(op, 6)
  const slope = address(op, 7)
  const k = operand(op, 8)
  const n = operand(op, 9)
  const activation = operand(op, 10)
  const tiles = operand(op, 11)
  const fromTable = table(op, 12, rows, thread)
  const toTable = table(op, 13, rows, thread)
  const columns = padded(n)
  const block = rowsAtOnce(to - from)
  for (let r = from; r < to; r += block) {
    const end = min(r + block, to)
    const at = (<usize>(r * columns + jFrom)) << 2
    if (fromTable) {
      // What is stored here is overwritten at once.
      store<u32>(out + at, fetchLists(r, end, fromTable, toTable))
      sparseNN(r, end, fromTable, toTable, weights, padded(k), biases, out, n, jFrom, jTo)
    } else gemmNN(r, end, a, lda, aTable, weights, padded(k), biases, out, k, n, tiles, jFrom, jTo)
    if (activation == SOFTMAX) softmaxRows(end - r, out + at, out + at, n, columns)
    else if (activation != LINEAR) {
      const z = out + at
      const f = slope ? slope + at : 0
      if (jTo - jFrom == columns) activate(activation, z, z, f, (end - r) * columns)
      else {
        const stride = (<usize>columns) << 2
        for (let i: usize = 0; i < <usize>(end - r); ++i) {
          activate(activation, z + i * stride, z + i * stride, f ? f + i * stride : 0, jTo - jFrom)
        }
      }
    }
  }
}

/** OP_OUTPUT: the loss of each of the rows [from, to), its hit, and δ = ∂C/∂z (BP1). */
function output(op: usize, start: i32, from: i32, to: i32, rows: i32, thread: i32): void {
  const out = address(op, 1)
  const slope = address(op, 2)
  const y = address(op, 3)
  const ldy = operand(op, 4)
  const yTable = table(op, 5, rows, thread)
  const delta = address(op, 6)
  const losses = address(op, 7) + ((<usize>start) << 2)
  const hits = address(op, 8) + ((<usize>start) << 2)
  const n = operand(op, 9)
  const loss = operand(op, 10)
  const activation = operand(op, 11)
  const hitMode = operand(op, 12)
  const columns = padded(n)
  for (let r = from; r < to; ++r) {
    const at = (<usize>(r * columns)) << 2
    const yRow = yTable
      ? (<usize>load<u32>(yTable + ((<usize>r) << 2))) << 2
      : y + ((<usize>(r * ldy)) << 2)
    const value = lossRow(out + at, slope ? slope + at : 0, yRow, delta ? delta + at : 0, n, loss, activation)
    store<f32>(losses + ((<usize>r) << 2), value)
    if (hitMode != HITS_NONE) store<f32>(hits + ((<usize>r) << 2), hitsRow(out + at, yRow, n, loss, hitMode))
  }
}

/** OP_BACKWARD: δ below = δ · Wᵀ ⊙ f'(z) (BP2), for the rows [from, to) and the part's columns. */
function backward(op: usize, from: i32, to: i32, jFrom: i32, jTo: i32): void {
  const delta = address(op, 1)
  const weightsT = address(op, 2)
  const source = address(op, 3)
  const below = address(op, 4)
  const n = operand(op, 5)
  const k = operand(op, 6)
  const activation = operand(op, 7)
  const tiles = operand(op, 8)
  const columns = padded(k)
  const block = rowsAtOnce(to - from)
  for (let r = from; r < to; r += block) {
    const end = min(r + block, to)
    gemmNN(r, end, delta, padded(n), 0, weightsT, padded(n), 0, below, n, k, tiles, jFrom, jTo)
    const at = (<usize>(r * columns + jFrom)) << 2
    if (jTo - jFrom == columns) derive(activation, source + at, below + at, (end - r) * columns)
    else {
      const stride = (<usize>columns) << 2
      for (let i: usize = 0; i < <usize>(end - r); ++i) {
        derive(activation, source + at + i * stride, below + at + i * stride, jTo - jFrom)
      }
    }
  }
}

/** What the update rule multiplies a sum over `rows` rows with. */
@inline
function scaleOf(rule: i32, controlPtr: usize, rows: i32): f32 {
  const size: f32 = rule == SGD ? load<f32>(controlPtr + (CONTROL_LEARNING_RATE << 2)) : 1
  return size / <f32>rows
}

/** OP_UPDATE_WEIGHTS: W or ∇W from aᵀ · δ (BP4), for this part's rows of W, or its columns. */
function updateWeights(op: usize, rows: i32, part: i32, parts: i32, thread: i32, flags: i32): void {
  const byUnits = (flags & BY_UNITS) != 0
  const byBlocks = (flags & BY_BLOCKS) != 0
  const k = operand(op, 7)
  const n = operand(op, 8)
  const rule = operand(op, 9)
  const tiles = operand(op, 11)
  const fours = padded(k) / LANES
  const from = byUnits ? 0 : byBlocks ? shareOfBlocks(k, part, parts) : share(fours, part, parts)
  const to = byUnits ? fours : byBlocks ? shareOfBlocks(k, part + 1, parts) : share(fours, part + 1, parts)
  const jFrom = byUnits ? shareOfUnits(n, tiles, part, parts) : 0
  const jTo = byUnits ? shareOfUnits(n, tiles, part + 1, parts) : padded(n)
  const scale = scaleOf(rule, address(op, 10), rows)
  const aTable = table(op, 3, rows, thread)
  const delta = address(op, 4)
  const weights = address(op, 5)
  // Every thread has its own place for what it packs and sums.
  const pack = address(op, 12) + ((<usize>(thread * rows * PACK_COLUMNS)) << 2)
  const fromTable = table(op, 13, rows, thread)
  if (fromTable) {
    const toTable = table(op, 14, rows, thread)
    const lengths = address(op, 15) + ((<usize>(thread * padded(k))) << 2)
    const buckets = address(op, 16) + ((<usize>(thread * max(BUCKET_ENTRIES, BUCKETS * rows))) << 3)
    sparseTN(
      from, to, rows, fromTable, toTable, delta, weights, k, n, rule, scale, lengths, buckets, pack, jFrom, jTo,
    )
    return
  }
  const a = address(op, 1)
  const lda = operand(op, 2)
  const weightsT = address(op, 6)
  gemmTN(from, to, rows, a, lda, aTable, delta, weights, weightsT, k, n, rule, scale, tiles, pack, jFrom, jTo)
}

/** OP_UPDATE_BIASES: b or ∇b from Σ δ (BP3), for this part's groups of four columns. */
function updateBiases(op: usize, rows: i32, part: i32, parts: i32): void {
  const n = operand(op, 3)
  const rule = operand(op, 4)
  const groups = padded(n) >> 2
  sumRows(
    share(groups, part, parts),
    share(groups, part + 1, parts),
    rows,
    address(op, 1),
    n,
    address(op, 2),
    rule,
    scaleOf(rule, address(op, 5), rows),
  )
}

/**
 * The instructions in [fromPtr, toPtr) once, on the batch of `rows` rows that begins at `start` of the order. Returns
 * false if the work must be abandoned.
 */
function step(fromPtr: usize, toPtr: usize, start: i32, rows: i32, part: i32, parts: i32, thread: i32): bool {
  const shareFrom = share(rows, part, parts)
  const shareTo = share(rows, part + 1, parts)
  for (let op = fromPtr; op < toPtr; op += INSTRUCTION_WORDS << 2) {
    const code = operand(op, 0)
    const byUnits = (code & BY_UNITS) != 0
    const from = byUnits ? 0 : shareFrom
    const to = byUnits ? rows : shareTo
    switch (code & ~(BY_UNITS | BY_BLOCKS)) {
      case OP_BARRIER:
        // One thread waits for nobody. A caller that runs several parts in turn stops at each barrier itself.
        if (parts > 1 && !barrier(address(op, 1), parts)) return false
        break
      case OP_ROWS:
        lookUpRows(op, start, rows, thread)
        break
      case OP_FORWARD: {
        const n = operand(op, 9)
        const tiles = operand(op, 11)
        const jFrom = byUnits ? shareOfUnits(n, tiles, part, parts) : 0
        const jTo = byUnits ? shareOfUnits(n, tiles, part + 1, parts) : padded(n)
        forward(op, from, to, rows, jFrom, jTo, thread)
        break
      }
      case OP_OUTPUT:
        output(op, start, from, to, rows, thread)
        break
      case OP_BACKWARD: {
        const k = operand(op, 6)
        const tiles = operand(op, 8)
        const jFrom = byUnits ? shareOfUnits(k, tiles, part, parts) : 0
        const jTo = byUnits ? shareOfUnits(k, tiles, part + 1, parts) : padded(k)
        backward(op, from, to, jFrom, jTo)
        break
      }
      case OP_UPDATE_WEIGHTS:
        updateWeights(op, rows, part, parts, thread, code)
        break
      case OP_UPDATE_BIASES:
        updateBiases(op, rows, part, parts)
        break
      default:
        unreachable()
    }
  }
  return true
}

/**
 * Runs the instructions in [from, to) of a tape (element offsets) as part `part` of `parts`, once for each batch of
 * at most batchRows of the rows [firstRow, endRow) of the order. The last batch may be smaller. `thread` says which
 * scratch is free for this part: its own number where the parts run at once, 0 where one thread runs them in turn.
 */
export function run(
  from: i32,
  to: i32,
  firstRow: i32,
  endRow: i32,
  batchRows: i32,
  part: i32,
  parts: i32,
  thread: i32,
): void {
  assert(0 < from && from <= to && (to - from) % INSTRUCTION_WORDS == 0)
  assert(0 <= firstRow && firstRow <= endRow && batchRows > 0 && 0 <= part && part < parts && 0 <= thread)
  const fromPtr = (<usize>from) << 2
  const toPtr = (<usize>to) << 2
  for (let start = firstRow; start < endRow; start += batchRows) {
    if (!step(fromPtr, toPtr, start, min(batchRows, endRow - start), part, parts, thread)) return
  }
}
