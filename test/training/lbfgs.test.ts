// L-BFGS apart from networks, on functions whose minima are known, in float64.

import { describe, expect, it } from 'vitest'
import { runNow, type Slices } from '../../src/base/pace.ts'
import { Lbfgs, type LbfgsSettings, type PairsState, type Problem } from '../../src/training/lbfgs.ts'
import { strongWolfe, type Trial } from '../../src/training/line-search.ts'

type Function = (x: Float64Array, gradient: Float64Array) => number

/** Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², 0 at (1, 1, …). */
const rosenbrock: Function = (x, gradient) => {
  gradient.fill(0)
  let value = 0
  for (let i = 0; i + 1 < x.length; ++i) {
    const [a, b] = [x[i + 1] - x[i] ** 2, 1 - x[i]]
    value += 100 * a * a + b * b
    gradient[i] += -400 * a * x[i] - 2 * b
    gradient[i + 1] += 200 * a
  }
  return value
}

/** ½ Σ i (xᵢ − i)². */
const bowl: Function = (x, gradient) => {
  let value = 0
  for (let i = 0; i < x.length; ++i) {
    gradient[i] = (i + 1) * (x[i] - i)
    value += 0.5 * (i + 1) * (x[i] - i) ** 2
  }
  return value
}

const settings: LbfgsSettings = {
  memory: 10,
  tolerance: 1e-9,
  functionTolerance: 0,
  maxLineSearch: 20,
  noise: 0,
}

function problemOf(f: Function, x: Float64Array, memory = 10) {
  const problem = {
    x,
    pairs: new Float64Array(2 * memory * x.length),
    evaluations: 0,
    *evaluate(gradient: Float64Array): Slices<number> {
      problem.evaluations += 1
      yield
      return f(x, gradient)
    },
  }
  return problem satisfies Problem
}

/** Steps to convergence, at most `most` of them. */
function minimize(problem: Problem, more: Partial<LbfgsSettings> = {}, most = 500, pairs?: PairsState) {
  const lbfgs = new Lbfgs(problem, { ...settings, ...more }, pairs)
  runNow(lbfgs.begin())
  const [values, steps] = [[lbfgs.value], [] as number[]]
  while (!lbfgs.hasConverged && steps.length < most) {
    const step = runNow(lbfgs.step(1))
    if (step === undefined) break
    steps.push(step)
    values.push(lbfgs.value)
  }
  return { lbfgs, values, steps }
}

const start = (n: number) => Float64Array.from({ length: n }, (_, i) => (i % 2 ? 1 : -1.2))

