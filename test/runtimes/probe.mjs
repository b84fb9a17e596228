// What every runtime does with the packed package, in plain JavaScript that all of them load: uses each entry; trains
// the same network with each kind of kernels and hashes the bits of its parameters; trains until the event loop has
// had its turns; and goes through what a place may lack (place.mjs).

import { entries } from './entries.mjs'
import { hashOfParameters } from './hash.mjs'
import { data, network, place } from './place.mjs'

export const TURNS = 20
// Some seconds of training: a fit that gives no turns comes to this end.
const MOST_EPOCHS = 20_000

/** The network before and after training with the kernels in so many threads at most. */
async function train(kernels, wanted, epochs = 10) {
  const net = network(kernels, wanted)
  const hashBefore = hashOfParameters(net)
  const { loss, threads } = await net.fit(data, { epochs, batchSize: 13, offThread: wanted > 1 })
  return { hashBefore, hash: hashOfParameters(net), firstLoss: loss[0], lastLoss: loss.at(-1), threads }
}

/** How often `schedule` called back during one fit, which ends once it has done so TURNS times. */
async function turnsOf(schedule, kernels) {
  let turns = 0
  let training = true
  const turn = () => {
    turns += 1
    if (training) schedule(turn)
  }
  schedule(turn)
  await network(kernels).fit(data, { epochs: MOST_EPOCHS, batchSize: 13, onEpoch: () => turns < TURNS })
  training = false
  return turns
}

/**
 * All that a runtime is asked, as plain data. Without `watch`, what needs a clock that runs and timers is left out; without `gaps`,
 * ten seconds in which those between frames are measured.
 */
export async function probe({ watch = true, gaps = watch } = {}) {
  const here = await place({ gaps })
  const timer = (turn) => setTimeout(turn, 0)
  const frame = watch && typeof document !== 'undefined' ? globalThis.requestAnimationFrame : undefined
  // Where the engine refuses WebAssembly there is the reference alone.
  const kinds = here.kernels === 'reference' ? ['reference'] : ['simd', 'reference']
  const hasSimd = kinds.includes('simd')
  const turns = async (schedule) => {
    const counts = []
    for (const kernels of kinds) counts.push(await turnsOf(schedule, kernels))
    return counts
  }
  return {
    place: here,
    entries: await entries(),
    simd: hasSimd ? await train('simd', 1) : undefined,
    // Long enough for a second worker to be worth its start.
    long: hasSimd ? await train('simd', 1, 300) : undefined,
    threaded: hasSimd ? await train('simd', 2, 300) : undefined,
    reference: await train('reference', 1),
    timers: watch ? await turns(timer) : [],
    frames: frame ? await turns(frame) : [],
  }
}
