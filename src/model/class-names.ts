// What the classes of a network are called: the option, and what names and the shape of a network have to do with each other.

import { type Check, isArray, refuse } from '../base/check.ts'
import { OptionError, shown } from '../base/errors.ts'
import type { Architecture } from './architecture.ts'
import { type Activation, nameOf } from './custom-activation.ts'
import { lossRow } from './custom-loss.ts'

/** The name of a class or of a label; or false and true, where there are two classes. */
export type ClassName = string | boolean

/** The names in the order of the class indices, each once: strings, or false and true. */
export type ClassNames = readonly ClassName[]

export const BOOLEANS: ClassNames = Object.freeze([false, true])

// More than these are not listed in a message.
const LISTED = 8

/** The names as a message lists them. */
export function namesText(names: Iterable<unknown>): string {
  const all = [...names]
  const listed = all.slice(0, LISTED).map(shown).join(', ')
  return all.length > LISTED ? `${listed} and ${all.length - LISTED} more` : listed
}

/** True where each output is a label of its own, and names are those of labels. */
export const haveLabels = ({ outputs, loss }: Pick<Architecture, 'outputs' | 'loss'>): boolean =>
  outputs > 1 && lossRow(loss).kind === 'labels'

/** What names of classes are for, where a network of this shape predicts a number instead; undefined where it has classes. */
export function numberText({
  outputs,
  loss,
  activation,
}: Pick<Architecture, 'outputs' | 'loss'> & { readonly activation: Activation }): string | undefined {
  if (outputs > 1 || lossRow(loss).kind !== 'values' || activation === 'sigmoid') return undefined
  return (
    `'${nameOf(loss)}' of one ${nameOf(activation)} output is for numbers (two classes take 'sigmoid' or the loss 'binaryCrossEntropy', ` +
    'more an output each)'
  )
}

/** How many names a network of so many outputs has: one output tells two classes apart. */
export const nameCount = (outputs: number): number => (outputs === 1 ? 2 : outputs)

/** "2 names, of class 0 and of class 1", "3 names, one for each output". */
export const countText = (outputs: number): string =>
  outputs === 1 ? '2 names, of class 0 and of class 1' : `${outputs} names, one for each output`

/** A list of names, each once. Throws OptionError. */
export const classNames: Check<ClassNames> = (value, name) => {
  if (!isArray(value) || value.length === 0) return refuse(name, 'an array of names', value)
  if (typeof value[0] === 'boolean') {
    if (value.length === 2 && value[0] === false && value[1] === true) return BOOLEANS
    return refuse(name, 'of booleans [false, true], the classes 0 and 1', value)
  }
  const names: string[] = []
  const seen = new Set<string>()
  for (let i = 0; i < value.length; ++i) {
    // What is checked is what is kept.
    const one: unknown = value[i]
    if (typeof one !== 'string') return refuse(`${name}[${i}]`, 'a string', one)
    if (seen.has(one)) refuse(`${name}[${i}]`, 'each name once', one)
    seen.add(one)
    names.push(one)
  }
  return Object.freeze(names)
}

/** Throws OptionError where the names are not those of a network of this shape. */
export function checkNames(names: ClassNames, architecture: Architecture, name: string): void {
  const { outputs, loss, layers } = architecture
  const { activation } = layers[layers.length - 1]
  const numbers = numberText({ outputs, loss, activation })
  // Of booleans everybody knows which numbers they are.
  if (numbers && names !== BOOLEANS) refuse(name, `none, because ${numbers}`, names)
  if (names.length !== nameCount(outputs)) {
    throw new OptionError(`${name}: expected ${countText(outputs)}, got ${names.length}: ${namesText(names)}`)
  }
  if (names === BOOLEANS && haveLabels(architecture)) {
    refuse(name, `a string for each label with '${nameOf(loss)}'`, names)
  }
}
