// The digits: a network of 64 pixels, its data, and what it reads of the drawing.

import { element } from '../elements.ts'
import type { PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { digitsNetwork, namesOf } from '../training/networks.ts'
import { Trainer, type TrainingData } from '../training/trainer.ts'
import { showSettings } from '../views/settings-panel.ts'
import { imagesOf, scaleOf, tilesIn } from '../views/tiles.ts'
import { showTraining } from '../views/training-panel.ts'
import { DataSource } from './data-source.ts'
import { FULL, normalise, PIXELS } from './normalise.ts'
import { showTeach } from './teach.ts'

/** Ends a training that nobody pauses: what is to be learned of these data is learned by then. */
const BUDGET = 60

export function openDigits(store: Store<PageState>, root: HTMLElement): Trainer {
  const trainer = new Trainer(store, 'digits', { build: digitsNetwork, batchSize: 32, budget: BUDGET })
  const source = new DataSource()
  let data: TrainingData | undefined

  showTraining(store, 'digits', root, {
    train: () => trainer.train(),
    pause: () => trainer.pause(),
    restart: () => trainer.restart(),
  })
  showSettings(store, 'digits', root, (change) => trainer.configure(change))
  showTeach(store, () => trainer.train())

  const sample = element('[data-sample]', HTMLButtonElement, root)
  let shown = 0
  sample.addEventListener('click', () => {
    const { x, y } = data!.validation
    // Any step that shares no divisor with the rows comes by all of them.
    shown = (shown + 7) % y.length
    const image = x.slice(shown * PIXELS, (shown + 1) * PIXELS)
    store.update({ drawing: { kind: 'sample', image, label: y[shown] } })
  })

  let asked = 0
  store.watch(
    ({ own }) => [own],
    async (own) => {
      const mine = ++asked
      try {
        const prepared = await source.with(own)
        // Others are wanted by now, or will be in the next frame.
        if (mine !== asked || own !== store.state.own) return
        data = prepared
        sample.disabled = false
        trainer.setData(data)
      } catch (error) {
        store.update({ notice: error instanceof Error ? error.message : String(error) })
      }
    },
  )

  store.watch(
    ({ drawing }) => [drawing],
    (drawing) => {
      const image =
        drawing.kind === 'sample' ? drawing.image : normalise(drawing.strokes)?.map((count) => count / FULL)
      store.update({ image })
    },
  )
  store.watch(
    ({ image, digits }) => [image, digits.revision],
    (image, _) => {
      const { network } = trainer
      store.update({ probabilities: image && network.predict(image), classNames: namesOf(network) })
    },
  )

  const tiles = tilesIn(root)
  store.watch(
    ({ digits, view }) => [digits.revision, view],
    (_, view) => {
      if (view !== 'digits') return
      const images = imagesOf(trainer.network.weights(0), PIXELS)
      tiles.show(images, 8, scaleOf(images))
    },
  )
  return trainer
}
