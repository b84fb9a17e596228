// The snippets of docs/keras.md and docs/brain.md run, and print what their comments say.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as brain from '../../src/brain/index.ts'
import * as keras from '../../src/keras/index.ts'
import { run, snippetsOf } from '../helpers/snippets.ts'

describe('docs/keras.md', () => {
  it('writes a network for TensorFlow.js and reads it again', async () => {
    const [code] = snippetsOf('keras.md')
    expect(await run(code, { 'nabla/keras': keras })).toEqual([[true]])
  })
})

describe('docs/brain.md', () => {
  it('trains as brain.js does', async () => {
    const [code] = snippetsOf('brain.md')
    const [learnt, answer, same] = (await run(code, { 'nabla/brain': brain })) as unknown[][]
    expect([learnt, Object.keys(answer[0] as object), same]).toEqual([
      [true, true],
      ['black', 'white'],
      [true],
    ])
  })

  it('names methods and properties that a network and CrossValidate have', () => {
    const text = readFileSync(new URL('../../docs/brain.md', import.meta.url), 'utf8')
    const rows = text.split('\n').filter((line) => /^\| `/.test(line))
    const namesIn = (cell: string) => [...cell.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name)
    const first = (row: string) => row.split(' | ')[0]
    const ofNetwork = rows
      .filter((row) => /^\| `(train|trainAsync|run|initialize|validateData)\b/.test(row))
      .flatMap((row) => namesIn(first(row)))
    expect(ofNetwork.length).toBe(28)
    const net = new brain.NeuralNetwork()
    for (const name of ofNetwork) expect(name in net, name).toBe(true)
    const ofFolds = namesIn(rows.find((row) => row.startsWith('| `CrossValidate` '))!).slice(1)
    expect(ofFolds.length).toBe(9)
    const folds = new brain.CrossValidate(() => net)
    for (const name of ofFolds) expect(name in folds || name in brain.CrossValidate, name).toBe(true)
  })

  it('answers by the names of brain.js, and trains', async () => {
    const [, code] = snippetsOf('brain.md')
    const [[answer]] = (await run(code, { 'nabla/brain': brain })) as [[Record<string, number>]]
    expect(Object.keys(answer)).toEqual(['black', 'white'])
    expect(answer.black).toBeCloseTo(0.7, 2)
    expect(answer.white).toBeCloseTo(0.37, 2)
  })
})
