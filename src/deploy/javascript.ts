// A model as one module of JavaScript that needs nothing but the language.

import { boolean, checkOptions, optional } from '../base/check.ts'
import { VERSION } from '../base/version.ts'
import { floatsToBase64 } from './base64.ts'
import { collect } from './functions.ts'
import { inputsFunction } from './javascript-columns.ts'
import { constant, sources } from './javascript-functions.ts'
import { json } from './literal.ts'
import { minify } from './minify.ts'
import { type Answer, type Deployable, deploymentOf, type Step } from './model.ts'

/** By tabs, which take fewer bytes. */
const indented = (text: string): string =>
  text.replace(/^( {2})+/gm, (spaces) => '\t'.repeat(spaces.length / 2))

/** The parameters one behind the other, each layer as a statement about `a`, and the functions that they use. */
function translate(steps: readonly Step[]) {
  const numbers: number[] = []
  const used: string[] = []
  const place = (...vectors: ArrayLike<number>[]): number => {
    const at = numbers.length
    for (const vector of vectors) for (let i = 0; i < vector.length; ++i) numbers.push(vector[i])
    return at
  }
  const over = (a: string, step: Step): string => {
    switch (step.kind) {
      case 'dense': {
        used.push('dense')
        const { units, weights, biases = new Float32Array(units) } = step
        return `dense(${a}, ${units}, ${place(weights, biases)})`
      }
      case 'batchNormalization':
        used.push('batchNorm')
        return `batchNorm(${a}, ${place(step.means, step.inverses, step.gains, step.shifts)})`
      case 'layerNormalization':
        used.push('layerNorm')
        return `layerNorm(${a}, ${place(step.gains, step.shifts)}, ${constant(step.epsilon)})`
      default:
        used.push(step.activation)
        if (step.number !== undefined) return `${a}.map(${step.activation}(${step.number}))`
        return step.activation === 'softmax' ? `softmax(${a})` : `${a}.map(${step.activation})`
    }
  }
  const layers: string[] = []
  for (const step of steps) {
    if (step.kind === 'dense') layers.push('a')
    layers.push(over(layers.pop()!, step))
  }
  return { numbers, lines: layers.map((layer) => `  a = ${layer}\n`).join(''), used }
}

interface Reply {
  /** The end of a function that has outputs `a`. */
  readonly text: string
  readonly uses: readonly string[]
}

function numbersReply(columns: Extract<Answer, { kind: 'numbers' }>['columns']): Reply {
  const logarithms = columns.filter(({ log1p }) => log1p).length
  const uses = logarithms > 0 ? ['expm1Double'] : []
  if (columns.length === 1) {
    const [{ scale, offset }] = columns
    const raw = `a[0] * ${scale} + ${offset}`
    return { text: `  return ${logarithms ? `expm1Double(${raw})` : raw}\n`, uses }
  }
  const isMixed = logarithms > 0 && logarithms < columns.length
  const raw = 'a[i] * scale + offset'
  const power = `expm1Double(${raw})`
  const value = isMixed ? `isLogarithm ? ${power} : ${raw}` : logarithms ? power : raw
  const table = columns.map(({ name, log1p, scale, offset }) => {
    const all = [name, scale, offset, ...(isMixed ? [Number(log1p)] : [])]
    return `    [${all.map(json).join(', ')}]`
  })
  return {
    text: `  return Object.fromEntries([
${table.join(',\n')}
  ].map(([name, scale, offset${isMixed ? ', isLogarithm' : ''}], i) => [name, ${value}]))
`,
    uses,
  }
}

