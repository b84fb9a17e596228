// The snippets of docs/models.md run, and print what their comments say.

import { describe, expect, it } from 'vitest'
import * as models from '../../src/models/index.ts'
import { run, snippetsOf } from '../helpers/snippets.ts'

const modules = { 'nabla/model': models }

describe('docs/models.md', () => {
  const [rows, table] = snippetsOf('models.md')

  it('makes numbers of rows, and predicts a class with its probabilities', async () => {
    const [[names], [prediction]] = await run(rows, modules)
    expect(names).toEqual(['age', 'age missing', 'income', 'plan=basic', 'plan=plus', 'plan=pro', 'student'])
    const { class: best, probabilities } = prediction as models.ClassPrediction
    expect(best).toBe('no')
    expect(probabilities!.no).toBeGreaterThanOrEqual(0.99)
    expect(probabilities!.yes).toBeLessThan(0.01)
  })

  it('divides a table, and reports on the part that it has not seen', async () => {
    const [[report]] = await run(table, modules)
    const [, accuracy, count] = /accuracy +(0\.\d+) +(\d+)/.exec(`${report}`)!
    expect(Number(accuracy)).toBeGreaterThanOrEqual(0.9)
    expect(count).toBe('100')
  })
})
