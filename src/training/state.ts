// The whole state of a training as bytes, and back.

import { FormatError, OptionError, shown } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { CHECKPOINT_VERSION, type Checkpoint, encodeCheckpoint } from '../formats/checkpoint.ts'
import { checkNames, classNames } from '../model/class-names.ts'
import { PREDICTS } from '../program/capacity.ts'
import type { Core } from './core.ts'
import type { StoppingState } from './early-stopping.ts'
import type { Counters } from './transaction.ts'

/** JSON has no numbers that are not finite. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function headerOf(options: object, counters: Counters): Checkpoint['header'] {
  const { stopping, plateau, ...rest } = counters
  return {
    version: CHECKPOINT_VERSION,
    options,
    progress: {
      ...rest,
      plateau: plateau && { ...plateau, best: finite(plateau.best) },
      stopping: stopping && { ...stopping, best: finite(stopping.best), parameters: undefined },
    },
  }
}

/** options: those that make the network, as plain data. */
const encodeState = (options: object, counters: Counters, state: Floats): Slices<Uint8Array> =>
  encodeCheckpoint({ header: headerOf(options, counters), state, best: counters.stopping?.parameters })

/** The bytes of what is in the engine. Yields now and then. */
export function* checkpointOf(options: object, counters: Counters, engine: Engine): Slices<Uint8Array> {
  // What the counters are now goes with what the parameters are now.
  const kept = { ...counters }
  const copy = engine.parameters.makeCopy()
  yield* engine.parameters.copySlices(copy)
  return yield* encodeState(options, kept, copy)
}

/** The bytes of a network's state now; while it trains, after its last whole epoch. */
export function checkpoint(core: Core, options: object): Uint8Array {
  const { counters, transaction } = core
  if (!core.isTraining) return runNow(checkpointOf(options, counters, core.reading('checkpoint')))
  return runNow(encodeState(options, transaction.keptCounters, transaction.goodParameters()))
}

type Json = Readonly<Record<string, unknown>>

/** Throws FormatError where the progress is not what `headerOf` writes. */
function countersOf(progress: Json, best: Floats | undefined): Counters {
  const count = (value: unknown, name: string): number => {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
    throw new FormatError(`checkpoint: expected a count as ${name}, got ${shown(value)}`)
  }
  const { position, unobserved } = progress as { position?: Json; unobserved?: Json }
  const plateau = progress.plateau as Json | undefined
  const pairs = progress.pairs as Json | undefined
  const stopping = progress.stopping as Json | undefined
  return {
    epochs: count(progress.epochs, 'epochs'),
    steps: count(progress.steps, 'steps'),
    trained: progress.trained === true,
    position: position as Counters['position'],
    unobserved: unobserved as Counters['unobserved'],
    plateau: plateau && ({ ...plateau, best: plateau.best ?? Number.POSITIVE_INFINITY } as never),
    pairs: pairs && {
      count: count(pairs.count, 'pairs'),
      next: count(pairs.next, 'the next pair'),
      value: pairs.value as number | undefined,
      gain: pairs.gain as number | undefined,
    },
    stopping:
      stopping &&
      ({ ...stopping, best: stopping.best ?? Number.NaN, parameters: best } as StoppingState as never),
  }
}

/** The names that a checkpoint has of classes, undefined where it has none. Throws FormatError. */
function namesOf(progress: Json, core: Core): Counters['classNames'] {
  if (progress.classNames === undefined) return undefined
  try {
    const names = classNames(progress.classNames, 'classNames')
    checkNames(names, core.settings.architecture, 'classNames')
    return names
  } catch (error) {
    throw error instanceof OptionError
      ? new FormatError(`checkpoint: ${error.message}`, { cause: error })
      : error
  }
}

/** Brings a new network of the same options to the state. Throws FormatError. */
export function restore(core: Core, { header, state, best }: Checkpoint): void {
  const engine = core.writing('resume')
  const counters = countersOf(header.progress as Json, best)
  // Those of the options go first: they may be given anew.
  counters.classNames = core.settings.classNames ?? namesOf(header.progress as Json, core)
  // Room for what the optimizer keeps.
  if (state.length > engine.parameters.copyLength) engine.resize({ ...PREDICTS, batchRows: 1, steps: 1 })
  if (state.length !== engine.parameters.copyLength || (best && best.length > state.length)) {
    throw new FormatError(
      `checkpoint: expected ${engine.parameters.copyLength} numbers for ${core.settings.architecture.inputs} inputs ` +
        `and these layers, got ${state.length}`,
    )
  }
  if (state.BYTES_PER_ELEMENT !== engine.parameters.makeCopy().BYTES_PER_ELEMENT) {
    throw new OptionError('options.kernels: expected the kind of kernels that the checkpoint was made with')
  }
  runNow(engine.parameters.setSlices(state))
  Object.assign(core.counters, counters)
  core.isResumed = true
}
