// What test() returns.

import { largest } from '../base/largest.ts'
import type {
  INeuralNetworkBinaryTestResult,
  INeuralNetworkMisclass,
  INeuralNetworkTestResult,
} from './types.ts'

/** A formatted datum and the network's outputs for it. */
interface Answered {
  readonly input: Float32Array
  readonly output: Float32Array
  readonly answer: Float32Array
}

type Counts = Pick<INeuralNetworkBinaryTestResult, 'trueNeg' | 'truePos' | 'falseNeg' | 'falsePos' | 'total'>
type Ratios = Pick<INeuralNetworkBinaryTestResult, 'precision' | 'recall' | 'accuracy'>

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

/** The ratios of the counts; 0 for 0 / 0. */
export const ratiosOf = ({ trueNeg, truePos, falseNeg, falsePos, total }: Counts): Ratios => ({
  precision: ratio(truePos, truePos + falsePos),
  recall: ratio(truePos, truePos + falseNeg),
  accuracy: ratio(trueNeg + truePos, total),
})

/** Index of the largest number, the first if several are equal. */
const indexOfMost = (values: Float32Array): number => values.indexOf(largest(values))

function meanSquare({ output, answer }: Answered): number {
  let sum = 0
  for (let j = 0; j < output.length; ++j) {
    const e = Math.fround(output[j] - answer[j])
    sum += e * e
  }
  return sum / output.length
}

/** For a single output, which counts as 1 above the threshold and as 0 otherwise. */
function binary(data: readonly Answered[], threshold: number, error: number): INeuralNetworkBinaryTestResult {
  let [trueNeg, truePos, falseNeg, falsePos] = [0, 0, 0, 0]
  const misclasses: INeuralNetworkMisclass[] = []
  for (const { input, output, answer } of data) {
    const actual = answer[0] > threshold ? 1 : 0
    const expected = output[0]
    if (actual !== expected) misclasses.push({ input, output, actual, expected })
    if (actual === 0 && expected === 0) ++trueNeg
    else if (actual === 1 && expected === 1) ++truePos
    else if (actual === 0 && expected === 1) ++falseNeg
    else if (actual === 1 && expected === 0) ++falsePos
  }
  const counts = { total: data.length, trueNeg, truePos, falseNeg, falsePos }
  return { error, misclasses, ...counts, ...ratiosOf(counts) }
}

/** The results for at least one datum; binary ones if there is a single output. */
export function testResults(
  data: readonly Answered[],
  binaryThresh: number,
): INeuralNetworkTestResult | INeuralNetworkBinaryTestResult {
  let sum = 0
  for (const one of data) sum += meanSquare(one)
  const error = sum / data.length
  if (data[0].output.length === 1) return binary(data, binaryThresh, error)
  const misclasses: INeuralNetworkMisclass[] = []
  for (const { input, output, answer } of data) {
    const [actual, expected] = [indexOfMost(answer), indexOfMost(output)]
    if (actual !== expected) misclasses.push({ input, output, actual, expected })
  }
  return { error, misclasses, total: data.length }
}
