// A model as one module of JavaScript that needs nothing but the language.

import { VERSION } from '../base/version.ts'
import type { ClassValue } from '../data/features/target.ts'
import { toBase64 } from './base64.ts'
import { collect } from './functions.ts'
import { inputsFunction } from './javascript-columns.ts'
import { sources } from './javascript-functions.ts'
import { type Answer, type Deployable, deploymentOf, type Step } from './model.ts'

/** A text as a literal that may stand in a script of a page, too. */
const literal = (value: ClassValue): string => JSON.stringify(value).replaceAll('<', '\\u003c')

/** The parameters one behind the other, and each step as an expression of `a`, with the functions that they use. */
function translate(steps: readonly Step[]) {
  const numbers: number[] = []
  const used: string[] = []
  const place = (...vectors: ArrayLike<number>[]): number => {
    const at = numbers.length
    for (const vector of vectors) for (let i = 0; i < vector.length; ++i) numbers.push(vector[i])
    return at
  }
  const lines = steps.map((step): string => {
    switch (step.kind) {
      case 'dense': {
        used.push('dense')
        const { units, weights, biases = new Float32Array(units) } = step
        return `a = dense(a, ${units}, ${place(weights, biases)})`
      }
      case 'batchNormalization':
        used.push('batchNorm')
        return `a = batchNorm(a, ${place(step.means, step.inverses, step.gains, step.shifts)})`
      case 'layerNormalization':
        used.push('layerNorm')
        return `a = layerNorm(a, ${place(step.gains, step.shifts)}, ${step.epsilon})`
      default:
        if (step.activation === 'softmax') {
          used.push('softmax')
          return 'a = softmax(a)'
        }
        used.push('each', step.activation)
        return `a = each(${step.activation}, a)`
    }
  })
  return { numbers, lines, used }
}

/** The function that makes of outputs `a` what predict of the model returns, or the name of the class of a network. */
function answerText(answer: Answer, outputs: number, isModel: boolean): { text: string; uses: string[] } {
  if (answer.kind === 'numbers') {
    const uses = answer.columns.some(({ log1p }) => log1p) ? ['expm1Double'] : []
    const numbers = answer.columns.map(({ log1p, scale, offset }, i) => {
      const raw = `a[${i}] * ${scale} + ${offset}`
      return log1p ? `expm1Double(${raw})` : raw
    })
    const entries = answer.columns.map(({ name }, i) => `[${literal(name)}, ${numbers[i]}]`)
    const value = numbers.length === 1 ? numbers[0] : `Object.fromEntries([${entries.join(', ')}])`
    return { text: `const answerOf = (a) => ${value}`, uses }
  }
  const { kind, boundary, isLikely } = answer
  const found =
    kind === 'labels'
      ? `classNames.filter((_, i) => a[i] >= ${boundary})`
      : outputs === 1
        ? `classNames[a[0] >= ${boundary} ? 1 : 0]`
        : 'classNames[a.indexOf(Math.max(...a))]'
  const likely = outputs === 1 && kind === 'class' ? 'i === 1 ? a[0] : 1 - a[0]' : 'a[i]'
  const more = isLikely
    ? `, probabilities: Object.fromEntries(classNames.map((name, i) => [name, ${likely}]))`
    : ''
  return {
    text: `function answerOf(a) {
  if (a.some(Number.isNaN)) throw new Error('expected outputs that are numbers, got NaN')
  return ${isModel ? `{ ${kind}: ${found}${more} }` : found}
}`,
    uses: [],
  }
}

/** What predict of a model returns, for its head. */
function answerType(answer: Answer | undefined, outputs: number): string {
  if (!answer) return `{Float32Array} ${outputs} numbers`
  if (answer.kind === 'numbers') {
    return answer.columns.length === 1 ? '{number}' : '{Object<string, number>}'
  }
  const one = answer.kind === 'class' ? 'class: string | number | boolean' : 'labels: string[]'
  return `{{ ${one}${answer.isLikely ? ', probabilities: Object<string, number>' : ''} }}`
}

/**
 * Returns the source of an ES module with `predict(row)`, which takes a row of numbers and returns the outputs, a Float32Array
 * (outputs), of the same bits as those of kernels 'simd'; where the model has class names, also with `classNames` and
 * `classify(row)`. It needs ECMAScript 2015 and nothing else: no WebAssembly, no atob, no package. Throws OptionError for a model
 * that cannot be exported, such as one with an activation of your own, and FormatError for a snapshot that is none.
 */
export function toJavaScript(model: Deployable): string {
  const { inputs, outputs, steps, features, answer, isModel, summary } = deploymentOf(model)
  const { numbers, lines, used } = translate(steps)
  const reader = features && inputsFunction(features)
  const reply = answer && answerText(answer, outputs, isModel)
  const hasNames = answer !== undefined && answer.kind !== 'numbers'
  const classify = hasNames && !isModel
  const uses = [...used, ...(reader?.uses ?? []), ...(reply?.uses ?? []), 'decode']
  const result = isModel && reply ? 'answerOf(a)' : 'a'
  const read = reader
    ? '  let a = inputsOf(row)\n'
    : `  if (row.length !== ${inputs}) throw new RangeError('predict: expected ${inputs} numbers, got ' + row.length)
  let a = Float32Array.from(row)\n`
  const parts = [
    `/**
 * A neural network of ${summary}, exported by nabla ${VERSION}.
 *
 *   import { predict${classify ? ', classify' : ''} } from './model.js'
 *
 * It computes in float32, to the bits of nabla's kernels 'simd', on every engine.
 */`,
    `/**
 * @param ${reader ? '{Object | Array} row its cells, by the names of their columns or in order' : `{ArrayLike<number>} row ${inputs} finite numbers`}
 * @returns ${answerType(isModel ? answer : undefined, outputs)}
 */
export function predict(row) {
${read}${lines.map((line) => `  ${line}\n`).join('')}  return ${result}
}`,
    ...(hasNames ? [`export const classNames = [${answer.values.map(literal).join(', ')}]`] : []),
    ...(classify
      ? [
          `/** Returns the ${answer.kind === 'labels' ? 'names of the labels' : 'name of the class'} of a row. */
export const classify = (row) => answerOf(predict(row))`,
        ]
      : []),
    ...(reply ? [reply.text] : []),
    'const f = Math.fround',
    ...(reader ? [reader.text] : []),
    ...collect(sources, new Set(uses)),
    `const parameters = decode(
  '${toBase64(numbers)}'
)`,
  ]
  return `${parts.join('\n\n')}\n`
}
