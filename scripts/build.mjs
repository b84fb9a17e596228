// Builds the package: AssemblyScript → wasm → a text of it in src/generated, with the worker's script beside it → JavaScript
// and types in dist. `--wasm` stops before dist. A stage that is up to date is left out (stages.mjs).
//
// dist/ has one file for each entry of the package and one for what they share, so that the classes of the errors are the
// same from every entry. As a file for each of src/ the import took 21 to 24 ms, and 6 as this (Node 26 and 20).
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pack } from './pack.mjs'
import { stage } from './stages.mjs'
import { unfuse } from './unfuse.mjs'

// Of assembly/abi/unpacking.ts.
const { TEXT, PACKED, BINARY } = Object.fromEntries(
  [
    ...readFileSync(new URL('../assembly/abi/unpacking.ts', import.meta.url), 'utf8').matchAll(
      /const (\w+) = (\w+)/g,
    ),
  ].map(([, name, value]) => [name, Number(value)]),
)

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
mkdirSync('build', { recursive: true })
mkdirSync('src/generated', { recursive: true })

/** Runs a script of Node; where it fails, what it said is in the error. */
const run = async (...command) => {
  try {
    await promisify(execFile)(process.execPath, command)
  } catch (error) {
    throw new Error(`${command.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error })
  }
}

// What nabla/model shares with the entries about its files, and not with nabla.
const ofModels = /src.(models|base.strict-json|formats.(safetensors|network-tensors|json-text))/

const asc = (target, entry, config = 'asconfig.json') =>
  run('node_modules/assemblyscript/bin/asc.js', entry, '--config', config, '--target', target)

/** A binary as a module of TypeScript. */
function writeModule(target) {
  const base64 = readFileSync(`build/${target}.wasm`).toString('base64')
  writeFileSync(
    `src/generated/${target}.ts`,
    `/** assembly/ compiled for the target "${target}": a WebAssembly binary in base64. Made by scripts/build.mjs. */\nexport const wasm: string =\n  '${base64}'\n`,
  )
}

/** A text in src/generated. */
const writeText = (file, says, name, text) =>
  writeFileSync(
    `src/generated/${file}.ts`,
    `/** ${says} Made by scripts/build.mjs. */\nexport const ${name}: string =\n  '${text}'\n`,
  )

/** Writes kernels as text, once it has made the binaries of it. */
function writeKernels(file, { bytes, letters, simd, relaxed }) {
  const text = pack(bytes, letters)
  const { memory, unpack, binary } = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync('build/unpack.wasm')),
  ).exports
  const room = { text: PACKED - TEXT, bytes: BINARY - PACKED, simd: memory.buffer.byteLength - BINARY }
  if (text.length >= room.text || bytes.length > room.bytes || simd.length > room.simd)
    throw new Error(`${file}: assembly/abi/unpacking.ts has no room for it`)
  Buffer.from(memory.buffer).write(text, TEXT)
  unpack()
  for (const [i, wanted] of [simd, relaxed].entries()) {
    if (!wanted.equals(Buffer.from(memory.buffer).subarray(BINARY, binary(i))))
      throw new Error(`${file}: expected the binary that was packed`)
  }
  writeText(file, 'Kernels, packed by scripts/pack.mjs: src/backends/fuse.ts unpacks them.', 'kernels', text)
}

/** A binary as a file: with a section that says what it is (src/backends/given.ts), and a memory that is not shared. */
function asFile(name, bytes) {
  const texts = ['nabla', name].map((text) => Buffer.from(text))
  const section = Buffer.concat([Buffer.from([texts[0].length]), ...texts])
  const out = Buffer.concat([bytes, Buffer.from([0, section.length]), section])
  const memory = out.indexOf(Buffer.from([6, ...Buffer.from('memory'), 2])) + 8
  out[memory] &= ~2
  return out
}

/** The files of src/ that an entry needs. */
function filesOf(entry, found = new Set()) {
  if (found.has(entry) || !existsSync(entry)) return found
  found.add(entry)
  const imports = readFileSync(entry, 'utf8').matchAll(
    /^(?:import|export)(?! type)[^'"]*? from '(\.[^']+)'/gm,
  )
  for (const [, path] of imports) filesOf(resolve(dirname(entry), path), found)
  return found
}
const ofPredictors = filesOf(resolve('src/predict/index.ts'))
const ofNetworks = filesOf(resolve('src/network.ts'))

/**
 * The names of operands as text, in the order of their words: src/program/instruction.ts reads them by name, and a bundler would
 * make a function of each.
 */
const operandNames = {
  name: 'operand-names',
  transform(code, id) {
    if (!/program.instruction\.ts$/.test(id)) return undefined
    const named = `
function named(names) {
  return Object.fromEntries(names.split(' ').map((name, i) => [name, i + 1]))
}`
    return (
      code.replace(/^import \* as (\w+) from '(.*\/operands\/.*)'$/gm, (_, name, path) => {
        const text = readFileSync(resolve(dirname(id), path), 'utf8')
        const words = [...text.matchAll(/^export const (\w+) = (\d+)$/gm)]
        if (words.some(([, , word], i) => Number(word) !== i + 1))
          throw new Error(`${path}: expected the words from 1 on, in order`)
        const names = words.map(([, word]) => word).join(' ')
        return `const ${name} = ${names ? `/* @__PURE__ */ named('${names}')` : '{}'}`
      }) + named
    )
  },
}

/**
 * Packed texts at the end of their files. gzip sees what is at most 32 KB before: a text of 23 KB in the midst of the code would
 * part what resembles each other.
 */
const textsLast = {
  name: 'texts-last',
  renderChunk(code) {
    const texts = []
    const rest = code.replace(/^(?:const|var|let) \w[\w$]* = "[(-[\]-h]{1000,}";\n/gm, (text) => {
      texts.push(text)
      return ''
    })
    const end = rest.lastIndexOf('\nexport ') + 1
    return rest.slice(0, end) + texts.join('') + rest.slice(end)
  },
}

const tsc = (...options) => run('node_modules/typescript/bin/tsc', ...options)

// Whatever the build is, and whatever npm has installed.
const tools = [
  ...['build', 'pack', 'roll-types', 'share-types', 'stages', 'type-only', 'unfuse', 'wasm-code'].map(
    (name) => `scripts/${name}.mjs`,
  ),
  ...['package-lock.json', 'node_modules/.package-lock.json'],
]

const built = [
  await stage(root, {
    name: 'kernels',
    says: 'AssemblyScript to WebAssembly',
    inputs: [...tools, 'asconfig.json', 'asconfig.unpack.json', 'assembly'],
    except: ['assembly/online', 'assembly/abi/online'],
    outputs: [
      ...['fused', 'simd', 'relaxed', 'predict-fused', 'predict', 'debug', 'unpack'].map(
        (name) => `build/${name}.wasm`,
      ),
      ...['kernels', 'predict', 'unpacker'].map((name) => `src/generated/${name}.ts`),
    ],
    // A compiler is a process of one thread and half a gigabyte. The debug binary is for tests, read from build/.
    make: async () => {
      const whole = 'assembly/index.ts'
      await Promise.all([asc('fused', whole), asc('debug', whole)])
      await asc('predict', 'assembly/predict.ts')
      await asc('unpack', 'assembly/unpack.ts', 'asconfig.unpack.json')
      const unpacker = readFileSync('build/unpack.wasm').toString('hex')
      writeText('unpacker', 'assembly/unpack.ts compiled, in hexadecimal digits.', 'unpacker', unpacker)
      const kernels = unfuse(readFileSync('build/fused.wasm'))
      writeFileSync('build/simd.wasm', kernels.simd)
      writeFileSync('build/relaxed.wasm', kernels.relaxed)
      writeKernels('kernels', kernels)
      const predict = unfuse(readFileSync('build/predict-fused.wasm'))
      writeFileSync('build/predict.wasm', predict.simd)
      writeKernels('predict', predict)
    },
  }),

  // The kernels of nabla/brain, a module of their own: pages that take nabla alone are not to have them.
  await stage(root, {
    name: 'online',
    says: 'the kernels of nabla/brain',
    inputs: [...tools, 'asconfig.online.json', 'assembly/online', 'assembly/abi/online', 'assembly/base'],
    outputs: ['build/online.wasm', 'src/generated/online.ts'],
    make: async () => {
      await asc('online', 'assembly/online/index.ts', 'asconfig.online.json')
      writeModule('online')
    },
  }),

  // The worker's script, as text. It imports types only, so nothing is left of its module form but an empty export.
  await stage(root, {
    name: 'worker',
    says: 'the script of the workers',
    inputs: [...tools, 'src', 'assembly/abi'],
    except: ['src/generated'],
    outputs: ['build/worker.classic.js', 'src/generated/worker.ts'],
    make: async () => {
      await tsc(
        ...['src/threads/worker.ts', '--ignoreConfig', '--outDir', 'build'],
        ...['--target', 'ES2022', '--module', 'esnext', '--lib', 'ES2022,DOM', '--removeComments'],
      )
      const worker = readFileSync('build/worker.js', 'utf8')
        .replace(/^export \{\};$/m, '')
        .trim()
      if (/^(import|export)\b/m.test(worker))
        throw new Error('src/threads/worker.ts: expected imports of types only')
      writeFileSync('build/worker.classic.js', `${worker}\n`)
      writeFileSync(
        'src/generated/worker.ts',
        `/** src/threads/worker.ts as JavaScript. Made by scripts/build.mjs. */\nexport const workerSource: string =\n  ${JSON.stringify(worker)}\n`,
      )
    },
  }),
]

if (!process.argv.includes('--wasm')) {
  built.push(
    await stage(root, {
      name: 'dist',
      says: 'JavaScript and types into dist',
      inputs: [
        ...[...tools, 'package.json', 'tsconfig.json', 'tsconfig.build.json'],
        ...['src', 'assembly/abi', 'build/worker.classic.js'],
        ...['simd', 'relaxed', 'predict'].map((name) => `build/${name}.wasm`),
      ],
      outputs: ['dist'],
      make: async () => {
        const { build } = await import('rolldown')
        const { rollTypes } = await import('./roll-types.mjs')
        const { shareTypes } = await import('./share-types.mjs')
        const { keepTypesTypes } = await import('./type-only.mjs')
        rmSync('dist', { recursive: true, force: true })
        rmSync('build/types', { recursive: true, force: true })
        await build({
          input: {
            index: 'src/index.ts',
            brain: 'src/brain/index.ts',
            data: 'src/data/index.ts',
            datasets: 'src/datasets/index.ts',
            keras: 'src/keras/index.ts',
            model: 'src/models/index.ts',
            deploy: 'src/deploy/index.ts',
            node: 'src/node/index.ts',
            onnx: 'src/onnx/index.ts',
            plot: 'src/plots/index.ts',
            predict: 'src/predict/index.ts',
            fit: 'src/calls/fit-entry.ts',
          },
          platform: 'neutral',
          transform: { target: 'es2022' },
          plugins: [operandNames, textsLast],
          output: {
            dir: 'dist',
            chunkFileNames: '[name].js',
            minifyInternalExports: false,
            // Documentation is in the types; every start of a process would read it here.
            comments: { annotation: true, legal: true, jsdoc: false },
            codeSplitting: {
              groups: [
                {
                  name: 'shared',
                  test: /assembly|src.(base.(?!sum)|formats.check|data.(?!csv)|intake.one-hot)/,
                  minShareCount: 2,
                  priority: 2,
                },
                // What a page that only predicts shares with those that train.
                { name: 'layers', test: (file) => ofPredictors.has(file), minShareCount: 2, priority: 1.5 },
                // The network, which some entries share with the main one: what only reads data is not to load it.
                {
                  name: 'network',
                  test: (file) => ofNetworks.has(file) && !ofModels.test(file),
                  minShareCount: 2,
                  priority: 1,
                },
                // What the loop that trains, which is loaded later, shares with others: each a file of its own, so that none
                // is in the bundle of a page for the sake of another.
                {
                  name: 'metrics',
                  test: /src.(metrics|training.measure|base.sum)/,
                  minShareCount: 2,
                  priority: 1,
                },
                // What the main entry takes of the threads, apart from them: esbuild gives a page at once all that its entry
                // can reach by files.
                {
                  name: 'platform',
                  test: /src.(threads.(cores|worker-url)|base.builtin)/,
                  minShareCount: 2,
                  priority: 3,
                },
                { name: 'workers', test: /src.(threads|generated.worker)/, minShareCount: 2, priority: 1 },
                { name: 'files', test: /src.files/, minShareCount: 2, priority: 1 },
                // And the import of the network is not to read what models and their files are made of.
                { name: 'models', test: ofModels, minShareCount: 2 },
                // A page that takes only scalers from nabla/data is not to get the parser of CSV.
                { name: 'csv', test: /src.data.csv/ },
              ],
            },
          },
        })
        // The same script as a file, for pages that allow no workers from blob:. Without an export it is a module and a
        // classic script alike.
        writeFileSync('dist/worker.js', readFileSync('build/worker.classic.js'))
        for (const name of ['simd', 'relaxed', 'predict']) {
          writeFileSync(`dist/${name}.wasm`, asFile(name, readFileSync(`build/${name}.wasm`)))
        }
        await tsc('-p', 'tsconfig.build.json')
        const declarations = {
          index: 'build/types/src/index.d.ts',
          data: 'build/types/src/data/index.d.ts',
          datasets: 'build/types/src/datasets/index.d.ts',
          model: 'build/types/src/models/index.d.ts',
          // Behind model, whose types they share.
          brain: 'build/types/src/brain/index.d.ts',
          keras: 'build/types/src/keras/index.d.ts',
          deploy: 'build/types/src/deploy/index.d.ts',
          node: 'build/types/src/node/index.d.ts',
          onnx: 'build/types/src/onnx/index.d.ts',
          plot: 'build/types/src/plots/index.d.ts',
          predict: 'build/types/src/predict/index.d.ts',
          fit: 'build/types/src/calls/fit-entry.d.ts',
        }
        rollTypes(root, declarations)
        shareTypes(Object.keys(declarations))
        keepTypesTypes(declarations)
      },
    }),
  )
}
if (!built.includes(true)) process.stderr.write('build: up to date\n')
