// The losses of assembly/rows/losses/hinge.ts in plain JavaScript.

import { derive } from '../activation.ts'
import type { Row } from './distance.ts'

export function hingeRow({ floats, out, slope, y, delta, n }: Row, activation: number): number {
  let sum = 0
  for (let j = 0; j < n; ++j) {
    const side = floats[y + j] > 0 ? 1 : -1
    const value = Math.max(1 - side * floats[out + j], 0)
    sum += value
    if (delta) floats[delta + j] = value === 0 ? 0 : -side
  }
  if (delta) derive(floats, activation, slope || out, delta, n)
  return sum
}

export function categoricalHingeRow({ floats, out, slope, y, delta, n }: Row, activation: number): number {
  let own = 0
  let rival = 0
  const scoreOf = (j: number) => (1 - floats[y + j]) * floats[out + j]
  for (let j = 0; j < n; ++j) {
    own += floats[out + j] * floats[y + j]
    if (scoreOf(j) > scoreOf(rival)) rival = j
  }
  const value = Math.max(1 + scoreOf(rival) - own, 0)
  if (delta) {
    for (let j = 0; j < n; ++j) {
      const target = floats[y + j]
      floats[delta + j] = value === 0 ? 0 : (j === rival ? 1 - target : 0) - target
    }
    derive(floats, activation, slope || out, delta, n)
  }
  return value
}
