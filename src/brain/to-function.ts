// A network as a JavaScript function that needs nothing else.

import { namesOf } from './lookup.ts'
import type { INeuralNetworkJSON } from './types.ts'

/** JavaScript for f(z), where z is a variable. */
function activationText({ trainOpts }: INeuralNetworkJSON): string {
  switch (trainOpts.activation) {
    case 'tanh':
      return 'Math.tanh(z)'
    case 'relu':
      return 'z < 0 ? 0 : z'
    case 'leaky-relu':
      return `z < 0 ? ${trainOpts.leakyReluAlpha} * z : z`
    default:
      return '1 / (1 + Math.exp(-z))'
  }
}

/** JavaScript for + w · x, with the sign drawn to the front; x is a variable. */
const term = (weight: number, x: string): string =>
  Object.is(weight, -0) || weight < 0 ? ` - ${-weight} * ${x}` : ` + ${weight} * ${x}`

/** The names of a side in order as JavaScript strings; undefined if it has none. */
const texts = (lookup: INeuralNetworkJSON['inputLookup']): string[] | undefined =>
  lookup ? namesOf(lookup).map((name) => JSON.stringify(name)) : undefined

/** Terms of a sum in one statement: parsers of engines go down a level for each, and 20,000 are too many for V8. */
const TERMS_AT_ONCE = 1000

/** JavaScript statements that make `name` from z = bias + Σ terms, added in their order. */
function unit(name: string, bias: number, terms: readonly string[]): string {
  if (terms.length <= TERMS_AT_ONCE) return `const ${name} = f(${bias}${terms.join('')});`
  const parts: string[] = []
  for (let i = 0; i < terms.length; i += TERMS_AT_ONCE) {
    parts.push(`z${name} = z${name}${terms.slice(i, i + TERMS_AT_ONCE).join('')};`)
  }
  return [`let z${name} = ${bias};`, ...parts, `const ${name} = f(z${name});`].join('\n')
}

/** The body of a function of `input`. */
function bodyOf(json: INeuralNetworkJSON): string {
  const { sizes, layers } = json
  const inputs = texts(json.inputLookup)
  const outputs = texts(json.outputLookup)
  const lines = [
    'const f32 = Math.fround;',
    `const f = (z) => f32(${activationText(json)});`,
    // What is not a number becomes 0, also what every object inherits, such as "constructor".
    ...(inputs
      ? inputs.map((name, i) => `const a0_${i} = f32(input[${name}]) || 0;`)
      : Array.from(
          { length: sizes[0] },
          (_, i) =>
            `const a0_${i} = f32(${sizes[0] === 1 ? "typeof input === 'number' ? input : " : ''}input[${i}]) || 0;`,
        )),
  ]
  layers.slice(1).forEach(({ weights, biases }, k) => {
    const l = k + 1
    weights.forEach((row, j) => {
      const terms = row.map((weight, i) => term(weight, `a${l - 1}_${i}`))
      lines.push(unit(`a${l}_${j}`, biases[j], terms))
    })
  })
  const last = sizes.length - 1
  const answers = Array.from({ length: sizes[last] }, (_, j) => `a${last}_${j}`)
  const entries = outputs?.map((name, j) => `[${name}]: ${answers[j]}`)
  lines.push(entries ? `return { ${entries.join(', ')} };` : `return [${answers.join(', ')}];`)
  return lines.join('\n')
}

/** The network as a function; `cb` may change its body. Throws what `new Function` throws. */
export function makeFunction<Input, Output>(
  json: INeuralNetworkJSON,
  cb: ((source: string) => string) | undefined,
): (input: Input) => Output {
  const body = bodyOf(json)
  return new Function('input', cb ? cb(body) : body) as (input: Input) => Output
}
