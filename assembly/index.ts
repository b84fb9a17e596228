// The ABI: what JavaScript calls. Everything is an element offset into the one imported memory, which the caller has
// planned; nothing is kept here between two calls.

import * as random from './data/random'
import * as scan from './data/scan'
import { transposePanels as transpose } from './products/pack'
import { packRows as packPanelRows } from './base/panels'
import { penalty as penaltyOf } from './rules/sums'

export { run } from './interpreter'

@inline
function at(offset: i32): usize {
  return (<usize>(<u32>offset)) << 2
}

/** Room for one block of random words: the elements 4 … 7, which no plan uses. */
const BLOCK: usize = 16

export function countUp(order: i32, from: i32, to: i32): void {
  random.countUp(at(order), from, to)
}

export function shuffle(
  order: i32,
  from: i32,
  to: i32,
  word: i32,
  seedLow: i32,
  seedHigh: i32,
  stream: i32,
): i32 {
  return random.shuffle(at(order), from, to, word, seedLow, seedHigh, stream, BLOCK)
}

export function uniform(
  out: i32,
  n: i32,
  bound: f64,
  first: i32,
  seedLow: i32,
  seedHigh: i32,
  purpose: i32,
  stream: i32,
): void {
  random.uniform(at(out), n, bound, first, seedLow, seedHigh, purpose, stream, BLOCK)
}

export function packRows(values: i32, from: i32, to: i32, rows: i32, columns: i32, w: i32): void {
  packPanelRows(at(values), from, to, rows, columns, at(w))
}

export function transposePanels(from: i32, to: i32, w: i32, wt: i32, rows: i32, columns: i32): void {
  transpose(from, to, at(w), at(wt), rows, columns)
}

export function countNonzeros(x: i32, n: i32): i32 {
  return scan.countNonzeros(at(x), n)
}

export function checksum(x: i32, n: i32): i32 {
  return scan.checksum(at(x), n)
}

export function penalty(w: i32, n: i32, l1: f64, l2: f64): f64 {
  return penaltyOf(at(w), n, l1, l2)
}

export function listNonzeros(rows: i32, x: i32, columns: i32, starts: i32, entries: i32): i32 {
  return <i32>(scan.listNonzeros(rows, at(x), columns, at(starts), at(entries)) >> 2)
}
