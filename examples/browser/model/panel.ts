// Save, load, download, open.

import { element } from '../elements.ts'
import { noCurves } from '../state/curves.ts'
import type { PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { shown } from '../training/networks.ts'
import type { Trainer } from '../training/trainer.ts'
import { download, type Format } from './download.ts'
import { keep, kept } from './saved.ts'

const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** The network of a file; throws where the file is of another kind, or the page cannot show it. */
async function networkOf(bytes: Uint8Array, slow: boolean) {
  const { fromSafetensors } = await import('nabla/model')
  const found = fromSafetensors(bytes)
  const network = 'network' in found ? found.network : found
  try {
    return shown(network, slow)
  } catch (error) {
    network.dispose()
    throw error
  }
}

/** `say` tells what was done. */
export function showModelPanel(store: Store<PageState>, trainer: Trainer, say: (text: string) => void): void {
  const root = element('.model-card', HTMLElement)
  const save = element('[data-save]', HTMLButtonElement, root)
  const load = element('[data-load]', HTMLButtonElement, root)
  const saved = element('[data-saved]', HTMLElement, root)
  const open = element('[data-open]', HTMLInputElement, root)
  const downloads = [...root.querySelectorAll<HTMLButtonElement>('[data-download]')]

  /** Runs what a button does; where it fails, says why. */
  const act = (work: () => Promise<string>) => async () => {
    try {
      say(await work())
    } catch (error) {
      store.update({ notice: error instanceof Error ? error.message : String(error) })
    }
  }

  save.addEventListener(
    'click',
    act(async () => {
      const wasTraining = trainer.room.status === 'training'
      await trainer.rest()
      try {
        const { toSafetensors } = await import('nabla/model')
        const { settings, epochs, curves } = trainer.room
        const at = new Date()
        const bytes = toSafetensors(trainer.network, { optimizer: true })
        await keep({ bytes, settings, epochs, curves, own: store.state.own, at })
        store.update({ savedAt: at })
      } finally {
        if (wasTraining) trainer.train()
      }
      return 'The model is saved in this browser.'
    }),
  )
  load.addEventListener(
    'click',
    act(async () => {
      const found = await kept()
      if (!found) throw new Error('This browser has no saved model any more.')
      const { network } = await networkOf(found.bytes, found.settings.slow)
      // Without the drawings that it has learned it would unlearn them: it waits until they are among the data again.
      store.update({ own: found.own })
      trainer.awaitData()
      trainer.adopt(network, found)
      return `The model of ${time.format(found.at)} is loaded.`
    }),
  )
  open.addEventListener(
    'change',
    act(async () => {
      const file = open.files![0]
      open.value = ''
      const bytes = new Uint8Array(await file.arrayBuffer())
      const { network, settings } = await networkOf(bytes, trainer.room.settings.slow)
      trainer.adopt(network, { settings, curves: noCurves, epochs: 0 })
      return `${file.name} is loaded.`
    }),
  )
  for (const button of downloads) {
    const format = button.dataset.download as Format
    button.addEventListener(
      'click',
      act(async () => `${await download(trainer.network, format)} is in your downloads.`),
    )
  }

  kept().then(
    (found) => store.update({ savedAt: found?.at }),
    () => {
      // A private window may have no database: then nothing was saved.
    },
  )
  store.watch(
    ({ savedAt }) => [savedAt],
    (at) => {
      load.disabled = at === undefined
      saved.textContent = at ? `Saved ${time.format(at)}` : 'Nothing saved yet'
    },
  )
  for (const control of [save, open, ...downloads]) control.disabled = false
}
