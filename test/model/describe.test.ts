// What is to be seen of a network: printed, as text, as JSON, and where it would be cloned.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { BackendError, Network, type NetworkOptions, type OptimizerOptions } from '../../src/index.ts'

const options = {
  inputs: 784,
  layers: [{ units: 30, activation: 'relu' }, 10],
  loss: 'crossEntropy',
  kernels: 'simd',
} as const
const line = "Network 784-30-10 (relu, softmax; crossEntropy; sgd 0.01; 23,860 parameters; kernels 'simd')"

describe('a printed network', () => {
  it('shows layers, loss, optimizer, parameters and kernels', () => {
    const net = new Network(options)
    expect(inspect(net)).toBe(line)
    expect(`${net}`).toBe(line)
    expect(inspect({ nets: [net] }, { depth: 0 })).toBe('{ nets: [Array] }')
    expect(inspect([net])).toContain(line)
    // What Deno calls.
    const print = (net as unknown as Record<symbol, () => string>)[Symbol.for('Deno.customInspect')]
    expect(print.call(net)).toBe(line)
  })

  it('counts layers that are the same, and leaves out the middle of many', () => {
    expect(`${new Network({ sizes: [1, 2, 3, 2, 1], activation: 'tanh', kernels: 'reference' })}`).toBe(
      "Network 1-2-3-2-1 (tanh ×4; quadratic; sgd 0.01; 24 parameters; kernels 'reference')",
    )
    const deep = new Network({ sizes: Array.from({ length: 12 }, (_, i) => i + 1), kernels: 'reference' })
    expect(`${deep}`).toMatch(/^Network 1-2-3-4-5-…-11-12 \(relu ×10, linear; quadratic; /)
    const mixed = new Network({
      inputs: 1,
      layers: Array.from({ length: 2000 }, (_, l) => ({ units: 1, activation: l % 2 ? 'relu' : 'tanh' })),
      kernels: 'reference',
    })
    expect(`${mixed}`.length).toBeLessThan(200)
    const rolling = { name: 'sgd', momentum: 0.9, nesterov: true } as const
    expect(`${new Network({ sizes: [2, 1], optimizer: rolling })}`).toContain(
      '; sgd 0.01, Nesterov momentum 0.9; ',
    )
    const lineOf = (optimizer: OptimizerOptions) => `${new Network({ sizes: [2, 1], optimizer })}`
    expect(lineOf({ name: 'adamw', weightDecay: 0.05 })).toContain('; adamw 0.001, weight decay 0.05; ')
    expect(lineOf({ name: 'adamw' })).toContain('; adamw 0.001; ')
    expect(lineOf({ name: 'rmsprop', centered: true, rho: 0.9 })).toContain(
      '; rmsprop 0.01, rho 0.9, centered; ',
    )
  })

  it('tells what state it is in', async () => {
    const net = new Network(options)
    const running = net.fit({ x: new Float32Array(784), y: [1] }, { epochs: 3, threads: 1 })
    expect(inspect(net)).toBe(`${line.slice(0, -1)}; training)`)
    await running
    expect(inspect(net)).toBe(line)
    net.dispose()
    expect(inspect(net)).toBe(`${line.slice(0, -1)}; disposed)`)
    expect(() => JSON.stringify(net)).toThrow(BackendError)
  })

  it('is printed too where it is no network', () => {
    const net = new Network(options)
    const revocable = Proxy.revocable(net, {})
    for (const odd of [new Proxy(net, {}), Object.create(net), Network.prototype]) {
      expect(`${odd}`).toBe('Network')
      expect(inspect(odd)).toBe(odd === Network.prototype ? 'NetworkBase {}' : 'Network')
      expect(() => JSON.stringify(odd)).toThrow(BackendError)
    }
    revocable.revoke()
    expect(inspect(revocable.proxy)).toBe('<Revoked Proxy>')
  })
})

describe('JSON of a network', () => {
  it('has its options and its parameters', () => {
    const net = new Network({
      sizes: [2, 3, 1],
      activation: 'sigmoid',
      seed: 7,
      kernels: 'simd',
      threads: 2,
      initializer: ({ fanIn }) => Array.from({ length: fanIn * (fanIn === 2 ? 3 : 1) }, (_, i) => i / 10),
    })
    expect(JSON.parse(JSON.stringify(net))).toEqual({
      format: 'nabla.network',
      version: '1.0',
      options: {
        inputs: 2,
        layers: [
          { units: 3, activation: 'sigmoid', bias: true },
          { units: 1, activation: 'sigmoid', bias: true },
        ],
        loss: 'quadratic',
        optimizer: {
          name: 'sgd',
          learningRate: 0.01,
          momentum: 0,
          dampening: 0,
          nesterov: false,
          weightDecay: 0,
        },
        biasInitializer: 'zeros',
        seed: 7,
      },
      parameters: [
        {
          weights: [
            [0, 0.1, 0.2],
            [0.3, 0.4, 0.5],
          ],
          biases: [0, 0, 0],
        },
        { weights: [[0], [0.1], [0.2]], biases: [0] },
      ],
    })
  })

  it('has the options that make the network anew, as it began', () => {
    for (const given of [
      { ...options, seed: 3, biasInitializer: 'standardNormal' },
      {
        inputs: 3,
        layers: [{ units: 4, bias: false, initializer: 'heNormal' }, 2],
        optimizer: { name: 'sgd', learningRate: 0.3 },
        kernels: 'simd',
      },
    ] satisfies NetworkOptions[]) {
      const net = new Network(given)
      const { options: saved } = JSON.parse(JSON.stringify(net))
      const twin = new Network({ ...saved, kernels: 'simd' })
      net.layers.forEach((_, l) => {
        expect(twin.weights(l)).toEqual(net.weights(l))
        expect(twin.biases(l)).toEqual(net.biases(l))
      })
      expect(`${twin}`).toBe(`${net}`)
    }
    // A saved network is no options.
    expect(() => new Network(new Network(options).toJSON() as never)).toThrow(
      'options: expected options among',
    )
  })

  it('leaves out an initializer that is a function', () => {
    const net = new Network({ sizes: [1, 1], initializer: () => [2] })
    expect(net.toJSON().options.layers).toEqual([{ units: 1, activation: 'linear', bias: true }])
  })
})

describe('a clone of a network', () => {
  const reason =
    /a Network cannot be cloned: send net\.toJSON\(\), or toSafetensors\(net\) of 'nabla\/model', and/
  it('is refused with the reason, where it would be an empty object', () => {
    const net = new Network(options)
    for (const cloned of [net, [net], { net }]) expect(() => structuredClone(cloned)).toThrow(reason)
    const { port1 } = new MessageChannel()
    expect(() => port1.postMessage(net)).toThrow(reason)
    port1.close()
    net.dispose()
    expect(() => structuredClone(net)).toThrow(reason)
  })
})