describe('L-BFGS', () => {
  it.each([2, 4, 20, 101])('finds the minimum of the Rosenbrock function of %i variables', (n) => {
    const problem = problemOf(rosenbrock, start(n))
    const { lbfgs, values } = minimize(problem, {}, 2000)
    expect(lbfgs.hasConverged).toBe(true)
    // In four and more variables there is another minimum, near (−1, 1, …).
    const nearest = n >= 4 && problem.x[0] < 0 ? 'other' : 'global'
    if (nearest === 'global') for (const v of problem.x) expect(Math.abs(v - 1)).toBeLessThan(1e-7)
    const gradient = new Float64Array(n)
    rosenbrock(problem.x, gradient)
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-9)
    for (let i = 1; i < values.length; ++i) expect(values[i]).toBeLessThan(values[i - 1])
    // SciPy's L-BFGS-B (1.17) takes 46 evaluations for two variables, and 176 for 20.
    if (n === 2) expect(problem.evaluations).toBeLessThan(60)
    if (n === 20) expect(problem.evaluations).toBeLessThan(230)
  })

  it('is superlinear where plain gradients would crawl', () => {
    const problem = problemOf(bowl, new Float64Array(30))
    const { steps } = minimize(problem)
    problem.x.forEach((v, i) => {
      expect(v).toBeCloseTo(i, 9)
    })
    // With a condition of 30, gradient descent takes some 15 · ln(10⁹ · 30) = 360 steps.
    expect(steps.length).toBeLessThan(60)
  })

  it.each([1, 3])('needs a memory of no more than %i', (memory) => {
    const problem = problemOf(rosenbrock, start(2), memory)
    minimize(problem, { memory })
    expect([...problem.x].map((v) => Math.abs(v - 1)).every((v) => v < 1e-6)).toBe(true)
  })

  it('takes exactly the steps of the dense BFGS matrix while it remembers all pairs', () => {
    // H of Nocedal and Wright 6.17, from γ I of 7.20 and all pairs.
    const n = 5
    const problem = problemOf(rosenbrock, start(n))
    const lbfgs = new Lbfgs(problem, settings)
    runNow(lbfgs.begin())
    const pairs: { s: number[]; y: number[] }[] = []
    const dotOf = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0)
    const gradientAt = (x: Float64Array) => {
      const gradient = new Float64Array(n)
      rosenbrock(x, gradient)
      return [...gradient]
    }
    for (let step = 0; step < 8; ++step) {
      const [x, g] = [[...problem.x], gradientAt(problem.x)]
      const last = pairs.at(-1)
      const gamma = last ? dotOf(last.s, last.y) / dotOf(last.y, last.y) : 1
      let h = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? gamma : 0)))
      for (const { s, y } of pairs) {
        const rho = 1 / dotOf(s, y)
        const v = y.map((yi, i) => s.map((sj, j) => (i === j ? 1 : 0) - rho * yi * sj))
        const times = (a: number[][], b: number[][]) =>
          a.map((row) => b[0].map((_, j) => row.reduce((sum, w, k) => sum + w * b[k][j], 0)))
        const vT = v[0].map((_, j) => v.map((row) => row[j]))
        h = times(times(vT, h), v).map((row, i) => row.map((w, j) => w + rho * s[i] * s[j]))
      }
      const direction = h.map((row) => -dotOf(row, g))
      const length = runNow(lbfgs.step(1))!
      const s = [...problem.x].map((v, i) => v - x[i])
      s.forEach((v, i) => {
        expect(v).toBeCloseTo(length * direction[i], 10)
      })
      pairs.push({ s, y: gradientAt(problem.x).map((v, i) => v - g[i]) })
    }
  })

  it('goes on from its pairs as if it had not stopped', () => {
    const [whole, parts] = [problemOf(rosenbrock, start(6), 3), problemOf(rosenbrock, start(6), 3)]
    minimize(whole, { memory: 3 }, 11)
    let pairs: PairsState | undefined
    for (const steps of [1, 2, 4, 4]) pairs = minimize(parts, { memory: 3 }, steps, pairs).lbfgs.pairs
    expect(parts.x).toEqual(whole.x)
    expect(parts.pairs).toEqual(whole.pairs)
  })

  it('stops by the function where that is asked for, as SciPy does', () => {
    const { lbfgs, values } = minimize(problemOf(rosenbrock, start(2)), {
      functionTolerance: 1e-3,
      tolerance: 0,
    })
    expect(lbfgs.hasConverged).toBe(true)
    const gains = values.slice(1).map((v, i) => (values[i] - v) / Math.max(values[i], v, 1))
    expect(gains.pop()).toBeLessThanOrEqual(1e-3)
    for (const gain of gains) expect(gain).toBeGreaterThan(1e-3)
  })

  it('has converged at once where it begins at the minimum', () => {
    const { steps, lbfgs } = minimize(problemOf(rosenbrock, new Float64Array(3).fill(1)))
    expect([steps.length, lbfgs.hasConverged]).toEqual([0, true])
  })

  it('finds no step where the function rises both ways, or the gradient is wrong', () => {
    const kink: Function = (x, gradient) => {
      gradient[0] = 1
      return Math.abs(x[0])
    }
    const problem = problemOf(kink, Float64Array.of(0))
    expect(minimize(problem, { tolerance: 0 }).steps).toEqual([])
    // Once along −g: no pairs were known that a second search could do without.
    expect(problem.evaluations).toBe(1 + 20)
  })

  it('tries −g where pairs mislead it', () => {
    const problem = problemOf(bowl, new Float64Array(3))
    // s = y = a huge step along the first variable only makes the first search fail: H g is far too long.
    problem.pairs.set([1e150, 0, 0, 1e-150, 0, 0])
    const { lbfgs } = minimize(problem, {}, 200, { count: 1, next: 1 })
    expect(lbfgs.hasConverged).toBe(true)
    expect(problem.x[2]).toBeCloseTo(2, 9)
  })

  it('keeps off where the function is not finite', () => {
    // −ln(x) + x is infinite or no number for x ≤ 0.
    const barrier: Function = (x, gradient) => {
      gradient[0] = 1 - 1 / x[0]
      return x[0] - Math.log(x[0])
    }
    for (const from of [1e-3, 0.1, 30]) {
      const problem = problemOf(barrier, Float64Array.of(from))
      minimize(problem)
      expect(problem.x[0]).toBeCloseTo(1, 8)
    }
  })
})

