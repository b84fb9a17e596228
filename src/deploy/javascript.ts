// A model as one module of JavaScript that needs nothing but the language.

import { VERSION } from '../base/version.ts'
import { toBase64 } from './base64.ts'
import { collect } from './functions.ts'
import { sources } from './javascript-functions.ts'
import {
  type Decision,
  type DeployableModel,
  type DeployableNetwork,
  type Deployment,
  deploymentOf,
  type Step,
} from './model.ts'

/** A text as a literal that may stand in a script of a page, too. */
const literal = (value: string | boolean): string => JSON.stringify(value).replaceAll('<', '\\u003c')

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

function choice(decision: Decision): string {
  if (decision.kind === 'largest') return 'classNames[a.indexOf(Math.max(...a))]'
  const { kind, boundary } = decision
  return kind === 'side'
    ? `classNames[a[0] >= ${boundary} ? 1 : 0]`
    : `classNames.filter((_, i) => a[i] >= ${boundary})`
}

function classifier({ names, decision }: NonNullable<Deployment['classes']>): string {
  const what = decision.kind === 'labels' ? 'the names of its labels' : 'the name of its class'
  return `export const classNames = [${names.map(literal).join(', ')}]

/** Returns ${what}. */
export function classify(row) {
  const a = predict(row)
  if (a.some(Number.isNaN)) throw new Error('classify: expected outputs that are numbers, got NaN')
  return ${choice(decision)}
}
`
}

/**
 * Returns the source of an ES module with `predict(row)`, which takes a row of numbers and returns the outputs, a Float32Array
 * (outputs), of the same bits as those of kernels 'simd'; where the model has class names, also with `classNames` and
 * `classify(row)`. It needs ECMAScript 2015 and nothing else: no WebAssembly, no atob, no package. Throws OptionError for a model
 * that cannot be exported, such as one with an activation of your own, and FormatError for a snapshot that is none.
 */
export function toJavaScript(model: DeployableNetwork | DeployableModel): string {
  const { inputs, outputs, steps, classes, summary } = deploymentOf(model)
  const { numbers, lines, used } = translate(steps)
  const exported = classes ? 'predict, classify' : 'predict'
  return `/**
 * A neural network of ${summary}, exported by nabla ${VERSION}.
 *
 *   import { ${exported} } from './model.js'
 *
 * It computes in float32, to the bits of nabla's kernels 'simd', on every engine.
 */

/**
 * @param {ArrayLike<number>} row ${inputs} finite numbers
 * @returns {Float32Array} ${outputs} numbers
 */
export function predict(row) {
  if (row.length !== ${inputs}) throw new RangeError('predict: expected ${inputs} numbers, got ' + row.length)
  let a = Float32Array.from(row)
${lines.map((line) => `  ${line}\n`).join('')}  return a
}

${classes ? `${classifier(classes)}\n` : ''}const f = Math.fround

${collect(sources, [...new Set(used), 'decode']).join('\n\n')}

const parameters = decode(
  '${toBase64(numbers)}'
)
`
}
