// Buttons, figures and curves of a training.

import { percent } from '../digits/answer.ts'
import { element } from '../elements.ts'
import type { PageState, Room, RoomName } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { accuracyChart, chartIn, lossChart } from './charts.ts'
import { lossText } from './marks.ts'

export interface TrainingActions {
  train(): void
  pause(): void
  restart(): void
}

const count = new Intl.NumberFormat('en')
const rounded = new Intl.NumberFormat('en', { maximumSignificantDigits: 2, notation: 'compact' })

const where = (threads: number | undefined) =>
  threads === undefined
    ? 'off this page’s thread'
    : `by ${threads === 1 ? 'one worker' : `${threads} threads`}, off this page’s thread`

export function stateText({ status, epochs, threads }: Room): string {
  if (status === 'loading') return 'Preparing the data …'
  if (status === 'empty') return 'There is nothing to learn from yet: add some points.'
  if (status === 'ready') return 'Untrained: all it does is guess.'
  if (status === 'training') return `Training ${where(undefined)}.`
  const trained = `${count.format(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}`
  if (status === 'paused') return `Paused after ${trained}.`
  return `Trained for ${trained} ${where(threads)}.`
}

export function showTraining(
  store: Store<PageState>,
  name: RoomName,
  root: HTMLElement,
  { train, pause, restart }: TrainingActions,
): void {
  const main = element('[data-train]', HTMLButtonElement, root)
  const again = element('[data-restart]', HTMLButtonElement, root)
  const text = (selector: string) => element(selector, HTMLElement, root)
  const figures = ['[data-epochs]', '[data-loss]', '[data-accuracy]', '[data-speed]'].map(text)
  const state = text('[data-state]')
  const [lossPlace, accuracyPlace] = [text('[data-loss-chart]'), text('[data-accuracy-chart]')]
  const charts = [chartIn(lossPlace, lossChart), chartIn(accuracyPlace, accuracyChart)]

  main.addEventListener('click', () => (store.state[name].status === 'training' ? pause() : train()))
  again.addEventListener('click', restart)

  store.watch(
    (s) => [s[name].status, s[name].threads, s[name].status === 'training' ? 0 : s[name].epochs],
    (status, _, epochs) => {
      main.disabled = status === 'loading' || status === 'empty'
      again.disabled = main.disabled || status === 'ready'
      main.textContent =
        status === 'training'
          ? 'Pause'
          : status === 'paused'
            ? 'Resume'
            : status === 'done'
              ? 'Train on'
              : 'Train'
      state.textContent = stateText({ ...store.state[name], epochs })
    },
  )
  store.watch(
    (s) => [s[name].curves, s[name].epochs, s[name].rowsPerSecond],
    (curves, epochs, speed) => {
      const loss = curves.loss.at(-1)
      const right = curves.validationAccuracy.at(-1)
      const shown = [
        count.format(epochs),
        loss === undefined ? '–' : lossText(loss),
        right === undefined ? '–' : percent(right),
        speed === undefined ? '–' : rounded.format(speed),
      ]
      figures.forEach((figure, i) => {
        figure.textContent = shown[i]
      })
      charts[0].show(curves.epoch, [curves.loss, curves.validationLoss])
      charts[1].show(curves.epoch, [curves.accuracy, curves.validationAccuracy])
    },
  )
  // What a screen reader finds in place of the curves.
  store.watch(
    (s) => [s[name].status],
    () => {
      const { curves, epochs } = store.state[name]
      const say = (what: string, values: readonly number[]) =>
        `${what} by epoch${epochs === 0 ? '' : `, ${values.at(-1)!.toFixed(3)} after ${epochs}`}`
      lossPlace.ariaLabel = say('Loss', curves.loss)
      accuracyPlace.ariaLabel = say('Validation accuracy', curves.validationAccuracy)
    },
  )
}
