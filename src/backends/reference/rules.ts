// The update rules of assembly/rules/ in plain JavaScript; the formulas stand there.

import type { Floats } from '../../base/floats.ts'

/** Changes n parameters at w by their mean gradient at g; slots: from a parameter to its first slot, and between them. */
export type Rule = (floats: Floats, w: number, g: number, n: number, slots: number, scalars: number) => void

export const momentum: Rule = (floats, w, g, n, slots, scalars) => {
  const rate = floats[scalars]
  const mu = floats[scalars + 1]
  const alpha = floats[scalars + 2]
  const beta = floats[scalars + 3]
  const decay = floats[scalars + 4]
  const share = floats[scalars + 5]
  for (let i = 0; i < n; ++i) {
    const at = w + i
    const gradient = floats[g + i] + decay * floats[at]
    const m = mu * floats[at + slots] + share * gradient
    floats[at + slots] = m
    floats[at] -= rate * (alpha * gradient + beta * m)
  }
}

export const sgdDecay: Rule = (floats, w, g, n, _, scalars) => {
  const rate = floats[scalars]
  const decay = floats[scalars + 1]
  for (let i = 0; i < n; ++i) floats[w + i] -= rate * (floats[g + i] + decay * floats[w + i])
}

export const adam: Rule = (floats, w, g, n, slots, scalars) => {
  const rate = floats[scalars]
  const beta1 = floats[scalars + 1]
  const rest1 = floats[scalars + 2]
  const beta2 = floats[scalars + 3]
  const rest2 = floats[scalars + 4]
  const scale = floats[scalars + 5]
  const epsilon = floats[scalars + 6]
  const coupled = floats[scalars + 7]
  const decoupled = rate * floats[scalars + 8]
  for (let i = 0; i < n; ++i) {
    const at = w + i
    const weight = floats[at]
    const gradient = floats[g + i] + coupled * weight
    const m = beta1 * floats[at + slots] + rest1 * gradient
    const v = beta2 * floats[at + 2 * slots] + rest2 * gradient * gradient
    floats[at + slots] = m
    floats[at + 2 * slots] = v
    floats[at] = weight - (rate * m) / (Math.sqrt(v) * scale + epsilon) - decoupled * weight
  }
}

export const nadam: Rule = (floats, w, g, n, slots, scalars) => {
  const rate = floats[scalars]
  const beta1 = floats[scalars + 1]
  const rest1 = floats[scalars + 2]
  const beta2 = floats[scalars + 3]
  const rest2 = floats[scalars + 4]
  const scale = floats[scalars + 5]
  const epsilon = floats[scalars + 6]
  const decay = floats[scalars + 7]
  const alpha = floats[scalars + 8]
  const beta = floats[scalars + 9]
  for (let i = 0; i < n; ++i) {
    const at = w + i
    const gradient = floats[g + i] + decay * floats[at]
    const m = beta1 * floats[at + slots] + rest1 * gradient
    const v = beta2 * floats[at + 2 * slots] + rest2 * gradient * gradient
    floats[at + slots] = m
    floats[at + 2 * slots] = v
    floats[at] -= (rate * (alpha * gradient + beta * m)) / (Math.sqrt(v) * scale + epsilon)
  }
}

export const adagrad: Rule = (floats, w, g, n, slots, scalars) => {
  const rate = floats[scalars]
  const epsilon = floats[scalars + 1]
  const decay = floats[scalars + 2]
  for (let i = 0; i < n; ++i) {
    const at = w + i
    const gradient = floats[g + i] + decay * floats[at]
    const v = floats[at + slots] + gradient * gradient
    floats[at + slots] = v
    floats[at] -= (rate * gradient) / (Math.sqrt(v) + epsilon)
  }
}

export const rmsprop =
  (isCentered: boolean, hasMomentum: boolean): Rule =>
  (floats, w, g, n, slots, scalars) => {
    const rate = floats[scalars]
    const rho = floats[scalars + 1]
    const kappa = floats[scalars + 2]
    const epsilon = floats[scalars + 3]
    const decay = floats[scalars + 4]
    const rest = floats[scalars + 5]
    const mu = floats[scalars + 6]
    const mean = 2 * slots
    const velocity = isCentered ? 3 * slots : 2 * slots
    for (let i = 0; i < n; ++i) {
      const at = w + i
      const gradient = floats[g + i] + decay * floats[at]
      let deviation = gradient
      if (isCentered) {
        deviation -= floats[at + mean]
        floats[at + mean] += rest * deviation
      }
      const v = rho * floats[at + slots] + kappa * deviation * deviation
      floats[at + slots] = v
      let step = gradient / (Math.sqrt(v) + epsilon)
      if (hasMomentum) {
        step += mu * floats[at + velocity]
        floats[at + velocity] = step
      }
      floats[at] -= rate * step
    }
  }

export const lion: Rule = (floats, w, g, n, slots, scalars) => {
  const rate = floats[scalars]
  const beta1 = floats[scalars + 1]
  const rest1 = floats[scalars + 2]
  const beta2 = floats[scalars + 3]
  const rest2 = floats[scalars + 4]
  const decay = floats[scalars + 5]
  for (let i = 0; i < n; ++i) {
    const at = w + i
    const gradient = floats[g + i]
    const m = floats[at + slots]
    const direction = beta1 * m + rest1 * gradient
    floats[at + slots] = beta2 * m + rest2 * gradient
    floats[at] -= rate * (Math.sign(direction) + decay * floats[at])
  }
}
