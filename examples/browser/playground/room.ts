// The playground: a network of two inputs, the points that it learns, and what it makes of the plane.

import { element, make } from '../elements.ts'
import type { PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { planeNetwork } from '../training/networks.ts'
import { Trainer, type TrainingData } from '../training/trainer.ts'
import { showSettings } from '../views/settings-panel.ts'
import { scaleOf, tilesIn } from '../views/tiles.ts'
import { showTraining } from '../views/training-panel.ts'
import { gridOf, type PlanePoints, showPlane } from './plane.ts'
import { type LabelledPoint, PROBLEMS, type Problem, pointsOf } from './points.ts'

const POINTS = 300
/** Every third point is held back. */
const HELD_BACK = 3
/** Pixels of a unit's image along a side. */
const TILE = 20

const split = (points: readonly LabelledPoint[], isHeldBack: boolean) =>
  points.filter((_, i) => (Math.floor(i / 2) % HELD_BACK === 0) === isHeldBack)

const rowsOf = (points: readonly LabelledPoint[]) => ({
  x: Float32Array.from(points.flatMap(({ x, y }) => [x, y])),
  y: Int32Array.from(points, ({ label }) => label),
})

function dataOf({ trained, heldBack }: PlanePoints): TrainingData | undefined {
  if (trained.length === 0) return undefined
  // Where all points are the user's, none is held back: the network is measured on what it learns.
  return { ...rowsOf(trained), validation: rowsOf(heldBack.length > 0 ? heldBack : trained) }
}

/** What each unit of the first layer computes before its activation function, over the plane: (units × TILE²). */
function unitImages(trainer: Trainer, grid: Float32Array): Float32Array {
  const { network } = trainer
  const weights = network.weights(0)
  const biases = network.biases(0)
  const units = biases.length
  const images = new Float32Array(units * TILE * TILE)
  for (let unit = 0; unit < units; ++unit) {
    for (let p = 0; p < TILE * TILE; ++p) {
      const z = grid[2 * p] * weights[unit] + grid[2 * p + 1] * weights[units + unit] + biases[unit]
      images[unit * TILE * TILE + p] = Math.tanh(z)
    }
  }
  return images
}

export function openPlayground(store: Store<PageState>, root: HTMLElement): Trainer {
  const trainer = new Trainer(store, 'playground', { build: planeNetwork, batchSize: 16, budget: 600 })
  let points: PlanePoints = { trained: [], heldBack: [] }

  showTraining(store, 'playground', root, {
    train: () => trainer.train(),
    pause: () => trainer.pause(),
    restart: () => trainer.restart(),
  })
  showSettings(store, 'playground', root, (change) => trainer.configure(change))

  const problem = element('[data-problem]', HTMLSelectElement, root)
  const noise = element('[data-noise]', HTMLInputElement, root)
  const noiseValue = element('[data-noise-value]', HTMLOutputElement, root)
  problem.replaceChildren(
    ...Object.entries(PROBLEMS).map(([value, label]) => make('option', { value }, label)),
  )
  problem.addEventListener('change', () => {
    store.update({ problem: problem.value as Problem, ownPoints: [] })
    trainer.restart()
  })
  noise.addEventListener('input', () => store.update({ noise: Number(noise.value) }))
  element('[data-new-points]', HTMLButtonElement, root).addEventListener('click', () => {
    store.update(({ pointsSeed }) => ({ pointsSeed: pointsSeed + 1, ownPoints: [] }))
  })
  const brush = () => (element('[name=brush]:checked', HTMLInputElement, root).value === '1' ? 1 : 0)

  store.watch(
    (s) => [s.problem, s.noise, s.pointsSeed, s.ownPoints],
    (chosen, deviation, seed, own) => {
      problem.value = chosen
      noise.value = String(deviation)
      noiseValue.value = deviation.toFixed(2)
      const made = pointsOf(chosen, POINTS, deviation, seed)
      points = { trained: [...split(made, false), ...own], heldBack: split(made, true) }
      trainer.setData(dataOf(points))
    },
  )
  showPlane(
    store,
    () => points,
    (grid, out) => trainer.network.predict(grid, { out }),
    ({ x, y }) => store.update(({ ownPoints }) => ({ ownPoints: [...ownPoints, { x, y, label: brush() }] })),
  )
  const tiles = tilesIn(root)
  const grid = gridOf(TILE)
  store.watch(
    ({ playground, view }) => [playground.revision, view],
    (_, view) => {
      if (view !== 'playground') return
      const images = unitImages(trainer, grid)
      tiles.show(images, TILE, Math.max(1, scaleOf(images) / 3))
    },
  )
  return trainer
}
