// All names in one object: `import brain from 'nabla/brain'`, as many import brain.js.

import { AE, FeedForward, NeuralNetworkGPU, Recurrent, recurrent } from './absent.ts'
import { CrossValidate } from './cross-validate.ts'
import { likely } from './likely.ts'
import { lookup } from './lookup.ts'
import { NeuralNetwork } from './network.ts'

export const brain = {
  ...{ AE, CrossValidate, FeedForward, NeuralNetwork, NeuralNetworkGPU, Recurrent },
  ...{ likely, lookup, recurrent },
}
