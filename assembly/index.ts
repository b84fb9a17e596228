// The ABI: what JavaScript calls. Everything is an element offset into the one imported memory, which the caller has
// planned; nothing is kept here between two calls.

import * as activation from './activation'
import * as nn from './gemm-nn'
import * as tn from './gemm-tn'
import * as loss from './loss'
import { transposePanels as transpose } from './pack'
import { packRows as packPanelRows, padded } from './panels'
import * as random from './random'
import * as scan from './scan'

export { run } from './tape'

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

export function philox4x32(
  out: i32,
  counter0: i32,
  counter1: i32,
  counter2: i32,
  counter3: i32,
  key0: i32,
  key1: i32,
): void {
  random.philox4x32(at(out), counter0, counter1, counter2, counter3, key0, key1)
}

export function activate(code: i32, z: i32, a: i32, slope: i32, n: i32): void {
  activation.activate(code, at(z), at(a), at(slope), n)
}

export function derive(code: i32, from: i32, delta: i32, n: i32): void {
  activation.derive(code, at(from), at(delta), n)
}

export function softmaxRow(z: i32, a: i32, n: i32): void {
  activation.softmaxRow(at(z), at(a), n)
}

export function countNonzeros(x: i32, n: i32): i32 {
  return scan.countNonzeros(at(x), n)
}

export function checksum(x: i32, n: i32): i32 {
  return scan.checksum(at(x), n)
}

export function listNonzeros(rows: i32, x: i32, columns: i32, starts: i32, entries: i32): i32 {
  return <i32>(scan.listNonzeros(rows, at(x), columns, at(starts), at(entries)) >> 2)
}

export function hadamard(x: i32, y: i32, out: i32, n: i32): void {
  activation.hadamard(at(x), at(y), at(out), n)
}

export function lossRow(out: i32, slope: i32, y: i32, delta: i32, n: i32, code: i32, activationCode: i32): f32 {
  return loss.lossRow(at(out), at(slope), at(y), at(delta), n, code, activationCode)
}

export function hitsRow(out: i32, y: i32, n: i32, code: i32, mode: i32): f32 {
  return loss.hitsRow(at(out), at(y), n, code, mode)
}

export function gemmNN(
  from: i32,
  to: i32,
  a: i32,
  lda: i32,
  table: i32,
  b: i32,
  bRows: i32,
  bias: i32,
  c: i32,
  k: i32,
  n: i32,
  tiles: i32,
): void {
  nn.gemmNN(from, to, at(a), lda, at(table), at(b), bRows, at(bias), at(c), k, n, tiles, 0, padded(n))
}

export function gemmTN(
  from: i32,
  to: i32,
  rows: i32,
  a: i32,
  lda: i32,
  table: i32,
  d: i32,
  g: i32,
  gt: i32,
  k: i32,
  n: i32,
  rule: i32,
  scale: f32,
  tiles: i32,
  pack: i32,
): void {
  tn.gemmTN(from, to, rows, at(a), lda, at(table), at(d), at(g), at(gt), k, n, rule, scale, tiles, at(pack), 0, padded(n))
}

export function sumRows(from: i32, to: i32, rows: i32, d: i32, n: i32, b: i32, rule: i32, scale: f32): void {
  tn.sumRows(from, to, rows, at(d), n, at(b), rule, scale)
}
