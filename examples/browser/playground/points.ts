// Problems of two kinds of points in the square from −1 to 1.

import { randomFrom } from '../digits/random.ts'

export const PROBLEMS = {
  spiral: 'Spiral',
  circles: 'Circles',
  xor: 'XOR',
  moons: 'Moons',
  none: 'Only yours',
} as const

export type Problem = keyof typeof PROBLEMS

export interface LabelledPoint {
  readonly x: number
  readonly y: number
  readonly label: 0 | 1
}

/** A point of the kind, with r from 0 to 1 along it. */
const places: Record<
  Exclude<Problem, 'none'>,
  (label: 0 | 1, r: number, random: () => number) => [number, number]
> = {
  spiral: (label, r) => {
    const angle = 3.4 * Math.PI * Math.sqrt(r) + label * Math.PI
    const radius = 0.06 + 0.84 * Math.sqrt(r)
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  },
  circles: (label, r, random) => {
    const radius = label === 0 ? 0.35 * Math.sqrt(random()) : 0.62 + 0.26 * random()
    return [radius * Math.cos(2 * Math.PI * r), radius * Math.sin(2 * Math.PI * r)]
  },
  xor: (label, r, random) => {
    const [x, y] = [0.08 + 0.8 * random(), 0.08 + 0.8 * random()]
    const side = r < 0.5 ? 1 : -1
    return [side * x, (label === 0 ? side : -side) * y]
  },
  moons: (label, r) => {
    const [x, y] = [Math.cos(Math.PI * r), Math.sin(Math.PI * r)]
    return label === 0 ? [0.6 * x - 0.28, 0.25 - 0.7 * y] : [0.28 - 0.6 * x, 0.7 * y - 0.25]
  },
}

/** The sum of twelve uniform numbers, less its mean: near enough to normal, with deviation 1. */
function normal(random: () => number): number {
  let sum = -6
  for (let i = 0; i < 12; ++i) sum += random()
  return sum
}

/** `count` points, of either kind as many. noise: the deviation of what is added to x and to y. */
export function pointsOf(problem: Problem, count: number, noise: number, seed: number): LabelledPoint[] {
  if (problem === 'none') return []
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, i) => {
    const label = (i % 2) as 0 | 1
    const [x, y] = places[problem](label, random(), random)
    return { x: x + noise * normal(random), y: y + noise * normal(random), label }
  })
}
