// A worker that prepares data, so that the page is free meanwhile.

import type { Answer, Request } from './data-source.ts'
import { copiesOf, prepare } from './prepare.ts'

// The types of the platform here are those of a page.
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void
  postMessage(answer: Answer, transfer: Transferable[]): void
}

scope.onmessage = ({ data: { id, copies } }) => {
  if (copies) {
    const x = copiesOf(copies.strokes, copies.count)
    scope.postMessage({ id, x }, [x.buffer as ArrayBuffer])
  } else {
    const data = prepare()
    const { x, y, validation } = data
    scope.postMessage(
      { id, data },
      [x, y, validation.x, validation.y].map(({ buffer }) => buffer as ArrayBuffer),
    )
  }
}
