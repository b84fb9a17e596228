// What the network reads: the digit, the probabilities, and the image as it gets it.

import { element, make } from '../elements.ts'
import { onRecolour, rgb } from '../palette.ts'
import type { PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { DIGITS } from '../training/choices.ts'

/** Below this the page does not claim to know. */
export const SURE = 0.5

export const percent = (share: number): string =>
  share > 0.9995 ? '100%' : `${(100 * share).toFixed(share < 0.0995 ? 1 : share < 0.9945 ? 0 : 1)}%`

export function likeliest(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities))
}

function paint(canvas: HTMLCanvasElement, image: Float32Array | undefined): void {
  const context = canvas.getContext('2d')!
  const pixels = context.createImageData(canvas.width, canvas.height)
  const [red, green, blue] = rgb('ink')
  image?.forEach((ink, p) => {
    pixels.data.set([red, green, blue, 255 * ink], 4 * p)
  })
  context.putImageData(pixels, 0, 0)
}

export function showAnswer(store: Store<PageState>): void {
  const read = element('[data-read]', HTMLOutputElement)
  const seen = element('[data-seen]', HTMLCanvasElement)
  const bars = element('[data-bars]', HTMLOListElement)
  const ofFile = element('[data-of-file]', HTMLElement)
  const rows = DIGITS.map((digit) => {
    const [name, bar, share] = [make('span', {}, digit), make('i'), make('span', {}, '–')]
    return { row: make('li', {}, name, bar, share), name, bar, share }
  })
  bars.replaceChildren(...rows.map(({ row }) => row))

  // By value: a network makes the list anew whenever it is asked.
  store.watch(
    ({ classNames }) => [classNames.join('\n')],
    () => {
      const { classNames } = store.state
      const areDigits = `${classNames}` === `${DIGITS}`
      ofFile.hidden = areDigits
      bars.ariaLabel = `Probability of each ${areDigits ? 'digit' : 'class'}`
      for (const part of [bars, read]) part.classList.toggle('named', !areDigits)
      rows.forEach(({ name }, i) => {
        name.textContent = classNames[i]
        // What is too long for its place is cut.
        name.title = areDigits ? '' : classNames[i]
      })
    },
  )
  store.watch(
    ({ probabilities, classNames }) => [probabilities, classNames.join('\n')],
    (probabilities, _) => {
      const { classNames } = store.state
      const most = probabilities ? likeliest(probabilities) : -1
      const isSure = probabilities !== undefined && probabilities[most] >= SURE
      read.value = probabilities ? classNames[most] : '?'
      read.classList.toggle('unsure', !isSure)
      rows.forEach(({ row, bar, share }, digit) => {
        row.classList.toggle('most', digit === most)
        bar.style.setProperty('--share', String(probabilities?.[digit] ?? 0))
        share.textContent = probabilities ? percent(probabilities[digit]) : '–'
      })
    },
  )
  const show = () => paint(seen, store.state.image)
  store.watch(({ image }) => [image], show)
  onRecolour(show)
}
