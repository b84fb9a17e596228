// From the cells of a row to inputs, and from outputs to numbers in their own units, in an exported C file: what src/data/features/
// does, in float64 as there.

import type { ColumnJSON, FeaturesJSON } from '../data/features/features.ts'
import { LN2_HIGH, LN2_LOW } from '../data/features/logarithms.ts'
import type { NumberTargetJSON } from '../data/features/target.ts'
import { doubleConstant, textConstant } from './c-text.ts'
import { type Source, source } from './functions.ts'

const d = doubleConstant

// Those of src/data/features/logarithms.ts, operation by operation.
export const doubles: Record<string, Source> = {
  log1pDouble: source(`/* log(1 + x) for x > -1, in float64. */
static double $_log1p_double(double x)
{
    double u = 1.0 + x;
    const double lost = (x - (u - 1.0)) / u;
    int n = 0;
    if (u > ${d(Number.MAX_VALUE)}) return u;
    for (; u > 1.5; u /= 2.0) ++n;
    for (; u < 0.75; u *= 2.0) --n;
    const double s = (u - 1.0) / (u + 1.0);
    double sum = 0.0;
    for (int k = 25; k > 0; k -= 2) sum = sum * s * s + 1.0 / k;
    return n * ${d(Math.LN2)} + (2.0 * s * sum + lost);
}`),

  expm1Double: source(`/* e^x - 1, in float64. */
static double $_expm1_double(double x)
{
    if (x > 709.8) return 2.0 * ${d(Number.MAX_VALUE)};
    if (x < -40.0) return -1.0;
    if (x != x) return x;
    const double near = x * ${d(Math.LOG2E)} + 0.5;
    const int n = (int)near - ((double)(int)near > near ? 1 : 0);
    const double r = x - n * ${d(LN2_HIGH)} - n * ${d(LN2_LOW)};
    double y = 0.0;
    for (int k = 14; k > 0; --k) y = (y + 1.0) * r / k;
    for (int i = 0; i < n; ++i) y = 2.0 * y + 1.0;
    for (int i = 0; i > n; --i) y = (y - 1.0) / 2.0;
    return y;
}`),
}

interface Text {
  readonly text: string
  readonly uses: readonly string[]
}

/** The statements of one column, which writes from x[at] on; refused cells return the column's number. */
function statements(column: ColumnJSON, c: number, at: number): { lines: string[]; width: number } {
  const refuse = `return ${c + 1};`
  const cell = `cells[${c}]`
  if (column.type === 'categorical') {
    const { categories, unknown, missing } = column
    const own = categories.indexOf(null)
    const isKnown = `${cell} >= 0.0 && ${cell} < ${d(categories.length)}`
    return {
      width: categories.length,
      lines: [
        `for (int i = 0; i < ${categories.length}; ++i) x[${at} + i] = 0.0f;`,
        `if (${isKnown}) x[${at} + (int)${cell}] = 1.0f;`,
        ...(own >= 0 ? [`else if (${cell} != ${cell}) x[${at + own}] = 1.0f;`] : []),
        ...(own < 0 && missing === 'error' ? [`else if (${cell} != ${cell}) ${refuse}`] : []),
        ...(unknown === 'error' ? [`else if (${cell} == ${cell}) ${refuse}`] : []),
      ],
    }
  }
  const { missing } = column
  const lacks = missing === null ? refuse : `value = ${d(missing)};`
  const read = [`value = ${cell};`, `if (value != value) ${lacks}`]
  if (column.type === 'boolean') {
    const check = `else if (value != 0.0 && value != 1.0) ${refuse}`
    return { width: 1, lines: [...read, check, `x[${at}] = (float)value;`] }
  }
  const { log1p, offset, scale, indicator } = column
  return {
    width: indicator ? 2 : 1,
    lines: [
      ...read,
      ...(log1p ? [`if (!(value > -1.0)) ${refuse}`, 'value = $_log1p_double(value);'] : []),
      `x[${at}] = (float)((value - ${d(offset)}) / ${d(scale)});`,
      `if (!(x[${at}] - x[${at}] == 0.0f)) ${refuse}`,
      ...(indicator ? [`x[${at + 1}] = ${cell} != ${cell} ? 1.0f : 0.0f;`] : []),
    ],
  }
}

/** What a cell of the column is, for the comment. */
function description(column: ColumnJSON): string {
  if (column.type === 'boolean') return '1 or 0'
  if (column.type === 'numeric') return 'a number'
  const listed = column.categories.map((one) => (one === null ? '(missing)' : textConstant(one)))
  return `its place from 0 on in ${listed.join(', ')}; -1 for another`
}

/** int NAME_inputs(cells, x). */
export function inputsFunction({ columns }: FeaturesJSON, inputs: number): Text {
  let at = 0
  const lines = columns.flatMap((column, c) => {
    const made = statements(column, c, at)
    at += made.width
    return [`/* ${textConstant(column.name)} */`, ...made.lines]
  })
  const listed = columns.map((column, c) => ` * ${c}: ${textConstant(column.name)}, ${description(column)}\n`)
  const declares = columns.some(({ type }) => type !== 'categorical') ? '    double value;\n' : ''
  return {
    text: `/* Makes the inputs x of a row of cells, NAN for those that are missing. Returns 0, or which cell is refused, from 1 on.
${listed.join('')} */
int $_inputs(const double cells[${columns.length}], float x[${inputs}])
{
${declares}${lines.map((line) => `    ${line}\n`).join('')}    return 0;
}`,
    uses: columns.some((column) => column.type === 'numeric' && column.log1p) ? ['log1pDouble'] : [],
  }
}

/** double NAME_value(y, output). */
export function valueFunction(columns: NumberTargetJSON['columns']): Text {
  const cases = columns.map(({ name, log1p, scale, offset }, i) => {
    const raw = `y[${i}] * ${d(scale)} + ${d(offset)}`
    const value = log1p ? `$_expm1_double(${raw})` : raw
    return `    case ${i}: /* ${textConstant(name)} */\n        return ${value};\n`
  })
  return {
    text: `/* The number that an output stands for, in its own unit. */
double $_value(const float *y, int output)
{
    switch (output) {
${cases.join('')}    default:
        return 0.0;
    }
}`,
    uses: columns.some(({ log1p }) => log1p) ? ['expm1Double'] : [],
  }
}
