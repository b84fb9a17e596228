// Lists of the nonzeros of rows. They are made once for a data set (src/intake/sparse.ts): entries of two elements, the
// column, an integer, and the value, by ascending column. Two tables hold where the list of each row of a batch begins and
// ends, as offsets in elements.

/** Bytes of an entry. */
export const ENTRY: usize = 8

/** Bytes of a cache line; where lines are longer, some are read twice. */
const LINE_BYTES: usize = 64

/** Where the list begins, or ends, that the table has at `index`. */
@inline
export function listAt(table: usize, index: i32): usize {
  return (<usize>load<u32>(table + ((<usize>index) << 2))) << 2
}

/**
 * Reads a word of each cache line of the lists of the rows [from, to). Rows drawn from all over a large data set are in
 * no cache, and a product waits for their lines a few at a time; here many are on their way at once. Returns what keeps
 * the loads from being optimized away.
 */
export function fetchLists(from: i32, to: i32, fromTable: usize, toTable: usize): u32 {
  let words: u32 = 0
  for (let r = from; r < to; ++r) {
    const end = listAt(toTable, r)
    for (let line = listAt(fromTable, r) & ~(LINE_BYTES - 1); line < end; line += LINE_BYTES) words ^= load<u32>(line)
  }
  return words
}

/** The first entry of the list whose column is at least `column`. */
export function seek(list: usize, end: usize, column: u32): usize {
  while (list < end) {
    const middle = list + (((end - list) >> 4) << 3)
    if (load<u32>(middle) < column) list = middle + ENTRY
    else end = middle
  }
  return list
}

/**
 * Adds the entries (i, x[i]) of [list, end) with i < `last` to the buckets of their columns, as (row, x[i]); returns
 * where it stopped.
 */
@inline
export function distribute(list: usize, end: usize, last: u32, row: u64, lengths: usize, buckets: usize, size: usize): usize {
  for (; list < end; list += ENTRY) {
    const entry = load<u64>(list)
    const i = <usize>(<u32>entry)
    if (<u32>i >= last) break
    const length = <usize>load<u32>(lengths + (i << 2))
    store<u64>(buckets + i * size + length, (entry & 0xffffffff_00000000) | row)
    store<u32>(lengths + (i << 2), <u32>(length + ENTRY))
  }
  return list
}
