// The whole state of a training as bytes, and back.

import { refuse } from '../base/check.ts'
import { FormatError, OptionError } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { CHECKPOINT_VERSION, type Checkpoint, encodeCheckpoint } from '../formats/checkpoint.ts'
import { parameterCountOf } from '../model/architecture.ts'
import { networkSettings } from '../model/network-settings.ts'
import { updateRuleOf } from '../model/optimizer.ts'
import type { NetworkOptions } from '../model/options.ts'
import { PREDICTS } from '../program/capacity.ts'
import type { Core } from './core.ts'
import type { Counters } from './counters.ts'
import { readCounters, savedCounters, savedOptimizer } from './saved-counters.ts'

const headerOf = (options: object, counters: Counters): Checkpoint['header'] => ({
  version: CHECKPOINT_VERSION,
  options,
  progress: savedCounters(counters),
})

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

/**
 * Checks that a network of these options can go on with the checkpoint, before anything is allocated for what its bytes cannot
 * hold. Throws FormatError, and OptionError where the options are not valid.
 */
export function checkToResume({ header, state, best }: Checkpoint, options: NetworkOptions): void {
  const name = savedOptimizer(header.options)
  const { architecture, optimizer } = networkSettings(options)
  // What was kept of each parameter means something else to another one.
  if (name !== optimizer.name) {
    refuse('options.optimizer', `'${name}', by which the checkpoint was trained`, optimizer.name)
  }
  const parameters = parameterCountOf(architecture)
  const { slots } = updateRuleOf(optimizer)
  // What it keeps of each parameter has room from the first step on.
  const least = (header.progress as { steps?: unknown }).steps === 0 ? parameters : parameters * (1 + slots)
  if (state.length < least) {
    throw new FormatError(
      `checkpoint: expected at least ${least} numbers for the ${parameters} parameters of these layers by ` +
        `'${optimizer.name}', got ${state.length}`,
    )
  }
  for (const [floats, what] of [
    [state, 'parameters'] as const,
    [best, 'parameters of the best epoch'] as const,
  ]) {
    if (floats && !floats.every(Number.isFinite)) {
      throw new FormatError(`checkpoint: expected finite ${what}, got some that are not`)
    }
  }
}

/** Brings a new network of these options to the state. Throws FormatError. */
export function restore(core: Core, { header, state, best }: Checkpoint): void {
  const engine = core.writing('resume')
  const { optimizer, architecture } = core.settings
  const counters = readCounters(header.progress, core.settings, best)
  // Those of the options go first: they may be given anew.
  counters.classNames = core.settings.classNames ?? counters.classNames
  const { slots } = updateRuleOf(optimizer)
  // Room for what the optimizer keeps, where the state has it.
  const isLarger = state.length > engine.parameters.copyLength
  if (isLarger && state.length >= parameterCountOf(architecture) * (1 + slots)) {
    engine.resize({ ...PREDICTS, batchRows: 1, steps: 1 })
  }
  const { copyLength } = engine.parameters
  for (const [length, what] of [[state.length, ''] as const, [best?.length, ' of the best epoch'] as const]) {
    if (length === undefined || length === copyLength) continue
    throw new FormatError(
      `checkpoint: expected ${copyLength} numbers${what} for ${architecture.inputs} inputs, these layers and ` +
        `'${optimizer.name}' as its options are, got ${length}`,
    )
  }
  if (state.BYTES_PER_ELEMENT !== engine.parameters.makeCopy().BYTES_PER_ELEMENT) {
    throw new OptionError('options.kernels: expected the kind of kernels that the checkpoint was made with')
  }
  runNow(engine.parameters.setSlices(state))
  Object.assign(core.counters, counters)
  core.isResumed = true
}
