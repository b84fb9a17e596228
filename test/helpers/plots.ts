// Plots of ordinary and of awkward data, by name.

import { digits } from 'nabla/datasets'
import {
  type HistoryLike,
  plotActivations,
  plotConfusionMatrix,
  plotDecisionSurface,
  plotHistory,
  plotImages,
  plotLines,
  plotResiduals,
  plotRocCurve,
  plotWeights,
} from '../../src/plots/index.ts'

const { x: pixels, y: labels } = digits()

const list = (length: number, f: (i: number) => number) => Array.from({ length }, (_, i) => f(i))
const noise = (i: number) => Math.sin(12.9898 * i) * Math.cos(78.233 * i)
const names = (count: number) => list(count, (i) => i).map((i) => `class ${i}`)
const long = 'Pseudopseudohypoparathyroidism, unspecified & otherwise <not> classified "elsewhere"'
const longNames = list(6, (i) => i).map((i) => `${i}: ${long}`)

const decay = (rows: number, rate = 0.1): HistoryLike => ({
  loss: list(rows, (e) => Math.exp(-rate * e) + 0.02 * Math.abs(noise(e))),
  validationLoss: list(rows, (e) => Math.exp(-rate * e) + 0.1 + 0.03 * Math.abs(noise(e + 99))),
  accuracy: list(rows, (e) => 1 - 0.9 * Math.exp(-rate * e)),
})

const matrix = (classes: number, size = 100) => ({
  classNames: names(classes),
  counts: list(classes, (i) => i).map((t) =>
    list(classes, (p) => (t === p ? size : Math.max(0, Math.round((size / 8) * noise(t * classes + p))))),
  ),
})

const line = (x: number) => 3 * x + 10
const actual = list(200, (i) => line(i / 10) + 3 * noise(i + 7))
const predicted = list(200, (i) => line(i / 10))

const points = list(60, (i) => i).map((i) => [Math.cos(i) * (1 + (i % 3)), Math.sin(i) * (1 + (i % 3))])
const rings = list(60, (i) => i % 3)
const grid = (f: (a: number, b: number) => number[]) => (x: Float32Array) =>
  list(x.length / 2, (r) => r).flatMap((r) => f(x[2 * r], x[2 * r + 1]))
const ring = grid((a, b) => {
  const outputs = [1, 2, 3].map((radius) => Math.exp(-4 * (Math.hypot(a, b) - radius) ** 2))
  const sum = outputs[0] + outputs[1] + outputs[2]
  return outputs.map((one) => one / sum)
})
const saddle = grid((a, b) => [1 / (1 + Math.exp(20 * (a - 0.5) * (b - 0.5)))])
const corners = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]

const scores = list(200, (i) => (i % 2) * 0.4 + Math.abs(noise(i)))
const positives = list(200, (i) => i % 2)
const wide = (f: (z: number) => number) => ({ f, derivative: (z: number) => (f(z + 1e-3) - f(z)) / 1e-3 })

