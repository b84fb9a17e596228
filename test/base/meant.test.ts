// What a message says that was meant, of names that users of other libraries write, and of slips of the pen.

import { describe, expect, it } from 'vitest'
import { meant } from '../../src/base/meant.ts'
import { Network, type NetworkOptions } from '../../src/index.ts'

const net = { sizes: [2, 2, 2] }

describe('a name that is none', () => {
  it.each([
    [{ ...net, optimizer: 'Adam' }, "did you mean 'adam'?"],
    [{ ...net, optimizer: { name: 'sgd', learning_rate: 0.1 } }, "did you mean 'learningRate'?"],
    [{ ...net, optimizer: { name: 'sgd', lr: 0.1 } }, "did you mean 'learningRate'?"],
    [{ ...net, optimizer: { name: 'adam', beta_1: 0.1 } }, "did you mean 'beta1'?"],
    [{ ...net, loss: 'mse' }, "did you mean 'quadratic'?"],
    [{ ...net, loss: 'categorical_crossentropy' }, "did you mean 'crossEntropy'?"],
    [{ ...net, loss: 'binary_crossentropy' }, "did you mean 'binaryCrossEntropy'?"],
    [{ ...net, activation: 'LeakyReLU' }, "did you mean 'leakyRelu'?"],
    [{ ...net, activation: 'swish' }, "did you mean 'silu'?"],
    [{ ...net, initializer: 'xavier' }, "did you mean 'glorotUniform'?"],
    [{ ...net, initializer: 'he_normal' }, "did you mean 'heNormal'?"],
    [{ ...net, activations: 'relu' }, "did you mean 'activation'?"],
    [{ ...net, intializer: 'zeros' }, "did you mean 'initializer'?"],
  ])('%j: %s', (options, says) => {
    expect(() => new Network(options as unknown as NetworkOptions)).toThrow(says)
  })

  it.each([
    ['batch_size', 'batchSize'],
    ['BatchSize', 'batchSize'],
    ['validationSplit', 'validation'],
    ['validation_data', 'validation'],
    ['epoch', 'epochs'],
    ['shuffel', 'shuffle'],
    ['earlyStoping', 'earlyStopping'],
    ['callbacks', undefined],
    ['x', undefined],
    ['', undefined],
    ['workers', undefined],
    ['batchSize'.repeat(10_000), undefined],
  ])('%s among the options of fit: %s', async (name, expected) => {
    const data = { x: [[0, 0]], y: [[0, 0]] }
    const error = await new Network({ sizes: [2, 2] }).fit(data, { [name]: 1 }).catch((e: Error) => e.message)
    if (expected) expect(error).toContain(`, did you mean '${expected}'?`)
    else expect(error).not.toContain('did you mean')
  })

  it('is nothing where what came is no text', () => {
    expect(meant(['adam'], 5)).toBe('')
    expect(meant(['adam'], undefined)).toBe('')
  })
})
