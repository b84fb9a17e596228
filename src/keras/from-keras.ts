// Reading what Keras saves: .keras, a zip archive of config.json and model.weights.h5, and .h5, which has both in one.

import { bytesOf } from '../base/bytes.ts'
import { checkOptions, integer, optional } from '../base/check.ts'
import { FormatError, shown } from '../base/errors.ts'
import { entry, objectOf, type Plain, parsed, refuse } from '../base/plain.ts'
import type { CommonNetworkOptions } from '../model/options.ts'
import type { Network } from '../network.ts'
import { networkOf } from '../network-snapshot.ts'
import { readHdf5 } from './hdf5/file.ts'
import { legacyFile, weightsFile } from './keras-parameters.ts'
import { convert, tell } from './network.ts'
import { readTopology } from './topology.ts'
import type { Compiled } from './training.ts'
import { isZip, unpacked, type ZipEntry, zipEntries } from './zip.ts'

/** The options of the network in place of what the file says, and a limit. */
export interface KerasOptions extends Partial<CommonNetworkOptions> {
  /** The most bytes that the files of an archive may unpack to, all together. Default 2³⁰. */
  maxBytes?: number
}

/** Throws FormatError for what has no bytes. */
export const givenBytes = (value: unknown, where: string): Uint8Array =>
  bytesOf(value) ?? refuse(where, 'a Uint8Array or an ArrayBuffer', value)

export const splitOptions = (options: KerasOptions) => {
  const { maxBytes, ...network } = options
  return { ...checkOptions({ maxBytes: optional(integer(1), 2 ** 30) }, { maxBytes }, 'options'), network }
}

const compiledOf = (json: unknown): Partial<Compiled> => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return {}
  return {
    loss: entry(json as Plain, 'loss'),
    optimizer: entry(json as Plain, 'optimizer', 'optimizer_config'),
  }
}

/** The network in plain data, of the texts and bytes of a .keras file. Throws FormatError. */
export function readKeras(config: string | Uint8Array, weights: Uint8Array) {
  const json = objectOf(parsed(config, 'config.json'), 'config.json')
  const model = readTopology(json)
  return convert(model, weightsFile(readHdf5(weights), model), compiledOf(entry(json, 'compile_config')))
}

/** The same of an .h5 file. Throws FormatError. */
export function readKerasH5(bytes: Uint8Array) {
  const root = readHdf5(bytes)
  const [config] = root.texts('model_config') ?? []
  if (config === undefined) {
    throw new FormatError(
      'model_config: expected a whole model, as model.save() writes it, got a file without: weights alone?',
    )
  }
  const [training] = root.texts('training_config') ?? []
  const compiled = training === undefined ? {} : compiledOf(parsed(training, 'training_config'))
  return convert(readTopology(parsed(config, 'model_config')), legacyFile(root), compiled)
}

async function readArchive(bytes: Uint8Array, maxBytes: number) {
  const entries = zipEntries(bytes)
  const found = (name: string): ZipEntry => {
    const one = entries.get(name)
    if (one) return one
    const names = [...entries.keys()].slice(0, 5).map(shown).join(', ')
    throw new FormatError(`zip: expected ${name} in a .keras file, got ${names || 'no files'}`)
  }
  const config = await unpacked(found('config.json'), maxBytes)
  const weights = await unpacked(found('model.weights.h5'), maxBytes - config.length)
  return readKeras(config, weights)
}

/**
 * Returns the network of a .keras file, or of an .h5 file that has the whole model. What it predicts is what the model predicts in Keras:
 * docs/keras.md has the layers that can be read, and what is said of the others.
 *
 * bytes: the file. options: of the network, in place of what the file says; maxBytes, a limit to what it unpacks to. Throws
 * FormatError, which names the layer; OptionError.
 */
export async function fromKeras(
  bytes: Uint8Array | ArrayBuffer,
  options: KerasOptions = {},
): Promise<Network> {
  const { maxBytes, network } = splitOptions(options)
  const file = givenBytes(bytes, 'bytes')
  const { snapshot, notes } = isZip(file) ? await readArchive(file, maxBytes) : readKerasH5(file)
  const made = networkOf(snapshot, network)
  tell(notes)
  return made
}
