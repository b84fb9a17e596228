// Networks that are ill, and their cure.

import { expect } from 'vitest'
import {
  type Data,
  type DiagnosisNote,
  type FitOptions,
  type LayerOptions,
  Network,
  type NetworkOptions,
} from '../../src/index.ts'
import { base, sgd, y1 } from './diagnosis.ts'

export interface Patient {
  readonly options: NetworkOptions
  readonly data: Data
  /** What made the network ill, beside its options. */
  readonly harm?: (net: Network) => void
  /** Trained, before it is looked at. */
  readonly fit?: FitOptions
}

async function examine({ options, data, harm, fit }: Patient) {
  const net = new Network({ seed: 1, ...options } as NetworkOptions)
  harm?.(net)
  if (fit) await net.fit(data, { learningRate: fit.learningRate, ...fit })
  return { net, notes: net.diagnose(data) }
}

/** Of these units; a network by its inputs and layers. */
export const deep = (
  inputs: number,
  layers: (number | LayerOptions)[],
  more: Partial<NetworkOptions> = {},
): NetworkOptions => ({ inputs, layers, optimizer: sgd(0.05), ...more }) as NetworkOptions
export const units = (n: number, activation: LayerOptions['activation']): LayerOptions => ({
  units: n,
  activation,
})
export const long: FitOptions = { epochs: 60, batchSize: 16 }
export const regression: Data = { x: base, y: y1 }
export interface Case {
  readonly ill: Patient
  readonly what: DiagnosisNote['what']
  readonly where?: { layer?: number; column?: number }
  /** Of the text. */
  readonly says: RegExp
  /** As the text says. */
  readonly mended: Patient
}

/** The note is there and says so, the same network as it says has none, and learns. */
export async function expectCure(one: Case) {
  const { net, notes } = await examine(one.ill)
  const found = notes.filter(({ what }) => what === one.what)
  expect(found, JSON.stringify(notes)).toHaveLength(1)
  expect(found[0].text).toMatch(one.says)
  expect(found[0]).toMatchObject(one.where ?? {})
  const after = await examine(one.mended)
  expect(after.notes).toEqual([])
  const { x, y } = one.mended.data
  if (one.mended.fit) {
    const untrained = new Network({ seed: 1, ...one.mended.options } as NetworkOptions)
    expect(after.net.loss(x, y)).toBeLessThan(untrained.loss(x, y))
  }
  net.dispose()
}
