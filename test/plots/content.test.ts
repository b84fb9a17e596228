// What the plots draw of the data that they are given.

import { describe, expect, it } from 'vitest'
import { activations as known } from '../../src/model/tables.ts'
import { drawnActivations } from '../../src/plots/activations.ts'
import { contour } from '../../src/plots/contour.ts'
import {
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
import { definitions } from '../helpers/activations.ts'
import { descendants, parseXml, type XmlElement } from '../helpers/xml.ts'

const drawn = (svg: string, name: string): XmlElement[] =>
  descendants(parseXml(svg)).filter((element) => element.name === name)
const texts = (svg: string): string[] => drawn(svg, 'text').map(({ text }) => text)
/** The paths of curves: those with round joins. */
const curves = (svg: string): string[] =>
  drawn(svg, 'path')
    .filter(({ attributes }) => attributes.has('stroke-linejoin'))
    .map(({ attributes }) => attributes.get('d')!)
const pointsOf = (d: string): number[][] =>
  d
    .split(/[ML]/)
    .slice(1)
    .map((pair) => pair.split(' ').map(Number))

describe('plotLines', () => {
  it('draws values where the ticks of their size are', () => {
    const svg = plotLines({ a: [0, 1, 0.4] }, { width: 400, height: 300 })
    const [points] = curves(svg).map(pointsOf)
    const labelAt = (text: string, axis: 'x' | 'y') =>
      Number(
        drawn(svg, 'text')
          .find((one) => one.text === text)!
          .attributes.get(axis),
      )
    expect(points.map(([x]) => x)).toEqual(['1', '2', '3'].map((text) => labelAt(text, 'x')))
    // The middle of a line of 11 pixels lies 0.36 of them above its foot.
    points.forEach(([, y], i) => {
      expect(y).toBeCloseTo(labelAt(['0.0', '1.0', '0.4'][i], 'y') - 3.96, 1)
    })
  })

  it('breaks at gaps and marks what stands alone', () => {
    const svg = plotLines({ a: [1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6, 5] })
    expect(curves(svg).map((d) => d.match(/M/g)!.length)).toEqual([2])
    expect(drawn(svg, 'circle').length).toBe(1)
  })

  it('keeps the peaks of a curve that has more points than pixels', () => {
    const values = Array.from({ length: 200_000 }, (_, i) => (i === 123_456 ? 9 : i === 77_777 ? -9 : i % 2))
    const svg = plotLines({ a: values }, { width: 400 })
    const ys = pointsOf(curves(svg)[0]).map(([, y]) => y)
    expect(ys.length).toBeLessThan(1000)
    const exact = pointsOf(curves(plotLines({ a: [9, -9] }, { width: 400 }))[0]).map(([, y]) => y)
    expect([Math.min(...ys), Math.max(...ys)]).toEqual(exact)
  })

  it('gives 28 curves a pair of colour and dashes each', () => {
    const svg = plotLines(Object.fromEntries(Array.from({ length: 28 }, (_, i) => [`${i}`, [i, i + 1]])))
    const looks = drawn(svg, 'path')
      .filter(({ attributes }) => attributes.has('stroke-linejoin'))
      .map(({ attributes }) => `${attributes.get('stroke')} ${attributes.get('stroke-dasharray')}`)
    expect(new Set(looks).size).toBe(28)
  })
})

describe('plotHistory', () => {
  const history = {
    epochs: 3,
    loss: [3, 2, 1],
    validationLoss: [4, 3, 2],
    accuracy: [0.2, 0.3, 0.5],
    threads: 1,
  }
  it('draws loss and validation loss by epoch', () => {
    const svg = plotHistory(history)
    expect(curves(svg).map((d) => pointsOf(d).length)).toEqual([3, 3])
    expect(texts(svg)).toEqual(expect.arrayContaining(['loss', 'validation loss', 'epoch']))
  })
  it('draws other lists by their names, and a single one without a legend', () => {
    const svg = plotHistory(history, { metrics: ['accuracy'] })
    expect(curves(svg).length).toBe(1)
    expect(texts(svg).filter((text) => text === 'accuracy').length).toBe(1)
  })
  it('draws several histories in a colour each', () => {
    const svg = plotHistory({ one: history, two: { loss: [5, 4] } })
    expect(texts(svg)).toEqual(expect.arrayContaining(['one, loss', 'one, validation loss', 'two']))
  })
})

describe('plotConfusionMatrix', () => {
  const counts = [
    [8, 2],
    [0, 0],
  ]
  it('writes each count and its names on both sides', () => {
    const shown = texts(plotConfusionMatrix({ classNames: ['cat', 'dog'], counts }))
    for (const text of ['8', '2', 'true class', 'predicted class']) expect(shown).toContain(text)
    for (const text of ['0', 'cat', 'dog']) expect(shown.filter((one) => one === text).length).toBe(2)
  })
  it('has square cells where the height is left to it', () => {
    const [cell] = drawn(plotConfusionMatrix({ classNames: ['cat', 'dog'], counts }), 'rect').slice(1)
    const [width, height] = ['width', 'height'].map((name) => Number(cell.attributes.get(name)))
    expect(Math.abs(width - height)).toBeLessThan(1)
  })
})

describe('plotResiduals', () => {
  const spots = (svg: string) =>
    drawn(svg, 'path')
      .filter(({ attributes }) => attributes.get('stroke-linecap') === 'round')
      .flatMap(({ attributes }) => attributes.get('d')!.match(/M/g)!)
  it('draws a dot for each pair and says how many it cannot draw', () => {
    const svg = plotResiduals([1, 2, 3, Number.NaN], [1.5, 2, Number.POSITIVE_INFINITY, 4])
    expect(spots(svg).length).toBe(2)
    expect(texts(svg)).toContain('2 not drawn: not finite')
    expect(texts(plotResiduals([1], [1])).join()).not.toContain('not drawn')
  })
  it('draws what is more than predicted above the line', () => {
    const svg = plotResiduals([3], [1], { kind: 'residual' })
    const line = drawn(svg, 'path').find(
      ({ attributes }) => attributes.has('stroke-dasharray') && attributes.get('d')!.includes('L'),
    )!
    const [[, zero]] = pointsOf(line.attributes.get('d')!)
    const [spot] = drawn(svg, 'path').filter(({ attributes }) => attributes.get('stroke-linecap') === 'round')
    expect(Number(spot.attributes.get('d')!.slice(1, -2).split(' ')[1])).toBeLessThan(zero - 50)
  })
  it('draws actual − predicted over predicted, 0 in the middle', () => {
    const svg = plotResiduals([1, 2], [3, 1], { kind: 'residual' })
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['actual − predicted', 'predicted', '−2.0', '0.0', '2.0']),
    )
  })
})

