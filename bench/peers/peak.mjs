// The measured peak of one core: native/peak.c where gcc is, and a WebAssembly loop of 128-bit multiply and add.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ACCUMULATORS = 10
const ROUNDS = 20000

const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)])
const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes]

/** A module whose export `f` takes ROUNDS rounds of acc += a · b on registers; relaxed: as relaxed_madd. */
function peakModule(relaxed) {
  const [a, b, i] = [0, 1, 2]
  const first = 3
  const simd = (op) => [0xfd, ...leb(op)]
  const get = (local) => [0x20, local]
  const set = (local) => [0x21, local]
  const splat = (value) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer), ...simd(0x13)]
  const mulAdd = (acc) =>
    relaxed
      ? [...get(a), ...get(b), ...get(acc), ...simd(0x105), ...set(acc)]
      : [...get(acc), ...get(a), ...get(b), ...simd(0xe6), ...simd(0xe4), ...set(acc)]
  const accumulators = Array.from({ length: ACCUMULATORS }, (_, j) => first + j)
  const code = [
    ...[3, 2, 0x7b, 1, 0x7f, ACCUMULATORS, 0x7b], // locals: a, b; i; the accumulators
    ...splat(1e-3),
    ...set(a),
    ...splat(1e-3),
    ...set(b),
    ...[0x03, 0x40], // loop
    // a changes every round (a = a xor i, whose bits stay 0 … 15 of the mantissa), or the product would be hoisted.
    ...[...get(a), ...get(i), ...simd(0x11), ...simd(0x51), ...set(a)],
    ...accumulators.flatMap(mulAdd),
    ...[...get(i), 0x41, 1, 0x6a, 0x22, i, 0x41, ...leb(ROUNDS)],
    ...[0x49, 0x0d, 0, 0x0b], // i < ROUNDS: again; end of loop
    ...get(first),
    ...accumulators.slice(1).flatMap((acc) => [...get(acc), ...simd(0xe4)]),
    ...[...simd(0x1f), 0], // the first lane
    0x0b,
  ]
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ])
}

function wasmPeak(relaxed) {
  const bytes = peakModule(relaxed)
  if (!WebAssembly.validate(bytes)) return undefined
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  let best = 0
  const until = performance.now() + 400
  while (performance.now() < until) {
    const start = performance.now()
    for (let r = 0; r < 10; ++r) f()
    best = Math.max(best, (10 * 2 * 4 * ACCUMULATORS * ROUNDS) / (performance.now() - start) / 1e6)
  }
  return Number(best.toFixed(1))
}

/** { name: GFLOP/s }. */
export async function measurePeak({ here, work, pin, node, nodeFlags }) {
  const run = (...command) => {
    const [file, ...args] = [...pin, ...command]
    return spawnSync(file, args)
  }
  const program = join(work, 'peak')
  const built = spawnSync('gcc', ['-O3', '-ffp-contract=off', join(here, 'native/peak.c'), '-o', program])
  const native = built.status === 0 ? JSON.parse(run(program).stdout) : {}
  const wasm = run(node, ...nodeFlags, fileURLToPath(import.meta.url))
  return { ...native, ...(wasm.status === 0 ? JSON.parse(wasm.stdout) : {}) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(
    JSON.stringify({ 'wasm mul+add 128-bit': wasmPeak(false), 'wasm relaxed madd 128-bit': wasmPeak(true) }),
  )
}
