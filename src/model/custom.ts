// What a network has of the user's own functions, and what it cannot do with them.

import { refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { type Activation, type CustomActivation, isOwn } from './custom-activation.ts'
import type { CustomLossSettings, Loss } from './custom-loss.ts'

/** What a network calls of the user's own. */
interface Calls {
  readonly layers: readonly { readonly activation: Activation }[]
  readonly loss: Loss
}

/** The activations and the loss that are functions of the user's own, each once. */
function customOf({ layers, loss }: Calls): readonly (CustomActivation | CustomLossSettings)[] {
  const own = [...layers.map(({ activation }) => activation), loss].filter((one) => isOwn(one))
  return own.filter((one, i) => own.findIndex(({ name }) => name === one.name) === i)
}

export const isCustom = ({ layers, loss }: Calls): boolean =>
  isOwn(loss) || layers.some(({ activation }) => isOwn(activation))

/** Refuses work for other threads, which cannot call the caller's functions. name: of the option. */
export function refuseThreads(network: Calls, name: string, expected: string, value: unknown): void {
  if (!isCustom(network)) return
  const { name: own } = customOf(network)[0]
  refuse(name, `${expected} with '${own}', a JavaScript function, which other threads cannot call`, value)
}

/** Refuses two activations of one name, of which a checkpoint could not tell which is which. */
export function refuseTwins(layers: readonly { readonly activation: Activation }[]): void {
  const known = new Map<string, { readonly one: CustomActivation; readonly layer: number }>()
  layers.forEach(({ activation: one }, l) => {
    if (!isOwn(one)) return
    const first = known.get(one.name)
    if (!first) known.set(one.name, { one, layer: l })
    else if (first.one.f !== one.f || first.one.derivative !== one.derivative) {
      throw new OptionError(
        `options.layers[${l}].activation.name: expected another name than that of layer ${first.layer}, whose functions are ` +
          `others, got '${one.name}'`,
      )
    }
  })
}
