// Elements of the page, by their type.

type Kind<T> = new () => T

/** The first element that the selector finds below `root`; throws where there is none of this kind. */
export function element<T extends Element>(selector: string, kind: Kind<T>, root: ParentNode = document): T {
  const found = root.querySelector(selector)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} ${selector}`)
  return found
}

/** A new element with this text. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** A canvas with as many pixels as the screen has where it is shown; `draw` draws in units of CSS. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): () => void {
  const context = canvas.getContext('2d')!
  const redraw = () => {
    const { clientWidth: width, clientHeight: height } = canvas
    if (width === 0 || height === 0) return
    const ratio = Math.min(3, devicePixelRatio || 1)
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
    context.setTransform(w / width, 0, 0, h / height, 0, 0)
    context.clearRect(0, 0, width, height)
    draw(context, width, height)
  }
  new ResizeObserver(redraw).observe(canvas)
  return redraw
}
