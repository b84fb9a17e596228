// Measures the largest error of every function of assembly/base/math.ts against src/base/math.ts in float64 (itself within
// 1e-15 of mpmath, test/base/math.test.ts), for the simd and the relaxed build. Prints a markdown table.
//
//   npx tsx scripts/measure-ulp.mjs [--stride N] [--all] [name …]
//
// Every float with 2^−40 ≤ |x| < 2^7 (for log, every positive float) is tried, and one in 257 elsewhere, where the
// functions are straight lines or at their limits; --all tries all of them, --stride N one in N. The full run takes
// about ten minutes. Results under 2^−125 are left out: they may be flushed to zero.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import asc from 'assemblyscript/asc'
import * as math from '../src/base/math.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const oracles = {
  exp: math.exp,
  expm1Negative: (x) => (x <= 0 ? math.expm1(x) : undefined),
  log: math.log,
  log1pUnit: (x) => (x >= 0 && x <= 1 ? math.log1p(x) : undefined),
  tanh: math.tanh,
  sigmoid: math.sigmoid,
  softplus: math.softplus,
  gaussian: math.gaussian,
  normalCdf: math.normalCdf,
}

const values = process.argv.slice(2)
const strideAt = values.indexOf('--stride')
const stride = strideAt < 0 ? 1 : Number(values[strideAt + 1])
const all = values.includes('--all')
const chosen = values.filter((value) => value in oracles)
const names = chosen.length > 0 ? chosen : Object.keys(oracles)

const CHUNK = 1 << 15
const probe = `import * as math from './assembly/base/math'
${names
  .map(
    (name, code) => `export function f${code}(x: usize, y: usize, end: usize): void {
  while (x < end) {
    v128.store(y, math.${name}(v128.load(x)))
    x += 16
    y += 16
  }
}`,
  )
  .join('\n')}`

async function instantiate(relaxed) {
  if (relaxed) setFlagsFromString('--experimental-wasm-relaxed-simd')
  let binary
  const enabled = relaxed ? 'simd,relaxed-simd' : 'simd'
  const { error, stderr } = await asc.main(
    [
      'probe.ts',
      '-o',
      'probe.wasm',
      '--enable',
      enabled,
      '-O3',
      '--runtime',
      'stub',
      '--importMemory',
      '--maximumMemory',
      '8',
      '--noAssert',
      '--memoryBase',
      '128',
    ],
    {
      readFile: (name, base) => {
        if (name === 'probe.ts') return probe
        if (name.endsWith('asconfig.json')) return null
        try {
          return readFileSync(resolve(root, base ?? '.', name), 'utf8')
        } catch {
          return null
        }
      },
      writeFile: (name, contents) => {
        if (name === 'probe.wasm') binary = contents
      },
      listFiles: () => [],
    },
  )
  if (error) throw new Error(stderr.toString())
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 })
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } })
  return { memory, run: instance.exports }
}

const float = new Float64Array(1)
const halves = new Int32Array(float.buffer)

/** The distance between float32 numbers at x. */
function ulp(x) {
  float[0] = x
  const exponent = ((halves[1] >>> 20) & 0x7ff) - 1023
  return 2 ** (Math.max(exponent, -126) - 23)
}

const SMALL = 2 ** -24
const FLUSHED = 2 ** -125
const LARGEST = 2 ** 128 - 2 ** 103

/** The largest error over the bit patterns `from` up to `to`, `step` apart. */
function sweep(builds, code, oracle, from, to, step, worst) {
  const inputs = builds.map(({ memory }) => new Float32Array(memory.buffer, 1024, CHUNK))
  const patterns = builds.map(({ memory }) => new Uint32Array(memory.buffer, 1024, CHUNK))
  const outputs = builds.map(({ memory }) => new Float32Array(memory.buffer, 1024 + 4 * CHUNK, CHUNK))
  for (let start = from; start < to; start += CHUNK * step) {
    const count = Math.min(CHUNK, Math.ceil((to - start) / step))
    for (let i = 0; i < count; ++i) patterns[0][i] = start + i * step
    for (let b = 0; b < builds.length; ++b) {
      if (b > 0) inputs[b].set(inputs[0])
      builds[b].run[`f${code}`](1024, 1024 + 4 * CHUNK, 1024 + 4 * count)
    }
    for (let i = 0; i < count; ++i) {
      const x = inputs[0][i]
      const exact = oracle(x)
      if (exact === undefined) continue
      const size = Math.abs(exact)
      if (size < FLUSHED && size > 0) continue
      for (let b = 0; b < builds.length; ++b) {
        const y = outputs[b][i]
        if (!(size < LARGEST) || Number.isNaN(y) || Math.abs(y) === Infinity) {
          // Limits must be met exactly.
          if (!Object.is(y, Math.fround(exact)) && worst[b].error < Infinity)
            worst[b] = { error: Infinity, x }
          continue
        }
        const error = Math.abs(y - exact)
        if (error <= worst[b].error * size * SMALL) continue
        const inUlp = error / ulp(exact)
        if (inUlp > worst[b].error) worst[b] = { error: inUlp, x }
      }
    }
  }
}

const builds = [await instantiate(false), await instantiate(true)]
console.log('| function | simd, ulp | worst at | relaxed, ulp | worst at |\n|---|---|---|---|---|')
names.forEach((name, code) => {
  const worst = builds.map(() => ({ error: 0, x: 0 }))
  const sparse = all ? stride : stride * 257
  for (const sign of [0, 0x80000000]) {
    const near = name === 'log' ? 0 : 0x2b800000
    const far = name === 'log' ? 0x7f800000 : 0x43000000
    sweep(builds, code, oracles[name], sign, sign + near, sparse, worst)
    sweep(
      builds,
      code,
      oracles[name],
      sign + near,
      sign + far,
      name === 'log' && sign ? sparse : stride,
      worst,
    )
    sweep(builds, code, oracles[name], sign + far, sign + 0x7f800001, sparse, worst)
    // Infinity and a NaN, whatever the stride.
    sweep(builds, code, oracles[name], sign + 0x7f800000, sign + 0x7f800004, 1, worst)
    sweep(builds, code, oracles[name], sign + 0x7fc00000, sign + 0x7fc00004, 1, worst)
    sweep(builds, code, oracles[name], sign, sign + 4, 1, worst)
  }
  const cells = worst.map(({ error, x }) => `${error.toFixed(2)} | ${x}`)
  console.log(`| ${name} | ${cells.join(' | ')} |`)
})
