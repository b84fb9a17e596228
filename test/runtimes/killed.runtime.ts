// A process that is killed 200 times while it trains and saves.

import { expect, it } from 'vitest'
import { trainKilled } from './killed.ts'

it('200 kills leave a whole checkpoint, and the training ends with the same bits', async () => {
  const whole = await trainKilled(60, 0)
  const killed = await trainKilled(60, 200)
  expect(killed.kills).toBe(200)
  expect(killed.resumptions).toBe(200)
  expect(killed.hash).toBe(whole.hash)
}, 600_000)
