// The controls of a network: layers, activation, optimizer, learning rate.

import { element, make } from '../elements.ts'
import type { PageState, RoomName, Settings } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { ACTIVATIONS, MOST_LAYERS, OPTIMIZERS, UNITS } from '../training/choices.ts'

const count = new Intl.NumberFormat('en')
const ENDS = { digits: [64, 10], playground: [2, 1] } as const

const rateText = (rate: number): string => String(Number(rate.toPrecision(2)))

function fillSelect(select: HTMLSelectElement, options: Readonly<Record<string, string>>): void {
  select.replaceChildren(...Object.entries(options).map(([value, label]) => make('option', { value }, label)))
}

export function showSettings(
  store: Store<PageState>,
  name: RoomName,
  root: HTMLElement,
  configure: (change: Partial<Settings>) => void,
): void {
  const shape = element('[data-shape]', HTMLElement, root)
  const list = element('[data-layers]', HTMLElement, root)
  const add = element('[data-add-layer]', HTMLButtonElement, root)
  const activation = element('[data-activation]', HTMLSelectElement, root)
  const optimizer = element('[data-optimizer]', HTMLSelectElement, root)
  const rate = element('[data-rate]', HTMLInputElement, root)
  const rateValue = element('[data-rate-value]', HTMLOutputElement, root)
  const slow = element('[data-slow]', HTMLInputElement, root)
  const settings = () => store.state[name].settings
  const [least, most, step] = UNITS[name]

  fillSelect(activation, ACTIVATIONS)
  const labels = Object.entries(OPTIMIZERS).map(([key, { label }]) => [key, label])
  fillSelect(optimizer, Object.fromEntries(labels))

  const setLayer = (l: number, units: number) =>
    configure({ layers: settings().layers.map((now, i) => (i === l ? units : now)) })
  function layerRow(units: number, l: number): HTMLElement {
    const value = make('output', {}, String(units))
    const range = make('input', { type: 'range', min: String(least), max: String(most), step: String(step) })
    range.value = String(units)
    range.addEventListener('input', () => {
      value.value = range.value
    })
    range.addEventListener('change', () => setLayer(l, Number(range.value)))
    const remove = make('button', { type: 'button', ariaLabel: `Remove hidden layer ${l + 1}` }, '×')
    remove.addEventListener('click', () => {
      configure({ layers: settings().layers.filter((_, i) => i !== l) })
      add.focus()
    })
    const label = make('label', { className: 'slider' }, make('span', {}, `Hidden ${l + 1}`), range, value)
    return make('div', { className: 'layer' }, label, remove)
  }

  add.addEventListener('click', () => {
    const { layers } = settings()
    configure({ layers: [...layers, layers.at(-1) ?? UNITS[name][2] * 8] })
  })
  activation.addEventListener('change', () =>
    configure({ activation: activation.value as Settings['activation'] }),
  )
  optimizer.addEventListener('change', () => {
    const chosen = optimizer.value as Settings['optimizer']
    configure({ optimizer: chosen, learningRate: OPTIMIZERS[chosen].rate })
  })
  rate.addEventListener('input', () => {
    configure({ learningRate: Number((10 ** Number(rate.value)).toPrecision(2)) })
  })
  slow.addEventListener('change', () => configure({ slow: slow.checked }))

  // The row that has the focus is not made anew under the user's hand where only its value has changed.
  store.watch(
    (s) => [s[name].settings.layers],
    (layers) => {
      const focused = [...list.children].findIndex((row) => row.contains(document.activeElement))
      list.replaceChildren(...layers.map(layerRow))
      list.children[focused]?.querySelector('input')?.focus()
      add.disabled = layers.length >= MOST_LAYERS
    },
  )
  store.watch(
    (s) => [s[name].settings, s[name].parameters],
    ({ layers, learningRate, ...rest }, parameters) => {
      const [inputs, outputs] = ENDS[name]
      shape.replaceChildren(
        make('span', {}, [inputs, ...layers, outputs].join(' → ')),
        make('span', { className: 'note' }, `${count.format(parameters)} parameters`),
      )
      activation.value = rest.activation
      optimizer.value = rest.optimizer
      slow.checked = rest.slow
      rateValue.value = rateText(learningRate)
      rate.ariaValueText = rateText(learningRate)
      if (document.activeElement !== rate) rate.value = String(Math.log10(learningRate))
    },
  )
}
