// Models as files: JSON or safetensors.

import { FormatError, NablaError, OptionError, shown } from '../base/errors.ts'
import { parseStrictly } from '../base/strict-json.ts'
import { checkPlace, readBytes, removeLeft, replaceFile } from '../files/atomic.ts'
import { toText } from '../formats/json-text.ts'
import { networkToJSON, type SaveOptions, saveSettings } from '../formats/network-json.ts'
import { modelFromJSON, modelToJSON } from '../models/json.ts'
import { type LoadAs, type Loaded, type LoadOptions, loaded, loadSettings } from '../models/loaded.ts'
import type { Model } from '../models/model.ts'
import { fromSafetensors, toSafetensors } from '../models/safetensors.ts'
import { modelSnapshotOf } from '../models/snapshot.ts'
import { Network } from '../network.ts'

function jsonBytes(model: Model | Network, options: SaveOptions): Uint8Array {
  const saved = modelSnapshotOf(model, saveSettings(options).optimizer)
  const json = model instanceof Network ? networkToJSON(saved.network) : modelToJSON(saved)
  return new TextEncoder().encode(toText(json))
}

const writers: Readonly<Record<string, (model: Model | Network, options: SaveOptions) => Uint8Array>> = {
  json: jsonBytes,
  safetensors: toSafetensors,
}

/**
 * Saves a model, or a network alone, under a path that ends in .json or .safetensors. Killed at any moment, it leaves a whole file
 * there, the old one or the new; of several calls in a thread the last one wins. What is saved is the model at the time of the
 * call; while its network trains, that after its last whole epoch. Where the path is a link, the file that it points to is replaced.
 *
 * Rejects with OptionError for another path, one in no folder, or a folder; with BackendError for `{ optimizer: true }` while the
 * network trains, and where there are no files; with the system's error where it cannot write.
 */
export async function saveModel(
  file: string,
  model: Model | Network,
  options: SaveOptions = {},
): Promise<void> {
  const [, extension] = /\.([^./\\]+)$/.exec(`${file}`.toLowerCase()) ?? []
  if (typeof file !== 'string' || extension === undefined || !Object.hasOwn(writers, extension)) {
    throw new OptionError(`file: expected a path that ends in .json or .safetensors, got ${shown(file)}`)
  }
  try {
    await replaceFile(file, writers[extension](model, options), false)
  } catch (error) {
    // The system's error would name the file beside it. Asked afterwards, so that calls keep their order.
    if (!(error instanceof NablaError)) await checkPlace(file, 'file')
    throw error
  }
  await removeLeft(file)
}

// The upper bytes of a length, which no text has.
const isSafetensors = (bytes: Uint8Array): boolean => bytes.length >= 8 && bytes[6] === 0 && bytes[7] === 0

function textOf(bytes: Uint8Array, file: string): string {
  const refuse = (): never => {
    throw new FormatError(`${file}: expected a saved model, JSON or safetensors, got neither`)
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse()
  }
  return text.trimStart().startsWith('{') ? text : refuse()
}

/**
 * Returns the Model, or the Network, that saveModel() or toSafetensors() has saved, or that is the text of its toJSON().
 *
 * options: of the network, in place of the saved ones, as for Network.fromJSON, and `as: 'model'` or `'network'` for which of the two
 * it is to be. Rejects with FormatError for a file that is no saved model or is of a newer major version, and for a model that is
 * asked for as a network; with OptionError where an option is wrong or a function is missing; with the system's error where there
 * is no file.
 */
export async function loadModel<As extends LoadAs | undefined = undefined>(
  file: string,
  options: LoadOptions<As> = {},
): Promise<Loaded<As>> {
  if (typeof file !== 'string') throw new OptionError(`file: expected a path, got ${shown(file)}`)
  const { as, options: own } = loadSettings(options)
  const bytes = await readBytes(file)
  if (isSafetensors(bytes)) return fromSafetensors(bytes, options)
  const json = parseStrictly(textOf(bytes, file), file)
  const kind = (json as { format?: unknown }).format === 'nabla.network' ? 'network' : 'model'
  return loaded(modelFromJSON(json), kind, as as As, own)
}
