// Makes src/datasets/digits-data.ts from the CSV of the 8×8 digits (64 columns of pixels 0-16, then the digit):
//
//   npx tsx scripts/pack-digits.ts ../shared/data/digits.csv

import { readFileSync, writeFileSync } from 'node:fs'
import { digitModels, pixelContext } from '../src/datasets/digits.ts'
import { type LevelModel, RangeInterval } from '../src/datasets/levels.ts'

const lines = readFileSync(process.argv[2], 'utf8').trim().split('\n').slice(1)
const bytes: number[] = []
const interval = new RangeInterval()

function write(model: LevelModel, context: number, value: number): void {
  const total = model.below(context, model.levels)
  interval.narrow(model.below(context, value), model.count(context, value), total)
  interval.renormalize((byte) => bytes.push(byte))
  model.learn(context, value)
}

const { pixels, labels } = digitModels()
for (const line of lines) {
  const cells = line.split(',').map(Number)
  for (let p = 0; p < 64; ++p) write(pixels, pixelContext(cells, 0, p), cells[p])
  write(labels, 0, cells[64])
}
for (let shift = 24; shift >= 0; shift -= 8) bytes.push((interval.low >>> shift) & 0xff)

const text = Buffer.from(bytes).toString('base64')
const target = new URL('../src/datasets/digits-data.ts', import.meta.url)
// The licence asks for the source to be named: with the exclamation mark bundlers keep the comment.
writeFileSync(
  target,
  `/*!
 * The 8×8 digits: "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI Machine Learning
 * Repository, 1998, https://doi.org/10.24432/C50P49, licensed under CC BY 4.0
 * (https://creativecommons.org/licenses/by/4.0/). Its 1,797 test images, pixels and labels unchanged, range-coded by
 * scripts/pack-digits.ts; digits.ts unpacks them.
 */
export const packed: string =
  '${text}'
`,
)
console.log(`${lines.length} digits, ${bytes.length} bytes, ${text.length} characters`)
