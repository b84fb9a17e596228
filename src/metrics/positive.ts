// Which of two or more classes a binary figure is about.

import { refuse } from '../base/check.ts'
import { shown } from '../base/errors.ts'
import type { ClassLabel } from './options.ts'
import { checkKind, kindOf } from './pairs.ts'

/**
 * The class that is looked for: by default 1 of 0 and 1, and true of false and true. classes: those that occur. Throws OptionError
 * where it must be said, or does not occur although two others do, which is a slip.
 */
export function positiveOf(classes: readonly ClassLabel[], positive: ClassLabel | undefined): ClassLabel {
  const kind = kindOf(classes[0])
  const few = classes.slice(0, 5).map(shown).join(', ')
  if (positive !== undefined) {
    checkKind([positive], kind, 'options.positive')
    if (classes.length >= 2 && !classes.includes(positive)) {
      refuse('options.positive', `a class that occurs, as ${few}`, positive)
    }
    return positive
  }
  if (kind === 'boolean') return true
  if (kind === 'string' || classes.some((one) => (one as number) > 1)) {
    refuse('options.positive', `the class to look for, as the labels are not 0 and 1 but ${few}`, positive)
  }
  return 1
}