describe('the strong Wolfe line search', () => {
  const lines: Record<string, (t: number) => readonly [value: number, slope: number]> = {
    // Moré and Thuente (1994), functions 1 to 3.
    rational: (t) => [-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2],
    steep: (t) => [(t + 0.004) ** 5 - 2 * (t + 0.004) ** 4, 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3],
    wavy: (t) => [t * t - 3 * t + Math.sin(6 * t) / 10, 2 * t - 3 + 0.6 * Math.cos(6 * t)],
    cliff: (t) => (t < 2 ? [(t - 1) ** 2, 2 * (t - 1)] : [Number.POSITIVE_INFINITY, Number.NaN]),
  }

  const search = (line: string, first: number, more = {}) => {
    const tried: number[] = []
    function* evaluate(step: number): Slices<Omit<Trial, 'step'>> {
      tried.push(step)
      yield
      const [value, slope] = lines[line](step)
      return { value, slope }
    }
    const [value, slope] = lines[line](0)
    const given = { decrease: 1e-4, curvature: 0.9, most: 20, noise: 0, ...more }
    return {
      found: runNow(strongWolfe(evaluate, { step: 0, value, slope }, first, given)),
      tried,
      value,
      slope,
    }
  }

  const cases = Object.keys(lines).flatMap((line) =>
    [1e-3, 0.1, 1, 10, 1000].map((first) => [line, first] as const),
  )
  it.each(cases)('%s from %f: a step that meets both conditions, the last one tried', (line, first) => {
    // 0.1 of the first slope of `steep`, 5e-7, is met by steps whose values are equal but for rounding.
    for (const curvature of line === 'steep' ? [0.9] : [0.9, 0.1]) {
      const { found, tried, value, slope } = search(line, first, { curvature })
      const [at, slopeAt] = lines[line](found!.step)
      expect(found).toEqual({ step: tried.at(-1), value: at, slope: slopeAt })
      expect(at).toBeLessThanOrEqual(value + 1e-4 * found!.step * slope)
      expect(Math.abs(slopeAt)).toBeLessThanOrEqual(curvature * Math.abs(slope))
    }
  })

  it('takes the cubic through both ends: a cubic is minimized at the second trial', () => {
    lines.cubic = (t) => [t ** 3 - 3 * t, 3 * t * t - 3]
    expect(search('cubic', 1.9, { curvature: 0.01 }).tried[1]).toBeCloseTo(1, 12)
    expect(search('cubic', 0.5, { curvature: 0.01 }).tried[1]).toBeCloseTo(1, 12)
  })

  it('gives the best of its trials where they are too few for both', () => {
    const { found, tried } = search('wavy', 1e-3, { curvature: 1e-9, most: 4 })
    expect(tried).toHaveLength(5)
    expect(found!.step).toBe(tried[4])
    expect(found!.value).toBe(Math.min(...tried.map((t) => lines.wavy(t)[0])))
    expect(search('cliff', 1e9, { most: 3 }).found).toBeUndefined()
  })

  it('goes by the slope where values differ by rounding alone', () => {
    lines.rounded = (t) => [t > 0 ? 1 + 1e-9 : 1, t - 1]
    expect(search('rounded', 0.5).found).toBeUndefined()
    expect(search('rounded', 0.5, { noise: 1e-8 }).found!.step).toBe(0.5)
  })
})