describe('plotImages', () => {
  const images = Array.from({ length: 3 * 4 }, (_, i) => i)
  it('marks the wrong ones, with the true class', () => {
    const svg = plotImages(images, { labels: [0, 1, 2], predicted: [0, 2, 2], classNames: ['a', 'b', 'c'] })
    expect(drawn(svg, 'image').length).toBe(3)
    expect(drawn(svg, 'rect').filter(({ attributes }) => attributes.get('stroke-width') === '3').length).toBe(
      1,
    )
    const shown = texts(svg)
    expect(shown.slice(1)).toEqual(['a', 'c', 'true: b', 'c'])
    const narrow = plotImages(new Float32Array(20 * 4), {
      labels: Array.from({ length: 20 }, () => 3),
      predicted: Array.from({ length: 20 }, () => 4),
      columns: 20,
    })
    expect(texts(narrow).slice(1, 3)).toEqual(['4', '3'])
  })
  it('draws the first ones where there are more', () => {
    expect(drawn(plotImages(images, { imageWidth: 2, count: 2 }), 'image').length).toBe(2)
  })
})

describe('plotWeights', () => {
  it('draws the column of each unit, by one scale or by its own', () => {
    const of = (weights: number[], more = {}) =>
      drawn(plotWeights(weights, { units: 2, ...more }), 'image').map(({ attributes }) =>
        attributes.get('href'),
      )
    // (4 × 2): the second unit has half the weights of the first.
    const weights = [1, 0.5, -1, -0.5, 0, 0, 1, 0.5]
    const [first, second] = of(weights)
    expect(first).not.toBe(second)
    const [own, same] = of(weights, { scale: 'unit' })
    expect([own, same]).toEqual([first, first])
  })
})

describe('plotActivations', () => {
  it('knows every activation of a layer but softmax, and draws its f and f′', () => {
    expect(Object.keys(drawnActivations)).toEqual(Object.keys(known).filter((name) => name !== 'softmax'))
    for (const [name, { f, derivative }] of Object.entries(drawnActivations)) {
      for (const z of [-5, -1, -0.1, 0.1, 1, 5]) {
        expect(f(z), `${name} ${z}`).toBeCloseTo(definitions[name].value(z), 12)
        expect(derivative(z), `${name}' ${z}`).toBeCloseTo(definitions[name].slope(z), 12)
      }
    }
  })
  it('breaks the derivative where it jumps', () => {
    const starts = (name: string) => curves(plotActivations(name)).map((d) => d.match(/M/g)!.length)
    expect(starts('relu')).toEqual([1, 2])
    expect(starts('sigmoid')).toEqual([1, 1])
    const [, jump] = curves(plotActivations('relu')).map((d) =>
      d
        .split('M')
        .slice(1)
        .map((part) => pointsOf(`M${part}`)),
    )
    expect(jump[0].at(-1)![0]).toBe(jump[1][0][0])
  })
})