/** Kinds of plots, and of each what is ordinary and what is not. */
export const gallery: Record<string, Record<string, () => string>> = {
  history: {
    ordinary: () => plotHistory(decay(40), { title: 'Loss of a training' }),
    logarithmic: () => plotHistory(decay(300), { title: 'Loss', logScale: true }),
    accuracy: () => plotHistory(decay(40), { metrics: ['accuracy'] }),
    several: () =>
      plotHistory(
        { 'seed 1': decay(40), 'seed 2': decay(40, 0.2), 'seed 3': decay(60, 0.05) },
        { title: 'Seeds' },
      ),
    'long names': () =>
      plotHistory(Object.fromEntries(longNames.map((name, i) => [name, decay(20, 0.05 * (i + 1))])), {
        title: `${long} ${long}`,
        yLabel: long,
        xLabel: `${long} ${long}`,
      }),
    fifty: () =>
      plotHistory(
        Object.fromEntries(
          list(50, (i) => i).map((i) => [`learning rate ${i / 100}`, decay(20, 0.01 * (i + 1))]),
        ),
      ),
    'one epoch': () => plotHistory({ loss: [0.5], validationLoss: [0.7] }),
    'no epoch': () => plotHistory({ loss: [] }),
    diverged: () =>
      plotHistory(
        { loss: [2.3, 40, 1e5, 1e19, 3e37, Number.POSITIVE_INFINITY, Number.NaN] },
        { logScale: true },
      ),
  },
  lines: {
    tiny: () => plotLines({ tiny: list(20, (i) => i * 1e-12) }, { title: 'Around 1e-12' }),
    huge: () => plotLines({ huge: list(20, (i) => (i - 7) * 1e12) }, { title: 'Around 1e12' }),
    'beyond float32': () => plotLines({ a: [-1e270, 1e270], b: [1e300, -1e308] }),
    denormal: () => plotLines({ a: [5e-324, 1e-310, 0] }),
    'far from 0': () => plotLines({ a: list(20, (i) => 1e12 + i) }, { yLabel: 'bytes' }),
    'nearly equal': () => plotLines({ a: list(20, (i) => 1 + i * 1e-9) }),
    equal: () => plotLines({ a: list(20, () => 3.7) }),
    zeros: () => plotLines({ a: [0, 0, 0] }, { logScale: true }),
    gaps: () =>
      plotLines({ a: [1, 2, Number.NaN, 4, Number.NaN, 6, 5, Number.NaN], b: [2, 2, 2, 2, 2, 2, 2, 2] }),
    'nothing finite': () => plotLines({ a: [Number.NaN, Number.POSITIVE_INFINITY] }),
    none: () => plotLines({}),
    point: () => plotLines({ a: { x: [1e-12], y: [1e12] } }),
    places: () =>
      plotLines({ far: { x: list(50, (i) => 1.6e12 + 864e5 * i), y: list(50, noise) } }, { xLabel: 'time' }),
    logarithmic: () =>
      plotLines({ a: list(50, (i) => 10 ** (i / 2 - 12)) }, { logScale: true, yLabel: 'seconds' }),
    'within a decade': () => plotLines({ a: [2.1, 2.2, 2.5, 3] }, { logScale: true }),
    long: () => plotLines({ noise: list(100_000, noise) }, { title: 'A hundred thousand values' }),
    markup: () =>
      plotLines({ '<a href="x">&amp;\'': [1, 2], 'b\u0000\ud800\n c': [2, 1] }, { title: '</text><script>' }),
    scripts: () =>
      plotLines({ 学習損失: [1, 2], 'перплексия на проверке': [2, 3], '🙂🙃': [3, 4] }, { title: '損失 🙂' }),
    'least size': () =>
      plotLines(
        { a: list(9, noise), [long]: list(9, (i) => i) },
        { width: 200, height: 150, title: long, xLabel: long, yLabel: long },
      ),
    large: () => plotLines({ a: list(9, noise) }, { width: 1600, height: 900, title: 'Large' }),
  },
  confusion: {
    ordinary: () => plotConfusionMatrix(matrix(10), { title: 'Digits' }),
    'one class': () => plotConfusionMatrix(matrix(1)),
    two: () =>
      plotConfusionMatrix(
        {
          classNames: ['no', 'yes'],
          counts: [
            [990, 10],
            [3, 7],
          ],
        },
        { width: 420 },
      ),
    fifty: () => plotConfusionMatrix({ ...matrix(50), classNames: names(50) }, { title: 'Fifty classes' }),
    hundred: () => plotConfusionMatrix(matrix(120)),
    'long names': () => plotConfusionMatrix({ ...matrix(6), classNames: longNames }, { title: long }),
    'one long name': () => plotConfusionMatrix({ ...matrix(6), classNames: [long, ...names(5)] }),
    'fifty long names': () =>
      plotConfusionMatrix({ ...matrix(50), classNames: names(50).map((name) => `${name}, ${long}`) }),
    huge: () => plotConfusionMatrix(matrix(8, 123_456_789_012)),
    zeros: () =>
      plotConfusionMatrix({
        classNames: ['a', 'b'],
        counts: [
          [0, 0],
          [0, 0],
        ],
      }),
    none: () => plotConfusionMatrix({ classNames: [], counts: [] }),
    flat: () => plotConfusionMatrix(matrix(4), { width: 640, height: 260 }),
    'least size': () =>
      plotConfusionMatrix({ ...matrix(6), classNames: longNames }, { width: 200, height: 150, title: long }),
  },
  residuals: {
    ordinary: () => plotResiduals(actual, predicted, { title: 'Predicted and actual' }),
    residual: () => plotResiduals(actual, predicted, { kind: 'residual', title: 'Residuals' }),
    many: () =>
      plotResiduals(
        list(20_000, (i) => i / 100 + 20 * noise(i)),
        list(20_000, (i) => i / 100),
      ),
    huge: () =>
      plotResiduals(
        actual.map((v) => v * 1e12),
        predicted.map((v) => v * 1e12),
      ),
    tiny: () =>
      plotResiduals(
        actual.map((v) => v * 1e-12),
        predicted.map((v) => v * 1e-12),
        { kind: 'residual' },
      ),
    'house prices': () =>
      plotResiduals(
        actual.map((v) => 500_000 + v * 1000),
        predicted.map((v) => 500_000 + v * 1000),
        { xLabel: 'price in euros', yLabel: 'predicted price in euros' },
      ),
    'not finite': () => plotResiduals([1, 2, Number.NaN, 4], [1, Number.POSITIVE_INFINITY, 3, 4.5]),
    point: () => plotResiduals([5], [5]),
    exact: () => plotResiduals([1, 2, 3], [1, 2, 3], { kind: 'residual' }),
    none: () => plotResiduals([], []),
  },
  images: {
    ordinary: () =>
      plotImages(pixels.subarray(0, 30 * 64), {
        labels: labels.subarray(0, 30),
        predicted: labels.slice(0, 30).map((label, i) => (i % 7 === 3 ? (label + 3) % 10 : label)),
        title: 'Digits and what the network read',
      }),
    plain: () => plotImages(pixels.subarray(0, 12 * 64), { imageWidth: 8 }),
    labelled: () =>
      plotImages(pixels.subarray(0, 25 * 64), { labels: labels.subarray(0, 25), columns: 5, width: 300 }),
    'long names': () =>
      plotImages(pixels.subarray(0, 8 * 64), {
        labels: labels.subarray(0, 8),
        predicted: labels.slice(0, 8).map((label, i) => (i % 3 ? label : 9 - label)),
        classNames: list(10, (i) => i).map((i) => `${i} ${long}`),
      }),
    one: () => plotImages(pixels.subarray(0, 64), { labels: [0], predicted: [1] }),
    oblong: () =>
      plotImages(
        list(6 * 12, (i) => i % 12),
        { imageWidth: 6, imageHeight: 2, columns: 3 },
      ),
    hundred: () => plotImages(pixels.subarray(0, 120 * 64), { labels: labels.subarray(0, 120), columns: 20 }),
    'fixed height': () =>
      plotImages(pixels.subarray(0, 40 * 64), { height: 200, imageHeight: 8, title: 'In a fixed height' }),
    huge: () => plotImages([0, 1e308, -1e308, Number.NaN], { imageWidth: 2 }),
    none: () => plotImages([]),
  },
  weights: {
    ordinary: () =>
      plotWeights(
        list(64 * 16, (i) => Math.sin((i % 16) + Math.floor(i / 16) / 6) / 8),
        { units: 16, title: 'First layer' },
      ),
    fifty: () =>
      plotWeights(
        list(784 * 50, (i) => noise(i)),
        { units: 50 },
      ),
    one: () =>
      plotWeights(
        list(64, (i) => i - 20),
        { units: 1 },
      ),
    tiny: () =>
      plotWeights(
        list(4 * 3, (i) => 1e-12 * noise(i)),
        { units: 3 },
      ),
    huge: () =>
      plotWeights(
        list(4 * 3, (i) => 1e12 * noise(i)),
        { units: 3, scale: 'unit' },
      ),
    zeros: () =>
      plotWeights(
        list(4 * 3, () => 0),
        { units: 3 },
      ),
    gaps: () => plotWeights([Number.NaN, 1, -1, 0.5], { units: 1 }),
    none: () => plotWeights([], { units: 3 }),
  },
  activations: {
    sigmoid: () => plotActivations('sigmoid', { title: 'σ and its derivative' }),
    relu: () => plotActivations(['relu', 'leakyRelu']),
    all: () =>
      plotActivations(
        [
          'linear',
          'sigmoid',
          'tanh',
          'relu',
          'leakyRelu',
          'elu',
          'selu',
          'gelu',
          'silu',
          'softplus',
          'softsign',
        ],
        { title: 'Activation functions', width: 860 },
      ),
    own: () => plotActivations({ [long]: wide(Math.sin), cube: wide((z) => z ** 3) }, { range: [-1e3, 1e3] }),
    huge: () =>
      plotActivations({ exp: wide(Math.exp), reciprocal: wide((z) => 1 / z) }, { range: [-800, 800] }),
    none: () => plotActivations([]),
  },
  decision: {
    ordinary: () => plotDecisionSurface(saddle, { x: corners, y: [0, 1, 1, 0], title: 'Exclusive or' }),
    rings: () => plotDecisionSurface(ring, { x: points, y: rings, classNames: ['inner', 'middle', 'outer'] }),
    'long names': () =>
      plotDecisionSurface(ring, {
        x: points,
        y: rings,
        classNames: longNames,
        title: long,
        xLabel: long,
        yLabel: long,
      }),
    fifty: () =>
      plotDecisionSurface(
        grid((a) => list(50, (c) => (Math.floor(a * 50) === c ? 1 : 0))),
        { title: 'Fifty classes' },
      ),
    'no points': () => plotDecisionSurface(saddle),
    point: () => plotDecisionSurface(saddle, { x: [0.2, 0.3], y: [1] }),
    huge: () =>
      plotDecisionSurface(
        grid((a, b) => [1e12 * (a - b)]),
        { x: [-1e12, 1e12, 1e12, -1e12], threshold: 0 },
      ),
    tiny: () =>
      plotDecisionSurface(
        grid((a, b) => [a * b]),
        { xRange: [-1e-12, 1e-12], yRange: [0, 1e-12] },
      ),
    constant: () => plotDecisionSurface(grid(() => [0.5])),
    'not finite': () => plotDecisionSurface(grid((a) => [a > 0.5 ? Number.NaN : a])),
    'not finite in one class': () => plotDecisionSurface(grid((a) => [a, a > 0.5 ? Number.NaN : 0.2])),
  },
  roc: {
    ordinary: () => plotRocCurve(positives, scores, { title: 'ROC' }),
    several: () => plotRocCurve(positives, { network: scores, chance: list(200, noise), [long]: positives }),
    'one class': () => plotRocCurve([1, 1], [0.2, 0.3]),
    none: () => plotRocCurve([], []),
  },
}
