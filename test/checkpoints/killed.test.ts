// A process that is killed while it trains and saves. The other runtimes' suite does it 200 times (.ci/run).

import { expect, it } from 'vitest'
import { thoroughly } from '../helpers/thorough.ts'
import { trainKilled } from '../runtimes/killed.ts'

const KILLS = thoroughly(12, 5)

it('a training that is killed leaves a whole checkpoint, and ends with the same bits', async () => {
  const whole = await trainKilled(5, 0)
  expect(whole.files).toEqual(['net.ckpt', 'net.ckpt.previous'])
  const killed = await trainKilled(5, KILLS)
  expect(killed.kills).toBe(KILLS)
  expect(killed.resumptions).toBe(KILLS)
  expect(killed.hash).toBe(whole.hash)
})