describe('plotDecisionSurface', () => {
  it('asks for a grid, row by row from the top, and draws its answers', () => {
    let asked: number[] = []
    plotDecisionSurface((x) => [...(asked = [...x])].filter((_, i) => i % 2), {
      xRange: [0, 4],
      yRange: [0, 2],
      resolution: 2,
    })
    expect(asked).toEqual([1, 1.5, 3, 1.5, 1, 0.5, 3, 0.5])
  })
  it('draws examples in the colours of their classes, and none outside', () => {
    const svg = plotDecisionSurface((x) => x, {
      x: [
        [0.5, 0.5],
        [0.2, 0.1],
        [7, 7],
      ],
      y: [0, 0, 0],
      xRange: [0, 1],
      yRange: [0, 1],
    })
    // One is the sample of the legend.
    expect(drawn(svg, 'circle').length).toBe(3)
  })
  it('finds the line where classes part', () => {
    const area = { x: 0, y: 0, width: 30, height: 30 }
    // Columns 0, 1 and 2: the level ¾ lies at 0.75, whose pixels' middles are at 5, 15 and 25.
    const d = contour([0, 1, 2, 0, 1, 2, 0, 1, 2], 3, 0.75, area)
    expect(pointsOf(d)).toEqual([
      [12.5, 5],
      [12.5, 15],
      [12.5, 15],
      [12.5, 25],
    ])
  })
})

describe('plotRocCurve', () => {
  it('draws the steps of the thresholds and the area under them', () => {
    // The example of scikit-learn's roc_auc_score: 0.75.
    const svg = plotRocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    expect(texts(svg)).toContain('area 0.750')
    expect(pointsOf(curves(svg)[0]).length).toBe(5)
    expect(texts(plotRocCurve([0, 1, 0, 1], [1, 1, 1, 1]))).toContain('area 0.500')
    expect(texts(plotRocCurve([0, 1], { up: [1, 2], down: [2, 1] }))).toEqual(
      expect.arrayContaining(['up, area 1.000', 'down, area 0.000']),
    )
  })
})

describe('what cannot be drawn', () => {
  const empty = { classNames: ['a'], counts: [] }
  it.each<[string, () => unknown, string]>([
    [
      'a text',
      () => plotLines({ a: 'abc' as never }),
      'lines["a"]: expected an array of numbers or { x, y }, got "abc"',
    ],
    [
      'a hole',
      () => plotLines({ a: [1, undefined as never] }),
      'lines["a"][1]: expected a number, got undefined',
    ],
    [
      'x without y',
      () => plotLines({ a: { x: [1], y: [1, 2] } }),
      'lines["a"].x: expected 2 values, one for each of y, got 1',
    ],
    ['an unknown option', () => plotLines({}, { colour: 1 } as never), 'options: expected options among'],
    [
      'a size',
      () => plotLines({}, { width: 20 }),
      'options.width: expected a whole number from 200 to 10000, got 20',
    ],
    [
      'no history',
      () => plotHistory({ a: 5 as never }),
      'history["a"]: expected a history, with a list `loss`, got 5',
    ],
    [
      'an absent metric',
      () => plotHistory({ loss: [1] }, { metrics: ['auc'] }),
      'options.metrics: expected lists of history (loss), got "auc"',
    ],
    [
      'absent rows',
      () => plotConfusionMatrix(empty),
      'confusion.counts: expected 1 values, a row for each class, got 0',
    ],
    [
      'a negative count',
      () => plotConfusionMatrix({ ...empty, counts: [[-1]] }),
      'confusion.counts[0][0]: expected a count of at least 0, got -1',
    ],
    ['pairs', () => plotResiduals([1], []), 'predicted: expected 1 values, one for each of actual, got 0'],
    [
      'images that are no squares',
      () => plotImages([1, 2, 3], { labels: [1] }),
      'options.imageWidth: expected the width of an image, as 3 pixels are no square',
    ],
    [
      'a part of an image',
      () => plotImages([1, 2, 3], { imageWidth: 2 }),
      'images: expected whole images of 4 pixels, got 3 values',
    ],
    [
      'ragged weights',
      () => plotWeights([1, 2, 3], { units: 2 }),
      'weights: expected rows of 2 values, one a unit, got 3',
    ],
    ['softmax', () => plotActivations('softmax'), 'activations: expected names among linear, sigmoid'],
    ['toString', () => plotActivations(['toString']), 'activations: expected names among linear, sigmoid'],
    [
      'half an activation',
      () => plotActivations({ a: { f: Math.sin } as never }),
      'activations["a"]: expected { f, derivative }, two functions',
    ],
    [
      'too few outputs',
      () => plotDecisionSurface(() => [1]),
      'predict(x): expected one or more outputs for each of 10000 rows, got 1',
    ],
    [
      'rows of three',
      () => plotDecisionSurface((x) => x, { x: [[1, 2, 3]] }),
      'options.x[0]: expected 2 values, the two inputs, got 3',
    ],
    ['labels of three classes', () => plotRocCurve([2], [1]), 'labels[0]: expected 0 or 1, got 2'],
    ['a score of NaN', () => plotRocCurve([1], [Number.NaN]), 'scores[0]: expected a number, got NaN'],
  ])('is named: %s', (_, draw, message) => {
    expect(draw).toThrow(message)
  })
})
