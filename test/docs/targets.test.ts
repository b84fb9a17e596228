// The snippets of docs/targets.md run, and print what their comments say.

import { describe, expect, it } from 'vitest'
import { run, snippetsOf } from '../helpers/snippets.ts'

describe('docs/targets.md', () => {
  const [classes, parts, labels] = snippetsOf('targets.md')

  it('trains on names of classes', async () => {
    const [[names], [indices], [named], [matrix]] = await run(classes)
    expect(names).toEqual(['cat', 'dog', 'mouse'])
    expect(indices).toEqual(Int32Array.of(2, 1))
    expect(named).toEqual(['mouse', 'dog'])
    for (const name of ['cat', 'dog', 'mouse']) expect(matrix).toMatch(new RegExp(`^ *${name} .*30`, 'm'))
  })

  it('trains on names in parts', async () => {
    expect(await run(parts)).toEqual([[['ham', 'spam']]])
  })

  it('trains on lists of labels', async () => {
    expect(await run(labels)).toEqual([
      [['red', 'round']],
      [Int32Array.of(0, 0, 0, 1, 1, 0, 1, 1)],
      [[[], ['round'], ['red'], ['red', 'round']]],
    ])
  })
})
