// Digits as hands of their own draw them, for tests of the demo page: not the strokes that it trains on.

import type { Point, Stroke } from '../../examples/browser/digits/strokes.ts'

const line = (...numbers: number[]): Point[] =>
  Array.from({ length: numbers.length / 2 }, (_, i) => ({ x: numbers[2 * i], y: numbers[2 * i + 1] }))

/** Part of an ellipse, from one angle to another, in degrees clockwise from the right. */
const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] =>
  Array.from({ length: 21 }, (_, i) => {
    const t = ((from + ((to - from) * i) / 20) * Math.PI) / 180
    return { x: cx + rx * Math.cos(t), y: cy + ry * Math.sin(t) }
  })

/** For each digit some ways of drawing it, each a list of strokes. */
export const hands: readonly (readonly (readonly Stroke[])[])[] = [
  [[arc(0.5, 0.5, 0.25, 0.4, -90, 270)], [arc(0.5, 0.5, 0.35, 0.38, -60, 300)]],
  [[line(0.5, 0.1, 0.5, 0.9)], [line(0.35, 0.3, 0.52, 0.1, 0.52, 0.9)], [line(0.6, 0.1, 0.45, 0.9)]],
  [
    [[...arc(0.5, 0.32, 0.24, 0.22, -170, 40), ...line(0.3, 0.9, 0.75, 0.9)]],
    [[...arc(0.5, 0.3, 0.22, 0.2, -200, 60), ...line(0.28, 0.85, 0.4, 0.78, 0.6, 0.88, 0.76, 0.82)]],
  ],
  [
    [[...arc(0.48, 0.3, 0.2, 0.2, -160, 90), ...arc(0.48, 0.7, 0.23, 0.2, -90, 150)]],
    [[...line(0.3, 0.1, 0.7, 0.1, 0.48, 0.42), ...arc(0.46, 0.66, 0.25, 0.24, -80, 150)]],
  ],
  [
    [line(0.55, 0.1, 0.22, 0.62, 0.8, 0.62), line(0.62, 0.35, 0.62, 0.92)],
    [line(0.3, 0.1, 0.27, 0.5, 0.72, 0.5), line(0.7, 0.1, 0.68, 0.92)],
    [line(0.6, 0.92, 0.6, 0.1, 0.2, 0.65, 0.8, 0.65)],
  ],
  [
    [[...line(0.7, 0.1, 0.33, 0.1, 0.3, 0.45), ...arc(0.46, 0.65, 0.24, 0.24, -120, 140)]],
    [
      [...line(0.35, 0.12, 0.32, 0.48), ...arc(0.46, 0.66, 0.22, 0.22, -110, 150)],
      line(0.35, 0.12, 0.72, 0.12),
    ],
  ],
  [
    [[...arc(0.7, 0.5, 0.42, 0.4, -100, -180), ...arc(0.5, 0.68, 0.22, 0.22, 180, -180)]],
    [[...line(0.62, 0.1, 0.4, 0.35, 0.3, 0.65), ...arc(0.49, 0.7, 0.19, 0.2, 180, -170)]],
  ],
  [
    [line(0.25, 0.12, 0.75, 0.12, 0.42, 0.9)],
    [line(0.25, 0.12, 0.75, 0.12, 0.42, 0.9), line(0.35, 0.5, 0.7, 0.5)],
    [line(0.25, 0.2, 0.27, 0.12, 0.73, 0.12, 0.5, 0.5, 0.48, 0.9)],
  ],
  [[[...arc(0.5, 0.3, 0.19, 0.2, 90, 450), ...arc(0.5, 0.7, 0.23, 0.2, -90, 270)]]],
  [
    [[...arc(0.5, 0.3, 0.2, 0.2, 0, -360), ...line(0.7, 0.3, 0.68, 0.9)]],
    [[...arc(0.48, 0.32, 0.22, 0.22, -20, -380), ...line(0.7, 0.3, 0.66, 0.7, 0.5, 0.9, 0.32, 0.85)]],
  ],
]
