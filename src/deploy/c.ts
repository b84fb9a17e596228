// A model as one file of C99 that allocates nothing: for microcontrollers and native hosts.

import { type Check, checkOptions, optional, refuse } from '../base/check.ts'
import { VERSION } from '../base/version.ts'
import { inputsFunction, valueFunction } from './c-columns.ts'
import { sources } from './c-functions.ts'
import { floatConstant, textConstant } from './c-text.ts'
import { collect } from './functions.ts'
import { type Answer, type Deployable, deploymentOf, type Step } from './model.ts'

/** Options of toC(). */
export interface COptions {
  /** What all names in the file begin with: letters, digits and _, a letter first, at most 24. Default 'model': then the function
   * is model_predict. */
  name?: string
}

const identifier: Check<string> = (value, name) =>
  typeof value === 'string' && /^[A-Za-z]\w{0,23}$/.test(value)
    ? value
    : refuse(name, 'at most 24 letters, digits and _, a letter first, for names in C', value)

const table = { name: optional(identifier, 'model') }

const PER_LINE = 8

function array(name: string, values: ArrayLike<number>, shape: string): string {
  const lines: string[] = []
  for (let at = 0; at < values.length; at += PER_LINE) {
    const end = Math.min(at + PER_LINE, values.length)
    const numbers = Array.from({ length: end - at }, (_, i) => floatConstant(values[at + i]))
    lines.push(`    ${numbers.join(', ')},\n`)
  }
  return `static const float ${name}[${shape}] = {\n${lines.join('')}};`
}

/** A text of C with the prefix of all names in place of $_. */
const named = (text: string, name: string): string => text.replaceAll('$_', `${name}_`)

/** The names of the functions that are elements of `sources` under the names of activations. */
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The arrays, the statements of predict, and the functions that they use. */
function translate(name: string, steps: readonly Step[]) {
  const arrays: string[] = []
  const lines: string[] = []
  const used: string[] = []
  const layers = steps.filter(({ kind }) => kind === 'dense').length
  // What a layer leaves is in one of two buffers in turn, what the last one leaves in y.
  const widths = [0, 0]
  let layer = 0
  let a = 'x'
  const keep = (what: string, values: ArrayLike<number>, shape = `${values.length}`): string => {
    const full = `${name}_${what}${layer}`
    arrays.push(array(full, values, shape))
    return full
  }
  for (const step of steps) {
    const { kind, units } = step
    if (kind === 'dense') {
      const { inputs, weights, biases } = step
      ++layer
      const isLast = layer === layers
      const buffer = layer % 2 === 1 ? 0 : 1
      const out = isLast ? 'y' : 'ab'[buffer]
      if (!isLast) widths[buffer] = Math.max(widths[buffer], units)
      used.push('product')
      const w = keep('w', weights, `${inputs} * ${units}`)
      lines.push(`${name}_product(${a}, ${inputs}, ${w}, ${out}, ${units});`)
      if (biases) {
        used.push('add')
        lines.push(`${name}_add(${out}, ${keep('b', biases)}, ${units});`)
      }
      a = out
    } else if (kind === 'batchNormalization') {
      used.push('batchNorm')
      const means = keep('means', step.means)
      const inverses = keep('inverses', step.inverses)
      const gains = keep('gains', step.gains)
      const shifts = keep('shifts', step.shifts)
      lines.push(`${name}_batch_norm(${a}, ${units}, ${means}, ${inverses}, ${gains}, ${shifts});`)
    } else if (kind === 'layerNormalization') {
      used.push('layerNorm')
      const gains = keep('gains', step.gains)
      const shifts = keep('shifts', step.shifts)
      const epsilon = floatConstant(step.epsilon)
      lines.push(`${name}_layer_norm(${a}, ${units}, ${gains}, ${shifts}, ${epsilon});`)
    } else {
      used.push(step.activation)
      const number = step.number === undefined ? '' : `, ${floatConstant(step.number)}`
      lines.push(`${name}_${snake(step.activation)}(${a}, ${units}${number});`)
    }
  }
  const buffers = widths.flatMap((width, i) => (width > 0 ? [`${'ab'[i]}[${width}]`] : []))
  return { arrays, lines, used, buffers, scratch: widths[0] + widths[1] }
}

