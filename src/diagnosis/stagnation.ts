// Why a loss hardly falls: data of a size that no learning rate suits, or a rate that is far too low.

import { strideOf } from '../model/optimizer.ts'
import type { Situation } from './causes.ts'
import { type Cause, shortly, sizesOf } from './sizes.ts'
import { type Numbers, numbersOf, roundDown, stableRate } from './stability.ts'

// The bearable rate is an estimate on the low side, and a few epochs at a hundredth of it are slow but sound, above all for steps
// as long as the rate: Adam's usual one is no mistake.
const TOO_LOW = 1000

/** What keeps a training that is stable from learning; none where the problem may simply be hard. */
export function stagnationCauses(situation: Situation): Cause[] {
  const { architecture, x, y, optimizer, learningRate } = situation
  const sizes = sizesOf(architecture, x, y)
  const { suspects, outliers } = sizes
  const found = numbersOf(situation, sizes)
  const mended: Numbers = Object.assign({}, found, ...suspects.map((one) => one.mended))
  const causes = [...outliers, ...suspects.map(({ mended: _, ...cause }): Cause => cause)]
  causes.sort((a, b) => b.factor - a.factor)
  const bearable = stableRate(mended, strideOf(optimizer))
  if (learningRate * TOO_LOW < bearable) {
    const then = causes.length > 0 ? 'then ' : ''
    causes.push({
      what: 'rate',
      factor: bearable / learningRate,
      text: `the learning rate ${shortly(learningRate)} is ${then}too low, where about ${shortly(bearable)} is bearable; try ${shortly(roundDown(bearable))}`,
    })
  }
  return causes
}
