// The functions of an exported C file, in the order of operations of assembly/base/math.ts and assembly/rows/. $ stands for the
// prefix of all names.

import { LEAKY_RELU_SLOPE } from '../../assembly/abi/activations.ts'
import { doubles } from './c-columns.ts'
import { floatConstant } from './c-text.ts'
import * as C from './coefficients.ts'
import { type Source, type Sources, source } from './functions.ts'

const c = floatConstant

/** By Horner's rule, the highest power first. */
const polynomial = ([first, ...rest]: readonly number[], x: string): string =>
  rest
    .reduce((sum, next) => `(${sum} * ${x} ${next < 0 ? '-' : '+'} ${c(Math.abs(next))})`, c(first))
    .slice(1, -1)

/** f of each element, in place. */
const elementwise = (name: string, body: string, ...uses: string[]): Source =>
  source(
    `static void $_${name}(float *z, int n)
{
    for (int i = 0; i < n; ++i) {
${body
  .split('\n')
  .map((line) => `        ${line}\n`)
  .join('')}    }
}`,
    ...uses,
  )

export const sources: Sources = new Map(
  Object.entries({
    ...doubles,

    bits: source(`typedef union {
    float number;
    uint32_t bits;
} $_word;`),

    power: source(
      `/* The low bits of t as an exponent. */
static float $_power(float t)
{
    $_word word;
    word.number = t;
    word.bits <<= 23;
    return word.number;
}`,
      'bits',
    ),

    magnitude: source(`static float $_magnitude(float x)
{
    return x < 0.0f ? -x : x;
}`),

    reduce: source(`/* x - n ln 2. */
static float $_reduce(float x, float n)
{
    return (x - n * ${c(C.LN2_HIGH)}) - n * ${c(C.LN2_LOW)};
}`),

    twiceExp: source(`/* 2 e^r. */
static float $_twice_exp(float r)
{
    return ${polynomial(C.TWICE_EXP, 'r')};
}`),

    exp: source(
      `/* e^x for x <= 0. */
static float $_exp(float x)
{
    if (x < ${c(C.EXP_LEAST)}) x = ${c(C.EXP_LEAST)};
    const float t = x * ${c(C.LOG2_E)} + ${c(C.ROUND)};
    return $_twice_exp($_reduce(x, t - ${c(C.ROUND)})) * $_power(t);
}`,
      'power',
      'reduce',
      'twiceExp',
    ),

    expm1: source(
      `/* e^x - 1 for x <= 0. */
static float $_expm1(float x)
{
    if (x < ${c(C.EXPM1_LEAST)}) x = ${c(C.EXPM1_LEAST)};
    const float t = x * ${c(C.LOG2_E)} + ${c(C.ROUND_WHOLE)};
    const float r = $_reduce(x, t - ${c(C.ROUND_WHOLE)});
    const float scale = $_power(t);
    const float series = ${polynomial(C.EXP_SERIES, 'r')};
    return scale * ((r * r) * series + r) + (scale - 1.0f);
}`,
      'power',
      'reduce',
    ),

    log1p: source(`/* log(1 + x) for 0 <= x <= 1. */
static float $_log1p(float x)
{
    const float high = x >= 0.5f ? ${c(C.LN2_HIGH)} : 0.0f;
    const float low = x >= 0.5f ? ${c(C.LN2_LOW)} : 0.0f;
    const float r = x >= 0.5f ? (x - 1.0f) * 0.5f : x;
    const float square = r * r;
    const float series = ${polynomial(C.LOG_SERIES, 'r')};
    return high + (r + (((series * r) * square + low) - 0.5f * square));
}`),

    gaussian: source(
      `/* e^(-x^2 / 2) for 0 <= x, the square in two parts. */
static float $_gaussian(float x)
{
    $_word word;
    word.number = x;
    word.bits &= 0xfffff000u;
    const float high = word.number;
    const float y = (high * high) * -0.5f;
    const float rest = ((high - x) * 0.5f) * (x + high);
    const float t = (y + rest) * ${c(C.LOG2_E)} + ${c(C.ROUND)};
    return $_twice_exp($_reduce(y, t - ${c(C.ROUND)}) + rest) * $_power(t);
}`,
      'bits',
      'power',
      'reduce',
      'twiceExp',
    ),

    sigmoid: elementwise(
      'sigmoid',
      `const float e = $_exp(-$_magnitude(z[i]));
z[i] = (z[i] < 0.0f ? e : 1.0f) / (1.0f + e);`,
      'magnitude',
      'exp',
    ),
    tanh: elementwise(
      'tanh',
      `const float m = $_expm1(-2.0f * $_magnitude(z[i]));
const float a = m / (m + 2.0f);
if (z[i] != 0.0f) z[i] = z[i] < 0.0f ? a : -a;`,
      'magnitude',
      'expm1',
    ),
    relu: elementwise('relu', 'if (z[i] < 0.0f) z[i] = 0.0f;'),
    leakyRelu: elementwise('leaky_relu', `if (z[i] < 0.0f) z[i] *= ${c(Math.fround(LEAKY_RELU_SLOPE))};`),
    slopedRelu: source(`static void $_sloped_relu(float *z, int n, float slope)
{
    for (int i = 0; i < n; ++i) if (!(z[i] > 0.0f)) z[i] *= slope;
}`),
    elu: elementwise('elu', 'if (!(z[i] > 0.0f)) z[i] = $_expm1(z[i]);', 'expm1'),
    scaledElu: source(
      `static void $_scaled_elu(float *z, int n, float alpha)
{
    for (int i = 0; i < n; ++i) if (!(z[i] > 0.0f)) z[i] = $_expm1(z[i]) * alpha;
}`,
      'expm1',
    ),
    selu: elementwise(
      'selu',
      `z[i] = z[i] > 0.0f ? z[i] * ${c(C.SELU_ABOVE)} : $_expm1(z[i]) * ${c(C.SELU_BELOW)};`,
      'expm1',
    ),
    gelu: elementwise(
      'gelu',
      `const float limit = ${c(C.GAUSSIAN_LIMIT)};
const float size = $_magnitude(z[i]);
const float x = limit < size ? limit : size;
const float above = ${polynomial(C.TAIL_ABOVE, 'x')};
const float below = ${polynomial(C.TAIL_BELOW, 'x')};
const float tail = (above / below) * $_gaussian(x);
const float bounded = z[i] < ${c(-C.CLAMP)} ? ${c(-C.CLAMP)} : z[i];
z[i] = bounded * (z[i] < 0.0f ? tail : 1.0f - tail);`,
      'magnitude',
      'gaussian',
    ),
    silu: elementwise(
      'silu',
      `const float e = $_exp(-$_magnitude(z[i]));
const float r = 1.0f / (1.0f + e);
const float bounded = z[i] < ${c(-C.CLAMP)} ? ${c(-C.CLAMP)} : z[i];
z[i] = bounded * (z[i] < 0.0f ? e * r : r);`,
      'magnitude',
      'exp',
    ),
    softplus: elementwise(
      'softplus',
      `const float e = $_exp(-$_magnitude(z[i]));
z[i] = (z[i] < 0.0f ? 0.0f : z[i]) + $_log1p(e);`,
      'magnitude',
      'exp',
      'log1p',
    ),
    softsign: elementwise(
      'softsign',
      `const float most = ${c(C.SOFTSIGN_LIMIT)};
const float bounded = z[i] < -most ? -most : most < z[i] ? most : z[i];
z[i] = bounded / (1.0f + $_magnitude(bounded));`,
      'magnitude',
    ),

    softmax: source(
      `/* Sums go in four parts, as the lanes of a vector. */
static void $_softmax(float *z, int n)
{
    float top = z[0];
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int i = 1; i < n; ++i) if (top < z[i]) top = z[i];
    for (int i = 0; i < n; ++i) {
        z[i] = $_exp(z[i] - top);
        sums[i & 3] += z[i];
    }
    const float scale = 1.0f / ((sums[0] + sums[2]) + (sums[1] + sums[3]));
    for (int i = 0; i < n; ++i) z[i] *= scale;
}`,
      'exp',
    ),

    layerNorm: source(`/* Sums go in four parts, as the lanes of a vector. */
static void $_layer_norm(float *z, int n, const float *gains, const float *shifts, float epsilon)
{
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    float squares[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int i = 0; i < n; ++i) sums[i & 3] += z[i];
    const float mean = ((sums[0] + sums[2]) + (sums[1] + sums[3])) / (float)n;
    for (int i = 0; i < n; ++i) {
        const float d = z[i] - mean;
        squares[i & 3] += d * d;
    }
    const float variance = ((squares[0] + squares[2]) + (squares[1] + squares[3])) / (float)n;
    const float inverse = 1.0f / sqrtf(variance + epsilon);
    for (int i = 0; i < n; ++i) z[i] = gains[i] * ((z[i] - mean) * inverse) + shifts[i];
}`),

    batchNorm: source(`static void $_batch_norm(float *z, int n, const float *means, const float *inverses,
    const float *gains, const float *shifts)
{
    for (int i = 0; i < n; ++i) z[i] = gains[i] * ((z[i] - means[i]) * inverses[i]) + shifts[i];
}`),

    // A product with 0 changes no sum, and half of what relu leaves is 0.
    product: source(`/* x W: W is inputs x units. */
static void $_product(const float *restrict x, int inputs, const float *restrict w, float *restrict z, int units)
{
    for (int j = 0; j < units; ++j) z[j] = 0.0f;
    for (int i = 0; i < inputs; ++i, w += units) {
        if (x[i] == 0.0f) continue;
        for (int j = 0; j < units; ++j) z[j] += x[i] * w[j];
    }
}`),

    add: source(`static void $_add(float *restrict z, const float *restrict b, int n)
{
    for (int i = 0; i < n; ++i) z[i] += b[i];
}`),
  }),
)
