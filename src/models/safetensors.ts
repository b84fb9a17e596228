// A model as safetensors, and back: parameters are tensors, all else is JSON in the metadata. docs/formats.md specifies it.

import { type SaveOptions, saveSettings } from '../formats/network-json.ts'
import { tensorsOf } from '../formats/network-tensors.ts'
import { encodeTensors } from '../formats/safetensors.ts'
import { FORMAT_VERSION } from '../formats/version.ts'
import { knownOptions } from '../model/network-settings.ts'
import { Network } from '../network.ts'
import { type LoadAs, type Loaded, type LoadOptions, loaded, loadSettings } from './loaded.ts'
import type { Model } from './model.ts'
import { readModelTensors } from './read-safetensors.ts'
import { modelSnapshotOf } from './snapshot.ts'

/**
 * Returns a model, or a network alone, as a file in the format safetensors: its parameters as tensors with the names and shapes of
 * PyTorch's (units × inputs, the transpose of `net.weights(l)`), and all else in the metadata. While the network trains, it is that
 * after its last whole epoch. Throws OptionError; BackendError for the state of the optimizer while it trains.
 */
export function toSafetensors(model: Model | Network, options: SaveOptions = {}): Uint8Array {
  const { optimizer } = saveSettings(options)
  const { network, features, target } = modelSnapshotOf(model, optimizer)
  const { layers, training } = network
  const units = network.options.layers.map((layer) => layer.units)
  const metadata: [string, unknown][] = [
    ['nabla.network', network.options],
    ['nabla.features', features],
    ['nabla.target', target],
    ['nabla.training', training?.progress],
  ]
  return encodeTensors({
    tensors: new Map([
      ...tensorsOf(layers, units),
      ...(training?.slots ?? []).flatMap((slot, s) => tensorsOf(slot, units, s)),
    ]),
    metadata: new Map([
      // What Python's libraries look for: the tensors are as PyTorch has them.
      ['format', 'pt'],
      ['nabla.version', FORMAT_VERSION],
      ['nabla.kind', model instanceof Network ? 'network' : 'model'],
      ...metadata.flatMap(([key, value]): [string, string][] =>
        value === undefined ? [] : [[key, JSON.stringify(value)]],
      ),
    ]),
  })
}

/**
 * Returns the Model, or the Network, that toSafetensors() was given, to the bit. Tensors of float64, float16 and bfloat16, as Python
 * may have written them anew, are rounded to float32.
 *
 * options: of the network, in place of the saved ones, as for Network.fromJSON, and `as: 'model'` or `'network'` for which of the two
 * it is to be. Throws FormatError for bytes that are no such file, or of a newer major version, and for a model that is asked for as
 * a network; OptionError where an option is wrong, or a function is missing.
 */
export function fromSafetensors<As extends LoadAs | undefined = undefined>(
  bytes: Uint8Array | ArrayBuffer,
  options: LoadOptions<As> = {},
): Loaded<As> {
  const { as, options: own } = loadSettings(options)
  const { kind, ...saved } = readModelTensors(bytes, knownOptions)
  return loaded(saved, kind, as as As, own)
}
