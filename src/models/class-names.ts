// A model's target and its network have names for the same classes: they are to be the same, in one order.

import { isObject } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import type { Target } from '../data/features/target.ts'
import { indicesOf } from '../intake/weights.ts'
import { namesText } from '../model/class-names.ts'
import type { ClassWeight } from '../model/options.ts'
import type { Network } from '../network.ts'

/** Throws OptionError where the network, which need not have names, has others than the target. */
export function checkClassNames({ classNames }: Pick<Network, 'classNames'>, target: Target): void {
  const names = target.type === 'labels' && target.names.length > 1 ? target.names : target.classes
  if (!classNames || !names) return
  const isSame =
    classNames.length === names.length && names.every((one, i) => String(one) === String(classNames[i]))
  if (isSame) return
  throw new OptionError(
    `options.network: expected the classNames of the target, ${namesText(names)}, got ${namesText(classNames)}`,
  )
}

/** The weights of classes by their indices, by which a network without names knows them. Throws OptionError for others. */
export function weightsFor(
  { classNames }: Network,
  classes: Target['classes'],
  classWeight: ClassWeight | undefined,
): ClassWeight | undefined {
  if (classNames || !classes || !isObject(classWeight)) return classWeight
  const indices = indicesOf(Object.keys(classWeight), classes.length, classes.map(String))
  return Object.fromEntries(Object.values(classWeight).map((weight, i) => [indices[i], weight]))
}