/** The return of what predict of the model returns, or of the name of the class of a network. */
function replyOf(answer: Answer, outputs: number, isModel: boolean): Reply {
  if (answer.kind === 'numbers') return numbersReply(answer.columns)
  const { kind, boundary, isLikely } = answer
  const found =
    kind === 'labels'
      ? `classNames.filter((_, i) => a[i] >= ${boundary})`
      : outputs === 1
        ? `classNames[a[0] >= ${boundary} ? 1 : 0]`
        : 'classNames[a.indexOf(largest(a))]'
  const likely = outputs === 1 && kind === 'class' ? 'i === 1 ? a[0] : 1 - a[0]' : 'a[i]'
  const more = isLikely
    ? `    probabilities: Object.fromEntries(classNames.map((name, i) => [name, ${likely}]))\n`
    : ''
  return {
    text: `  if (a.some(isNaN)) throw new Error('expected numbers, got NaN')
  return ${isModel ? `{\n    ${kind}: ${found}${more && ',\n'}${more}  }` : found}
`,
    uses: kind === 'class' && outputs > 1 ? ['largest'] : [],
  }
}

/** What predict of a model returns, for its head. */
function answerType(answer: Answer | undefined, outputs: number): string {
  if (!answer) return `{Float32Array} ${outputs} numbers`
  if (answer.kind === 'numbers') {
    return answer.columns.length === 1 ? '{number}' : '{Object<string, number>}'
  }
  const types = [...new Set(answer.values.map((value) => typeof value))].join(' | ')
  const one = answer.kind === 'class' ? `class: ${types}` : 'labels: string[]'
  return `{{ ${one}${answer.isLikely ? ', probabilities: Object<string, number>' : ''} }}`
}

/** Options of toJavaScript(). */
export interface JavaScriptOptions {
  /** Whether the code has short names and neither comments nor needless spaces: a third less of it. Default true. */
  minify?: boolean
}

const optionTable = { minify: optional(boolean, true) }

/**
 * Returns the source of an ES module with `predict(row)`, which takes a row of numbers and returns the outputs, a Float32Array
 * (outputs), of the same bits as those of kernels 'simd'; where the model has class names, also with `classNames` and
 * `classify(row)`. It needs ECMAScript 2015 (2019 for probabilities and several numbers by
 * name) and nothing else: no WebAssembly, no atob, no package. Throws OptionError for a model
 * that cannot be exported, such as one with an activation of your own, and FormatError for JSON that is not of a model.
 */
export function toJavaScript(model: Deployable, options: JavaScriptOptions = {}): string {
  const isMinified = checkOptions(optionTable, options, 'options').minify
  const { inputs, outputs, steps, features, answer, isModel, summary } = deploymentOf(model)
  const { numbers, lines, used } = translate(steps)
  const reader = features && inputsFunction(features)
  const reply = answer && replyOf(answer, outputs, isModel)
  const hasNames = answer !== undefined && answer.kind !== 'numbers'
  const classify = hasNames && !isModel
  const uses = [...used, ...(reader?.uses ?? []), ...(reply?.uses ?? []), 'decode']
  const read = reader
    ? '  let a = inputsOf(row)\n'
    : `  if (row.length !== ${inputs}) throw new RangeError('predict: expected ${inputs} numbers, got ' + row.length)
  let a = Float32Array.from(row)\n`
  const parts = [
    `/**
 * ${summary}, exported by nabla ${VERSION}, to the bits of its kernels 'simd':
 *   import { predict${classify ? ', classify' : ''} } from './model.js'
 * @param ${reader ? '{Object | Array} row cells by the names of their columns, or in order' : `{ArrayLike<number>} row ${inputs} finite numbers`}
 * @returns ${answerType(isModel ? answer : undefined, outputs)}
 */
export function predict(row) {
${read}${lines}${isModel && reply ? reply.text : '  return a\n'}}`,
    ...(hasNames ? [`export const classNames = [${answer.values.map(json).join(', ')}]`] : []),
    ...(classify && reply
      ? [
          `/** Returns the ${answer.kind === 'labels' ? 'names of the labels' : 'name of the class'} of a row. */
export function classify(row) {
  const a = predict(row)
${reply.text}}`,
        ]
      : []),
    'const f = Math.fround',
    ...(reader ? [reader.text] : []),
    ...collect(sources, new Set(uses)),
    'const weights = decode(',
  ]
  const code = isMinified ? minify(parts) : indented(parts.join('\n\n'))
  return `${code}'${floatsToBase64(numbers)}')\n`
}
