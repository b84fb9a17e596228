// The page: a state, and the parts that show it.

import { likeliest, percent, showAnswer } from './digits/answer.ts'
import { showPad } from './digits/pad.ts'
import { element } from './elements.ts'
import { initialState, type PageState, type RoomName } from './state/page-state.ts'
import { Store } from './state/store.ts'
import { showThemeButton } from './theme-button.ts'

// The panels that both rooms have stand once in the page.
for (const panel of ['training', 'settings', 'tiles']) {
  const copy = element(`[data-panel=${panel}]`, HTMLElement).cloneNode(true)
  element('#playground', HTMLElement).append(copy)
}
element('#playground [data-tiles-title]', HTMLElement).textContent = 'What each unit sees'

const store = new Store<PageState>(initialState())

const live = element('[data-live]', HTMLElement)
const say = (text: string) => {
  live.textContent = text
}

// One view at a time, by the address.
const title = document.title
function showView(): void {
  const view: RoomName = location.hash === '#playground' ? 'playground' : 'digits'
  for (const name of ['digits', 'playground']) {
    element(`#${name}`, HTMLElement).hidden = name !== view
    const link = element(`nav [data-view=${name}]`, HTMLAnchorElement)
    if (name === view) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  document.title = view === 'digits' ? title : 'nabla: a network bends the plane'
  store.update({ view })
}
addEventListener('hashchange', () => {
  if (location.hash === '#main') return
  showView()
  scrollTo(0, 0)
})
showView()
showThemeButton()

const toast = element('[data-toast]', HTMLElement)
element('[data-toast-close]', HTMLButtonElement).addEventListener('click', () =>
  store.update({ notice: undefined }),
)
store.watch(
  ({ notice }) => [notice],
  (notice) => {
    toast.hidden = notice === undefined
    element('[data-toast-text]', HTMLElement).textContent = notice ?? ''
  },
)

// The first stroke on an untrained network begins its training: it learns while the pen moves. Where the network is still
// on its way, once it is there.
let isWanted = false
let train: (() => void) | undefined
showPad(store, () => {
  isWanted = true
  if (store.state.digits.status === 'ready') train?.()
})
showAnswer(store)

// Told when they have been so for a moment, and not while they change.
let timer: ReturnType<typeof setTimeout> | undefined
store.watch(
  ({ drawing, digits }) => [drawing, digits.status],
  (_, status) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const { probabilities, classNames } = store.state
      const words = { training: 'Training.', paused: 'Paused.', done: 'Trained.' }[status as string] ?? ''
      const most = probabilities && likeliest(probabilities)
      const read =
        most === undefined ? '' : ` It reads ${classNames[most]}, ${percent(probabilities![most])}.`
      if (words || read) say(`${words}${read}`)
    }, 900)
  },
)

const { openRooms } = await import('./rooms.ts')
const { digits } = openRooms(store, say)
train = () => digits.train()
store.watch(
  (state) => [state.digits.status],
  (status) => {
    if (status === 'ready' && isWanted && digits.room.epochs === 0) digits.train()
  },
)
