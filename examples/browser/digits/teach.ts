// "This is a 7": adds the drawing to the training data.

import { element, make } from '../elements.ts'
import type { PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { COPIES } from './data-source.ts'

export function showTeach(store: Store<PageState>, taught: () => void): void {
  const button = element('[data-teach]', HTMLButtonElement)
  const count = element('[data-taught]', HTMLElement)
  const inputs = Array.from({ length: 10 }, (_, digit) =>
    make('input', { type: 'radio', name: 'label', value: String(digit) }),
  )
  const labels = inputs.map((input) => make('label', {}, input, make('span', {}, input.value)))
  const box = element('[data-labels]', HTMLDivElement, element('.teach', HTMLFieldSetElement))
  box.replaceChildren(...labels)

  const chosen = () => inputs.findIndex(({ checked }) => checked)
  const show = () => {
    const { drawing, own, digits } = store.state
    const isDrawn = drawing.kind === 'strokes' && drawing.strokes.length > 0
    button.disabled = !isDrawn || chosen() < 0 || digits.status === 'loading'
    const { length } = own
    count.textContent =
      length === 0
        ? 'None of yours yet'
        : `${length === 1 ? '1 drawing' : `${length} drawings`} × ${COPIES} copies`
  }
  box.addEventListener('change', show)
  button.addEventListener('click', () => {
    const { drawing, own } = store.state
    if (drawing.kind !== 'strokes') return
    store.update({ own: [...own, { label: chosen(), strokes: drawing.strokes }] })
    for (const input of inputs) input.checked = false
    taught()
    show()
  })
  store.watch(({ drawing, own, digits }) => [drawing, own, digits.status], show)
}
