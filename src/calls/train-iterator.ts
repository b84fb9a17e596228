// A fit as an async iterator: each epoch is handed over, and the next begins when it is asked for.

import type { Data, DataStream, EpochLog, FitOptions } from '../model/options.ts'
import type { History } from '../training/history.ts'

/** What passes between the fit and the loop over it: one epoch at a time. */
class Handover {
  #resolveEpoch!: (log: EpochLog | undefined) => void
  #goOn: ((yes: boolean) => void) | undefined
  #epoch!: Promise<EpochLog | undefined>
  #hasEnded = false

  constructor() {
    this.#renew()
  }

  #renew(): void {
    this.#epoch = new Promise((resolve) => {
      this.#resolveEpoch = resolve
    })
  }

  /** From the fit: resolves to false where the training is to end. */
  offer(log: EpochLog): Promise<boolean> {
    return new Promise((resolve) => {
      this.#goOn = resolve
      this.#resolveEpoch(log)
    })
  }

  /** There are no more. */
  end(): void {
    this.#hasEnded = true
    this.#resolveEpoch(undefined)
  }

  /** From the iterator: lets the fit go on, and resolves to its next epoch, or to undefined at its end. */
  next(): Promise<EpochLog | undefined> {
    // Ended while the last epoch was in the caller's hands: by an abort.
    if (this.#hasEnded) return Promise.resolve(undefined)
    const goOn = this.#goOn
    if (goOn) {
      this.#goOn = undefined
      this.#renew()
      goOn(true)
    }
    return this.#epoch
  }

  /** The iterator wants no more. */
  stop(): void {
    this.#goOn?.(false)
  }
}

/** See Network.train. begin: its fit. */
export async function* trainIterator(
  begin: (data: Data | DataStream, options: FitOptions) => Promise<History>,
  data: Data | DataStream,
  options: FitOptions,
): AsyncGenerator<EpochLog, History, void> {
  const handover = new Handover()
  const { onEpoch } = options
  const handedOver = async (log: EpochLog) => {
    const wanted = await onEpoch?.(log)
    return (await handover.offer(log)) && wanted !== false
  }
  // What is no function is left to the fit, which says so.
  const isCallable = onEpoch === undefined || typeof onEpoch === 'function'
  const fitting = begin(data, isCallable ? { ...options, onEpoch: handedOver } : options)
  // Its error is thrown below.
  fitting.then(
    () => handover.end(),
    () => handover.end(),
  )
  try {
    for (let log = await handover.next(); log; log = await handover.next()) yield log
  } finally {
    handover.stop()
    // A loop that is left waits until the network is idle.
    await fitting.catch(() => {})
  }
  return fitting
}
