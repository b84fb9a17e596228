// From the cells of a row to inputs, and from outputs to numbers in their own units, in an exported C file: what src/data/features/
// does, in float64 as there.

import type { ColumnJSON, FeaturesJSON } from '../data/features/features.ts'
import type { NumberTargetJSON } from '../data/features/target.ts'
import { doubleConstant, textConstant } from './c-text.ts'
import { type Source, source } from './functions.ts'

const d = doubleConstant

// Those of src/base/math.ts, operation by operation.
export const doubles: Record<string, Source> = {
  double: source(`typedef union {
    double number;
    uint64_t bits;
} $_double;`),

  log1pDouble: source(
    `/* n log 2 + log(1 + r + tiny). */
static double $_log_series(double r, double tiny, double n)
{
    const double s = r / (2.0 + r);
    const double z = s * s;
    const double w = z * z;
    const double even = 0.6666666666667279
        + w * (0.2857142940346576 + w * (0.1818638478744195 + w * 0.1537281260687693));
    const double odd = 0.39999999996117636 + w * (0.22222137815557658 + w * 0.1524960342216629);
    const double h = 0.5 * r * r;
    const double rest = s * (h + z * (even + z * odd)) + (tiny + n * 1.9082149292705877e-10);
    return n * 0.6931471803691238 + (r - (h - rest));
}

/* log(1 + x) for x > -1, in float64. */
static double $_log1p_double(double x)
{
    if (x == 0.0 || x > 1.7976931348623157e308) return x;
    if (x > -0.25 && x < 0.5) return $_log_series(x, 0.0, 0.0);
    if (x >= 0.5 && x < 2.0) return $_log_series(0.5 * (x - 1.0), 0.0, 1.0);
    $_double u;
    u.number = 1.0 + x;
    const double lost = x - (u.number - 1.0);
    const double tiny = lost / u.number;
    /* 1024 keeps what is shifted from being negative. */
    const int exponent = (int)(((u.bits >> 32) + ((uint64_t)1024 << 20) - 0x3fe80000u) >> 20) - 1024;
    u.bits -= (uint64_t)(int64_t)exponent << 52;
    return $_log_series(u.number - 1.0, exponent < 60 ? tiny : 0.0, (double)exponent);
}`,
    'double',
  ),

  expm1Double: source(
    `/* (e^r - 1 - r) / r^2. */
static double $_exp_series(double r)
{
    const double s = r * r;
    return 0.5000000000000006 + 0.16666666666666588 * r
        + s * (0.04166666666657668 + 0.008333333333389594 * r
        + s * (0.0013888888931590819 + 0.00019841269718959333 * r
        + s * (2.4801505240494904e-5 + 2.755740754380607e-6 * r
        + s * (2.7626051838189003e-7 + 2.5053788667506924e-8 * r))));
}

static double $_power_of_two(int n)
{
    $_double power;
    power.bits = (uint64_t)(n + 1023) << 52;
    return power.number;
}

/* e^x - 1, in float64. */
static double $_expm1_double(double x)
{
    if (x < -40.0) return -1.0;
    if (x > 709.8) return 2.0 * 1.7976931348623157e308;
    if (x == 0.0 || x != x) return x;
    const double near = x * 1.4426950408889634 + 0.5;
    const int n = (int)near - ((double)(int)near > near ? 1 : 0);
    const double r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
    if (x > 40.0) {
        const double y = 1.0 + (r + r * r * $_exp_series(r));
        const int half = n / 2;
        return n <= 1023 ? y * $_power_of_two(n) : y * $_power_of_two(half) * $_power_of_two(n - half);
    }
    const double y = r + r * r * $_exp_series(r);
    const double scale = $_power_of_two(n);
    return n == 0 ? y : scale * y + (scale - 1.0);
}`,
    'double',
  ),
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
