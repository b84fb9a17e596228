// What needs the network: both rooms and the model's panel. It is loaded behind the first picture of the page.

import { configure } from 'nabla'
import { openDigits } from './digits/room.ts'
import { element } from './elements.ts'
import { showModelPanel } from './model/panel.ts'
import { openPlayground } from './playground/room.ts'
import type { PageState, RoomName } from './state/page-state.ts'
import type { Store } from './state/store.ts'
import type { Trainer } from './training/trainer.ts'

export function openRooms(
  store: Store<PageState>,
  say: (text: string) => void,
): Readonly<Record<RoomName, Trainer>> {
  // The page's policy allows no workers from blob:.
  configure({ workerUrl: new URL('./nabla-worker.js', import.meta.url) })
  const digits = openDigits(store, element('#digits', HTMLElement))
  const playground = openPlayground(store, element('#playground', HTMLElement))
  showModelPanel(store, digits, say)
  const threads = globalThis.crossOriginIsolated
    ? `as many of ${navigator.hardwareConcurrency} threads as gain`
    : 'one worker (this page is not cross-origin isolated)'
  element('[data-facts]', HTMLElement).textContent =
    `Trained by nabla: WebAssembly kernels '${digits.network.kernels}', ${threads}. Nothing leaves this page.`
  return { digits, playground }
}
