// Configurations of Keras 2 and 3 and of tfjs, written out here, and graphs that are none.

import { describe, expect, it, vi } from 'vitest'
import { FormatError, type Network } from '../../src/index.ts'
import { fromKeras } from '../../src/keras/index.ts'
import { attributes, type Tree, writeHdf5 } from '../helpers/hdf5.ts'
import {
  bias,
  both,
  dense,
  expectPredicts,
  input,
  type Json,
  kernel,
  layer,
  read,
  sequential,
  vars,
} from './files.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})

describe('configurations', () => {
  it.each([
    [
      'Keras 2, batch_input_shape in the first layer',
      sequential(dense('a', { batch_input_shape: [null, 2] })),
    ],
    ['Keras 2, an InputLayer', sequential(layer('InputLayer', { batch_input_shape: [null, 2] }), dense('a'))],
    ['Keras 3', sequential(input, dense('a'))],
    [
      'Keras 3, built without an Input',
      { class_name: 'Sequential', config: { layers: [dense('a')], build_input_shape: [null, 2] } },
    ],
    [
      'a list of layers alone',
      { class_name: 'Sequential', config: [dense('a', { batch_input_shape: [null, 2] })] },
    ],
    [
      'an activation as an object',
      sequential(input, dense('a', { activation: { class_name: 'function', config: 'tanh' } })),
    ],
    [
      'an activation as a layer',
      sequential(input, dense('a', { activation: 'linear' }), layer('Activation', { activation: 'tanh' })),
    ],
    [
      'a graph of Keras 2',
      {
        class_name: 'Functional',
        config: {
          layers: [
            { ...input, name: 'in', inbound_nodes: [] },
            { ...dense('a'), name: 'a', inbound_nodes: [[['in', 0, 0, {}]]] },
          ],
          input_layers: [['in', 0, 0]],
          output_layers: [['a', 0, 0]],
        },
      },
    ],
    [
      'a graph of Keras 3, in any order',
      {
        class_name: 'Functional',
        config: {
          layers: [
            {
              ...dense('a'),
              name: 'a',
              inbound_nodes: [
                {
                  args: [{ class_name: '__keras_tensor__', config: { keras_history: ['in', 0, 0] } }],
                  kwargs: {},
                },
              ],
            },
            { ...input, name: 'in', inbound_nodes: [] },
          ],
          input_layers: ['in', 0, 0],
          output_layers: ['a', 0, 0],
        },
      },
    ],
  ])('reads %s', async (_, config) => {
    expectPredicts(await read(config as Json, { dense: both }))
  })

  it('finds parameters by the name of a layer, else by the order of its class', async () => {
    const config = sequential(input, dense('first'), dense('second'))
    const other = vars(
      [
        [2, 2],
        [9, 9, 9, 9],
      ],
      bias,
    )
    const named = (tree: Tree, name: string): Tree => ({
      vars: { ...(tree.vars as Tree), [attributes]: { name: [name] } },
    })
    const first = (net: Network) => Array.from(net.weights(0))
    const byOrder = { dense_7: other, dense: both }
    expect(first(await read(config, byOrder))).toEqual(Array.from(kernel[1]))
    // TensorFlow 2.12 counted each layer twice, and called the group otherwise.
    expect(first(await read(config, byOrder, { root: '_layer_checkpoint_dependencies' }))).toEqual(
      Array.from(kernel[1]),
    )
    expect(
      first(await read(config, { dense: named(other, 'second'), dense_1: named(both, 'first') })),
    ).toEqual(Array.from(kernel[1]))
    await expect(read(config, { dense: both })).rejects.toThrow(
      'Dense "first": expected its parameters in the file, got those of 1 layers of its class for 2',
    )
  })

  it('reads .h5 of TensorFlow, whose names end in :0 and may be in pieces', async () => {
    const config = sequential(input, dense('a', { use_bias: true }))
    const file = writeHdf5({
      model_weights: {
        a: {
          a: {
            'kernel:0': { shape: kernel[0], values: kernel[1] },
            'bias:0': { shape: bias[0], values: bias[1] },
          },
          [attributes]: { weight_names0: ['a/kernel:0'], weight_names1: ['a/bias:0'] },
        },
      },
      [attributes]: { model_config: [JSON.stringify(config)] },
    })
    expectPredicts(await fromKeras(file))
    await expect(fromKeras(writeHdf5({ layers: {} }))).rejects.toThrow(/weights alone/)
  })
})

describe('graphs that are none', () => {
  const node = (name: string, ...from: string[]) => ({
    ...dense(name),
    name,
    inbound_nodes: from.length > 0 ? [from.map((one) => [one, 0, 0, {}])] : [],
  })
  const graph = (layers: unknown[], output = 'b') => ({
    class_name: 'Functional',
    config: {
      layers: [{ ...input, name: 'in', inbound_nodes: [] }, ...layers],
      input_layers: [['in', 0, 0]],
      output_layers: [[output, 0, 0]],
    },
  })

  it.each([
    ['a circle', graph([node('a', 'b'), node('b', 'a')]), /expected a chain of layers, got a circle/],
    ['a layer of itself', graph([node('b', 'b')]), /got a circle/],
    ['an unknown layer', graph([node('b', 'x')]), /expected a layer "x", got none/],
    ['an unknown output', graph([node('a', 'in')], 'x'), /expected a layer "x", got none/],
    [
      'two inputs of a layer',
      graph([node('a', 'in'), node('b', 'in', 'a')]),
      /Dense "b": expected one layer before it, got 2/,
    ],
    [
      'a branch',
      graph([node('a', 'in'), node('b', 'in')]),
      /Dense "a": expected a chain of layers, got one beside it/,
    ],
    [
      'a layer that is called twice',
      graph([{ ...node('b', 'in'), inbound_nodes: [[['in', 0, 0]], [['in', 0, 0]]] }]),
      /used once/,
    ],
    ['no inputs', graph([node('b')]), /expected one layer before it, got 0/],
    ['two layers of a name', graph([node('b', 'in'), node('b', 'in')]), /a name of its own/],
    ['__proto__ as an input', graph([node('b', '__proto__')]), /expected a layer "__proto__", got none/],
  ])('are refused: %s', async (_, config, message) => {
    await expect(read(config as Json, { dense: both, dense_1: both })).rejects.toThrow(message)
    await expect(read(config as Json, { dense: both, dense_1: both })).rejects.toThrow(FormatError)
  })
})
