// The model that this browser keeps: one record in IndexedDB.

import type { Curves } from '../state/curves.ts'
import type { OwnDigit, Settings } from '../state/page-state.ts'

export interface SavedModel {
  /** A file of safetensors, with the state of the optimizer. */
  readonly bytes: Uint8Array
  readonly settings: Settings
  readonly epochs: number
  readonly curves: Curves
  readonly own: readonly OwnDigit[]
  readonly at: Date
}

const STORE = 'models'
const KEY = 'digits'

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open('nabla-demo', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await settled(opening)
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

export const keep = (model: SavedModel): Promise<unknown> =>
  inStore('readwrite', (store) => store.put(model, KEY))

/** undefined where nothing was saved. */
export const kept = (): Promise<SavedModel | undefined> =>
  inStore('readonly', (store) => store.get(KEY) as IDBRequest<SavedModel | undefined>)