/** What outputs stand for: declarations for the head, and definitions. */
function answerText(answer: Answer, outputs: number) {
  if (answer.kind === 'numbers') {
    const { text, uses } = valueFunction(answer.columns)
    return { declared: ['double $_value(const float *y, int output);'], text, uses }
  }
  const { kind, values, boundary } = answer
  const side = (index: string) => `    return y[${index}] >= ${floatConstant(boundary)} ? 1 : 0;`
  const names = `const char *const $_class_names[${values.length}]`
  const call =
    kind === 'labels' ? 'int $_has_label(const float *y, int label)' : 'int $_class_of(const float *y)'
  const body =
    kind === 'labels'
      ? side('label')
      : outputs === 1
        ? side('0')
        : `    int best = 0;
    for (int i = 1; i < ${outputs}; ++i) if (y[best] < y[i]) best = i;
    return best;`
  const comment =
    kind === 'labels'
      ? '1 where the outputs y have this label, else 0.'
      : 'The class of the outputs y: its name is $_class_names[class].'
  return {
    declared: [`${call};`, `extern ${names};`],
    text: `${names} = {\n${values.map((one) => `    ${textConstant(one)},\n`).join('')}};

/* ${comment} */
${call}
{
${body}
}`,
    uses: [],
  }
}

/**
 * Returns the source of a C99 file with `void model_predict(const float x[inputs], float y[outputs])`, `model` being
 * options.name: outputs of the same bits as those of kernels 'simd', where the compiler fuses no multiplication with an addition
 * (-ffp-contract=off). Where the model has class names, also `model_class_names` and `model_class_of(y)`, or with labels
 * `model_has_label(y, label)`. It allocates nothing and needs no library, but sqrtf where a layer is normalised by rows. Throws
 * OptionError for a model that cannot be exported, such as one with an activation of your own, and FormatError for JSON
 * that is not of a model.
 */
export function toC(model: Deployable, options: COptions = {}): string {
  const { name } = checkOptions(table, options, 'options')
  const { inputs, outputs, steps, features, answer, summary } = deploymentOf(model)
  const { arrays, lines, used, buffers, scratch } = translate(name, steps)
  const reader = features && inputsFunction(features, inputs)
  const reply = answer && answerText(answer, outputs)
  const uses = new Set([...used, ...(reader?.uses ?? []), ...(reply?.uses ?? [])])
  const own = [...(reader ? [reader.text] : []), ...(reply ? [reply.text] : [])]
  const functions = [...collect(sources, uses), ...own].map((text) => named(text, name))
  const declared = [
    `void $_predict(const float x[${inputs}], float y[${outputs}]);`,
    ...(features
      ? [`int $_inputs(const double cells[${features.columns.length}], float x[${inputs}]);`]
      : []),
    ...(reply?.declared ?? []),
  ].map((text) => named(text, name))
  const needsBits = functions.some((text) => /uint\d+_t/.test(text))
  const needsRoot = used.includes('layerNorm')
  const includes = ['<float.h>', ...(needsRoot ? ['<math.h>'] : []), ...(needsBits ? ['<stdint.h>'] : [])]
  const macro = `${name.toUpperCase()}_SCRATCH`
  return `/*
 * A neural network of ${summary}, exported by nabla ${VERSION}.
 *
${declared.map((line) => ` *   ${line}\n`).join('')} *
 * C99, compiled with -ffp-contract=off${needsRoot ? ' and linked with -lm' : ''}: outputs have the same bits as nabla's with kernels 'simd'.
 * x and y may not overlap. Nothing is allocated; ${
   scratch > 0
     ? `${4 * scratch} bytes of scratch are on the stack, or elsewhere by
 * -D${macro}=static, and then for one call at a time.`
     : 'there is no scratch.'
 }
 */

${includes.map((file) => `#include ${file}\n`).join('')}
#if defined(__FAST_MATH__) || FLT_EVAL_METHOD == 1 || FLT_EVAL_METHOD == 2
#error "expected float arithmetic that is rounded at each operation: no -ffast-math, and on x86 -msse2 -mfpmath=sse"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
${scratch > 0 ? `#ifndef ${macro}\n#define ${macro}\n#endif\n` : ''}
${arrays.join('\n\n')}

${functions.join('\n\n')}

void ${name}_predict(const float x[${inputs}], float y[${outputs}])
{
${scratch > 0 ? `    ${macro} float ${buffers.join(', ')};\n` : ''}${lines.map((line) => `    ${line}\n`).join('')}}
`
}
