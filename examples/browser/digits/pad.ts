// The pad: strokes by mouse, finger, pen or keys.

import { element, fitCanvas } from '../elements.ts'
import { onRecolour, palette } from '../palette.ts'
import type { Drawing, PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import { SIDE } from './normalise.ts'
import type { Point, Stroke } from './strokes.ts'

/** Of the pad's side. */
const LINE = 0.075
const KEY_STEP = 1 / 24

const strokesOf = (drawing: Drawing): readonly Stroke[] => (drawing.kind === 'strokes' ? drawing.strokes : [])

function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, side: number): void {
  context.beginPath()
  context.moveTo(stroke[0].x * side, stroke[0].y * side)
  // Through the middles of the segments, so that the corners of a quick hand are round.
  stroke.forEach(({ x, y }, i) => {
    const next = stroke[i + 1]
    if (next)
      context.quadraticCurveTo(x * side, y * side, ((x + next.x) / 2) * side, ((y + next.y) / 2) * side)
    else context.lineTo(x * side, y * side)
  })
  context.stroke()
}

function drawSample(context: CanvasRenderingContext2D, image: Float32Array, side: number): void {
  const cell = side / SIDE
  image.forEach((ink, p) => {
    context.globalAlpha = ink
    context.fillRect((p % SIDE) * cell, Math.floor(p / SIDE) * cell, cell + 0.5, cell + 0.5)
  })
  context.globalAlpha = 1
}

/** Shows what is drawn, and draws. `begun` is called when the first stroke of a drawing begins. */
export function showPad(store: Store<PageState>, begun: () => void): void {
  const canvas = element('[data-pad]', HTMLCanvasElement)
  const hint = element('[data-pad-hint]', HTMLElement)
  const clear = element('[data-clear]', HTMLButtonElement)
  const undo = element('[data-undo]', HTMLButtonElement)
  // Where the keys have the pen, and whether it is down; undefined until a key moves it.
  let pen: (Point & { readonly isDown: boolean }) | undefined

  const redraw = fitCanvas(canvas, (context, side) => {
    const { drawing } = store.state
    const { ink, first } = palette()
    Object.assign(context, {
      strokeStyle: ink,
      fillStyle: ink,
      lineWidth: LINE * side,
      lineCap: 'round',
      lineJoin: 'round',
    })
    if (drawing.kind === 'sample') drawSample(context, drawing.image, side)
    for (const stroke of strokesOf(drawing)) drawStroke(context, stroke, side)
    if (!pen) return
    Object.assign(context, { strokeStyle: first, fillStyle: first, lineWidth: 2.5 })
    context.beginPath()
    context.arc(pen.x * side, pen.y * side, (LINE * side) / 2 + 3, 0, 2 * Math.PI)
    context.stroke()
    if (pen.isDown) context.fill()
  })

  const set = (strokes: readonly Stroke[]) => store.update({ drawing: { kind: 'strokes', strokes } })
  const begin = (point: Point) => {
    begun()
    set([...strokesOf(store.state.drawing), [point]])
  }
  const extend = (points: readonly Point[]) => {
    const strokes = strokesOf(store.state.drawing)
    set([...strokes.slice(0, -1), [...(strokes.at(-1) ?? []), ...points]])
  }
  const empty = () => {
    pen &&= { ...pen, isDown: false }
    set([])
  }

  const within = (v: number) => Math.min(1, Math.max(0, v))
  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return { x: within((clientX - left) / width), y: within((clientY - top) / height) }
  }
  let drawing: number | undefined
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || drawing !== undefined) return
    pen = undefined
    drawing = event.pointerId
    canvas.setPointerCapture(drawing)
    begin(pointOf(event))
  })
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== drawing) return
    const events = event.getCoalescedEvents?.() ?? []
    extend((events.length > 0 ? events : [event]).map(pointOf))
  })
  for (const type of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(type, ({ pointerId }) => {
      if (pointerId === drawing) drawing = undefined
    })
  }

  const moves: Record<string, readonly [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  }
  canvas.addEventListener('keydown', (event) => {
    const move = moves[event.key]
    if (event.key === 'Escape' || event.key === 'Delete') empty()
    else if (event.key === ' ') {
      const { x, y } = pen ?? { x: 0.5, y: 0.15 }
      pen = { x, y, isDown: !pen?.isDown }
      if (pen.isDown) begin(pen)
      else redraw()
    } else if (move) {
      const from = pen ?? { x: 0.5, y: 0.15, isDown: false }
      pen = { ...from, x: within(from.x + move[0] * KEY_STEP), y: within(from.y + move[1] * KEY_STEP) }
      if (pen.isDown) extend([pen])
      else redraw()
    } else return
    event.preventDefault()
  })
  canvas.addEventListener('blur', () => {
    pen = undefined
    redraw()
  })

  clear.addEventListener('click', empty)
  undo.addEventListener('click', () => set(strokesOf(store.state.drawing).slice(0, -1)))
  store.watch(
    ({ drawing }) => [drawing],
    (drawing) => {
      const isEmpty = drawing.kind === 'strokes' && drawing.strokes.length === 0
      hint.hidden = !isEmpty
      clear.disabled = isEmpty
      undo.disabled = strokesOf(drawing).length === 0
      redraw()
    },
  )
  onRecolour(redraw)
}
