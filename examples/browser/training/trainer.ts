// Trains a network in bursts, off the page's thread, while its settings and its data change.

import type { EpochLog, Network } from 'nabla'
import { extend, noCurves } from '../state/curves.ts'
import type { PageState, Room, RoomName, Settings } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { withOptimizer } from './networks.ts'

export interface TrainingData {
  /** (rows × inputs) */
  readonly x: Float32Array
  /** (rows), classes. */
  readonly y: Int32Array
  readonly validation: { readonly x: Float32Array; readonly y: Int32Array }
}

export interface TrainerOptions {
  /** A new network of these settings. */
  readonly build: (settings: Settings, seed: number) => Network
  readonly batchSize: number
  /** Epochs of a training that nobody pauses. */
  readonly budget: number
}

const SLOW_MS = 250
/** An epoch that is longer is left where it is when it is to end. */
const PATIENCE_MS = 300

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Whether networks of these settings differ in more than how they learn. */
const haveOtherShapes = (a: Settings, b: Settings): boolean =>
  a.activation !== b.activation || `${a.layers}` !== `${b.layers}`

export class Trainer {
  readonly #store: Store<PageState>
  readonly #name: RoomName
  readonly #options: TrainerOptions
  #network: Network
  #data: TrainingData | undefined
  #seed = 1
  /** Epoch at which the training ends by itself. */
  #goal = 0
  #isWanted = false
  /** Set while a burst runs; the burst ends where it is another one than it began with. */
  #burst: AbortController | undefined
  #running: Promise<void> | undefined

  constructor(store: Store<PageState>, name: RoomName, options: TrainerOptions) {
    this.#store = store
    this.#name = name
    this.#options = options
    this.#network = options.build(this.room.settings, this.#seed)
    this.#change({ parameters: this.#network.parameterCount, revision: 1 })
  }

  get network(): Network {
    return this.#network
  }

  get room(): Room {
    return this.#store.state[this.#name]
  }

  #change(change: Partial<Room>): void {
    this.#store.update((state) => ({ [this.#name]: { ...state[this.#name], ...change } }))
  }

  /** Trains on these from now on; on nothing, where there are none. */
  setData(data: TrainingData | undefined): void {
    this.#data = data
    if (!data) {
      this.#isWanted = false
      this.#change({ status: 'empty' })
    } else if (this.room.status === 'loading' || this.room.status === 'empty') {
      this.#change({ status: this.room.epochs > 0 ? 'paused' : 'ready' })
    }
    this.#endBurst()
  }

  /** Trains on nothing until setData brings what it is to train on from now on. */
  awaitData(): void {
    this.#data = undefined
    this.#isWanted = false
    this.#change({ status: 'loading' })
    this.#endBurst()
  }

  train(): void {
    if (!this.#data || this.#isWanted) return
    this.#isWanted = true
    if (this.room.epochs >= this.#goal) this.#goal = this.room.epochs + this.#options.budget
    this.#change({ status: 'training' })
    // What was said of an earlier training is over.
    this.#store.update({ notice: undefined })
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  pause(): void {
    if (!this.#isWanted) return
    this.#isWanted = false
    this.#change({ status: 'paused' })
    this.#endBurst()
  }

  /** Pauses, and resolves when the network is idle. */
  async rest(): Promise<void> {
    this.pause()
    await this.#running
  }

  /** A new network, with other random weights. */
  restart(): void {
    this.#seed += 1
    this.#replace(this.#options.build(this.room.settings, this.#seed))
  }

  /** Layers and activation begin a new network; another optimizer goes on from the same weights; a rate just changes. */
  configure(change: Partial<Settings>): void {
    const before = this.room.settings
    const settings = { ...before, ...change }
    this.#change({ settings })
    if (haveOtherShapes(before, settings)) {
      this.#replace(this.#options.build(settings, this.#seed))
    } else if (before.optimizer !== settings.optimizer) {
      this.#exchange(withOptimizer(this.#network, settings))
    } else this.#endBurst()
  }

  /** Goes on with a network that was saved, and what is known of its training. */
  adopt(network: Network, room: Pick<Room, 'settings' | 'curves' | 'epochs'>): void {
    this.pause()
    this.#exchange(network)
    this.#goal = 0
    this.#change({
      ...room,
      status: this.#data ? 'paused' : this.room.status,
      rowsPerSecond: undefined,
      threads: undefined,
    })
  }

  #replace(network: Network): void {
    this.#exchange(network)
    this.#goal = this.#options.budget
    const status = this.#isWanted ? 'training' : this.#data ? 'ready' : this.room.status
    this.#change({ curves: noCurves, epochs: 0, rowsPerSecond: undefined, threads: undefined, status })
  }

  #exchange(network: Network): void {
    const old = this.#network
    this.#network = network
    this.#store.update({ notice: undefined })
    this.#change({ parameters: network.parameterCount, revision: this.room.revision + 1 })
    this.#endBurst()
    // One that still trains is disposed of when its fit has ended.
    old.dispose()
  }

  /** The burst that runs ends after its epoch, and another begins if training is wanted. */
  #endBurst(): void {
    const burst = this.#burst
    this.#burst = undefined
    if (burst) setTimeout(() => burst.abort(), PATIENCE_MS)
  }

  async #run(): Promise<void> {
    while (this.#isWanted) {
      const burst = new AbortController()
      this.#burst = burst
      try {
        await this.#train(burst)
        if (this.#burst === burst && this.room.epochs >= this.#goal) {
          this.#isWanted = false
          this.#change({ status: 'done' })
        }
      } catch (error) {
        // An end that was asked for is no failure.
        if (burst.signal.aborted || this.#burst !== burst) continue
        this.#isWanted = false
        this.#change({ status: 'paused' })
        this.#store.update({ notice: error instanceof Error ? error.message : String(error) })
      }
    }
  }

  async #train(burst: AbortController): Promise<void> {
    const network = this.#network
    const { x, y, validation } = this.#data!
    const { learningRate, slow } = this.room.settings
    let since = performance.now()
    const onEpoch = async (log: EpochLog) => {
      if (network !== this.#network) return false
      const now = performance.now()
      this.#record(log, y.length / ((now - since) / 1000))
      if (slow) await pause(SLOW_MS)
      since = performance.now()
      return this.#burst === burst
    }
    const { threads } = await network.fit(
      { x, y },
      {
        epochs: Math.max(1, this.#goal - this.room.epochs),
        batchSize: this.#options.batchSize,
        learningRate,
        validation,
        offThread: true,
        signal: burst.signal,
        onEpoch,
      },
    )
    if (network === this.#network) this.#change({ threads })
  }

  #record({ loss, accuracy, validationLoss, validationAccuracy }: EpochLog, speed: number): void {
    const { curves, epochs, rowsPerSecond, revision } = this.room
    const point = {
      epoch: epochs + 1,
      loss,
      accuracy: accuracy ?? Number.NaN,
      validationLoss: validationLoss ?? Number.NaN,
      validationAccuracy: validationAccuracy ?? Number.NaN,
    }
    this.#change({
      epochs: epochs + 1,
      curves: extend(curves, point),
      // A single epoch of a small problem is too short to be measured by the page's clock.
      rowsPerSecond: rowsPerSecond === undefined ? speed : 0.9 * rowsPerSecond + 0.1 * speed,
      revision: revision + 1,
    })
  }
}
