// The examples as a user has them: in a project into which nothing but the packed package was installed, run by tsx where they
// lie, and by a Node that strips types from a copy of them, since Node strips none below node_modules.

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { digits } from 'nabla/datasets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseXml } from '../helpers/xml.ts'
import { find } from './programs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
const run = promisify(execFile)
// The longest takes ten seconds, on a machine with much else to do many more.
const TIME_LIMIT = 120_000

interface Example {
  readonly args?: readonly string[]
  /** What is among its output. */
  readonly says: RegExp
  readonly pictures?: readonly string[]
}

const examples: Record<string, Example> = {
  activations: {
    says: /^sigmoid {2}∇W of layers 1 to 8:/m,
    pictures: ['activations', 'gradient-by-layer', 'sigmoid'],
  },
  'backward-by-hand': { says: /finite differences cost [\d,]+ times as much/ },
  digits: {
    says: /^mean loss by epoch: from \d[\s\S]*^accuracy 9[78]\.\d\d% on 450 digits held back/m,
    pictures: ['digits-confusion', 'digits-loss', 'digits-read', 'digits-weights'],
  },
  initializers: { args: ['mnist', '200'], says: /glorotUniform/, pictures: ['initializers'] },
  mnist: {
    args: ['mnist'],
    says: /best of three seeds: [5-9]\d\.\d\d%/,
    pictures: ['mnist-accuracy', 'mnist-read', 'mnist-weights'],
  },
  'modified-neuron': {
    says: /one sine: .* \d\.\de-1\d$/m,
    pictures: ['modified-neuron', 'modified-neuron-cost'],
  },
  optimizers: { says: /^ +20( +\d\d\.\d%){10}$/m, pictures: ['optimizers-loss', 'optimizers-wrong'] },
  sleep: { says: /W1 {2}6 parameters, relative error/, pictures: ['sleep'] },
  'tabular-regression': {
    says: /without noise .* € .* 0\.9\d\d$/m,
    pictures: ['prices-loss', 'prices-predicted', 'prices-residuals'],
  },
  xor: { says: /1 xor 0 = 0\.9/, pictures: ['xor', 'xor-loss'] },
}

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  head.setUint32(0, 0x0800 + shape.length)
  for (const [i, size] of shape.entries()) head.setUint32(4 + 4 * i, size)
  return Buffer.concat([new Uint8Array(head.buffer), data])
}

/** A small MNIST: each pixel of the 8 × 8 digits as 3 × 3 of 28 × 28. */
function writeMnist(folder: string): void {
  const { x, y } = digits()
  mkdirSync(folder)
  for (const [part, from, to] of [
    ['train', 0, 400],
    ['t10k', 400, 500],
  ] as const) {
    const images = new Uint8Array((to - from) * 784)
    for (let r = from; r < to; ++r) {
      for (let i = 0; i < 24; ++i) {
        for (let j = 0; j < 24; ++j) {
          const ink = x[64 * r + 8 * Math.floor(i / 3) + Math.floor(j / 3)]
          images[(r - from) * 784 + (i + 2) * 28 + j + 2] = (255 * ink) / 16
        }
      }
    }
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idx([to - from, 28, 28], images))
    writeFileSync(
      join(folder, `${part}-labels-idx1-ubyte`),
      idx([to - from], Uint8Array.from(y.subarray(from, to))),
    )
  }
}

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-examples-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const npm = (...args: string[]) => run('npm', args, { cwd: folder, timeout: TIME_LIMIT })
  const { stdout } = await npm('pack', '--json', '--ignore-scripts', root)
  // Offline: it depends on nothing.
  const tarball = `./${JSON.parse(stdout)[0].filename}`
  await npm('install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball)
  cpSync(join(folder, 'node_modules/nabla/examples'), join(folder, 'examples'), { recursive: true })
  writeMnist(join(folder, 'mnist'))
}, TIME_LIMIT)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs an example, and checks what it says and draws. */
async function check(program: string, args: readonly string[], example: Example): Promise<void> {
  const pictures = join(folder, 'pictures')
  rmSync(pictures, { recursive: true, force: true })
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout } = await run(program, [...args, ...(example.args ?? [])], {
    cwd: folder,
    env,
    timeout: TIME_LIMIT,
  })
  expect(stdout).toMatch(example.says)
  const drawn = example.pictures ? readdirSync(pictures).sort() : []
  expect(drawn).toEqual((example.pictures ?? []).map((name) => `${name}.svg`).sort())
  for (const file of drawn)
    expect(parseXml(readFileSync(join(pictures, file), 'utf8')).name, file).toBe('svg')
}

const names = Object.keys(examples)

it('are all in the package', () => {
  const files = readdirSync(join(folder, 'node_modules/nabla/examples')).filter((file) =>
    file.endsWith('.ts'),
  )
  // What they share is no example.
  expect(files.sort()).toEqual([...names, 'terminal'].map((name) => `${name}.ts`).sort())
})

describe('an example of the installed package', () => {
  it.each(names)(
    'runs where it lies: %s',
    async (name) => {
      await check(process.execPath, [tsx, `node_modules/nabla/examples/${name}.ts`], examples[name])
    },
    TIME_LIMIT,
  )
})

const stripping =
  'typescript' in process.features && process.features.typescript
    ? process.execPath
    : find('NODE26', 'node26/bin/node')
if (!stripping)
  console.warn(
    'skipped: examples in a Node that strips types (NODE26 is not set, none in test/runtimes/tools/node_modules)',
  )

describe.skipIf(!stripping)('a copy of an example, in a Node that strips types', () => {
  it.each(names)(
    'runs: %s',
    async (name) => {
      await check(stripping!, [`examples/${name}.ts`], examples[name])
    },
    TIME_LIMIT,
  )
})
