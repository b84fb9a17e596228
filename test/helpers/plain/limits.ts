// What bounds a gradient before its step, and the weights after it: docs/regularization.md. Shares no line with nabla.

import type { Noise } from './noise.ts'
import { type PlainGradient, TRAINED } from './pass.ts'

export interface PlainClip {
  readonly value?: number
  readonly norm?: number
  readonly globalNorm?: number
}

const norm = (values: readonly number[], round: Noise): number => {
  let squares = 0
  for (const one of values) squares += one * one
  return round(Math.sqrt(squares), 2 * Math.sqrt(squares))
}

/** Each number, each tensor, or all of them together. */
export function limitGradient(gradient: readonly PlainGradient[], clip: PlainClip, round: Noise): void {
  const tensors = gradient.flatMap((one) => TRAINED.map((which) => one[which]))
  const all = norm(tensors.flat(), round)
  for (const g of tensors) {
    let scale = 1
    if (clip.norm !== undefined) scale = Math.min(1, clip.norm / norm(g, round))
    if (clip.globalNorm !== undefined) scale = Math.min(1, clip.globalNorm / (all + 1e-6))
    for (let i = 0; i < g.length; ++i) {
      if (clip.value !== undefined) g[i] = Math.max(-clip.value, Math.min(clip.value, g[i]))
      else if (scale < 1) g[i] = round(g[i] * scale, g[i] * scale)
    }
  }
}

/** Max-norm: the weights into each unit. weights: row-major (inputs × units). */
export function limitNorms(
  weights: number[],
  inputs: number,
  units: number,
  maxNorm: number,
  round: Noise,
): void {
  if (maxNorm === Number.POSITIVE_INFINITY) return
  for (let j = 0; j < units; ++j) {
    const into = Array.from({ length: inputs }, (_, i) => weights[i * units + j])
    const size = norm(into, round)
    if (size <= maxNorm) continue
    into.forEach((w, i) => {
      weights[i * units + j] = round((w * maxNorm) / size, (w * maxNorm) / size)
    })
  }
}
