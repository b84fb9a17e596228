// The demo page in Chromium and Firefox, used as its users do: by mouse, by keys, by finger.

import type { Server } from 'node:http'
import { Network } from 'nabla'
import { fromSafetensors, toSafetensors } from 'nabla/model'
import { fromOnnx } from 'nabla/onnx'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDemo, LIMIT } from '../../examples/browser/build.mjs'
import type { Stroke } from '../../examples/browser/digits/strokes.ts'
import { serveDemo } from '../../examples/browser/serve.mjs'
import { hands } from '../demo/hands.ts'
import { watch } from '../demo/watch.ts'
import { headless, launchHeadless } from './programs.ts'

const TIME_LIMIT = 180_000

let building: ReturnType<typeof buildDemo> | undefined
const built = () => (building ??= buildDemo())

const text = (page: Page, selector: string) => page.$eval(selector, (found) => found.textContent!.trim())
const number = async (page: Page, selector: string) =>
  Number((await text(page, selector)).replaceAll(',', ''))

/** Waits until the element says one of the texts; the error of a wait in vain says what it says instead. */
async function until(page: Page, selector: string, ...texts: string[]): Promise<void> {
  await page
    .waitForFunction(
      (where: string, wanted: string[]) =>
        wanted.includes(document.querySelector(where)!.textContent!.trim()),
      { polling: 50 },
      selector,
      texts,
    )
    .catch(async (cause) => {
      throw new Error(`${selector}: expected ${texts.join(' or ')}, got ${await text(page, selector)}`, {
        cause,
      })
    })
}

const click = async (page: Page, selector: string) => {
  // A click of the mouse at its place would have to wait for scrolling to end.
  await page.$eval(selector, (found) => (found as HTMLElement).click())
}

/** Draws on the pad with the mouse, on an empty one. */
async function draw(page: Page, strokes: readonly Stroke[]): Promise<void> {
  await page.$eval('[data-clear]', (button) => (button as HTMLButtonElement).click())
  const pad = (await page.$('[data-pad]'))!
  await pad.scrollIntoView()
  const { x, y, width } = (await pad.boundingBox())!
  const at = (point: { x: number; y: number }) => [x + width * point.x, y + width * point.y] as const
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...at(first))
    await page.mouse.down()
    for (const point of rest) await page.mouse.move(...at(point))
    await page.mouse.up()
  }
  // What is drawn shows in the next frame.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}

/** No digit. */
const zigzag = [
  [0.1, 0.7],
  [0.3, 0.3],
  [0.5, 0.7],
  [0.7, 0.3],
  [0.9, 0.7],
].map(([x, y]) => ({ x, y }))

const probabilities = (page: Page) =>
  page.$$eval('[data-bars] li', (rows) =>
    rows.map((row) => Number(row.querySelector('i')!.style.getPropertyValue('--share'))),
  )

/** The image as the network gets it: what the pixels of the small canvas say. */
const seen = (page: Page) =>
  page.$eval('[data-seen]', (canvas) => {
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, 8, 8)
    return Array.from({ length: 64 }, (_, p) => data[4 * p + 3] / 255)
  })

describe.each(headless)('in $name', ({ name, program }) => {
  let browser: Browser
  let server: Server
  let url: string
  const skip = it.skipIf(!program)

  beforeAll(async () => {
    if (!program) return
    await built()
    ;({ server, url } = await serveDemo())
    browser = await launchHeadless(name, program)
  }, TIME_LIMIT)
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  /** Opens the page, uses it, and expects that nothing went wrong meanwhile. */
  async function visit(
    use: (page: Page) => Promise<void>,
    { at = url, hash = '#digits', width = 1440 } = {},
  ) {
    const page = await browser.newPage()
    const problems = watch(page, at)
    try {
      page.setDefaultTimeout(TIME_LIMIT / 2)
      await page.setViewport({ width, height: 1000, hasTouch: width < 500 })
      await page.goto(`${at}${hash}`)
      await use(page)
      expect(problems).toEqual([])
    } catch (error) {
      // What the page said by then.
      const said = await page.$$eval('[data-state], [data-live], [data-toast-text], dd', (all) =>
        all.map(({ textContent }) => textContent!.trim()),
      )
      console.warn(name, said, problems)
      throw error
    } finally {
      await page.close()
    }
  }
  const ready = (page: Page, view = '#digits') => page.waitForSelector(`${view} [data-train]:enabled`)

  skip(
    'begins to learn with the first stroke, and reads every digit that the mouse draws',
    () =>
      visit(async (page) => {
        await ready(page)
        expect(await text(page, '[data-read]')).toBe('?')
        await draw(page, hands[2][0])
        await until(page, '#digits [data-train]', 'Train on')
        expect(await number(page, '#digits [data-epochs]')).toBe(60)
        expect(Number.parseFloat(await text(page, '#digits [data-accuracy]'))).toBeGreaterThan(97)
        const read: string[] = []
        for (const [strokes] of hands) {
          await draw(page, strokes)
          read.push(await text(page, '[data-read]'))
        }
        expect(read).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        const sum = (await probabilities(page)).reduce((all, p) => all + p, 0)
        expect(sum).toBeCloseTo(1, 5)
        // A digit of the test set, and an empty pad.
        await click(page, '[data-sample]')
        await page.waitForFunction(() => document.querySelector('[data-read]')!.textContent !== '9')
        await click(page, '[data-clear]')
        await until(page, '[data-read]', '?')
      }),
    TIME_LIMIT,
  )

  skip(
    'trains, pauses where it is, and resumes; its frames go on meanwhile',
    () =>
      visit(async (page) => {
        await ready(page)
        await page.evaluate(() => {
          const gaps: number[] = []
          Object.assign(globalThis, { gaps })
          let last = performance.now()
          const look = (now: number) => {
            gaps.push(now - last)
            last = now
            requestAnimationFrame(look)
          }
          requestAnimationFrame(look)
        })
        // So slow that pausing is in the midst of it.
        await click(page, '#digits [data-slow]')
        await click(page, '#digits [data-train]')
        await page.waitForFunction(
          () => Number(document.querySelector('#digits [data-epochs]')!.textContent) >= 3,
        )
        await click(page, '#digits [data-train]')
        await until(page, '#digits [data-train]', 'Resume')
        await new Promise((resolve) => setTimeout(resolve, 700))
        const paused = await number(page, '#digits [data-epochs]')
        await new Promise((resolve) => setTimeout(resolve, 1200))
        expect(await number(page, '#digits [data-epochs]')).toBe(paused)
        expect(await text(page, '#digits [data-state]')).toMatch(/^Paused after \d+ epochs\.$/)
        await click(page, '#digits [data-slow]')
        await click(page, '#digits [data-train]')
        await until(page, '#digits [data-train]', 'Train on')
        expect(await number(page, '#digits [data-epochs]')).toBe(60)
        const gaps = await page.evaluate(() => (globalThis as unknown as { gaps: number[] }).gaps)
        const longest = Math.max(...gaps)
        console.log(
          `${name}: the longest of ${gaps.length} gaps between frames was ${Math.round(longest)} ms`,
        )
        expect(gaps.length).toBeGreaterThan(20)
      }),
    TIME_LIMIT,
  )

  skip(
    'saves a model, and loads it after a reload to the same probabilities',
    () =>
      visit(async (page) => {
        await ready(page)
        await draw(page, hands[3][0])
        await until(page, '#digits [data-train]', 'Train on')
        const before = {
          probabilities: await probabilities(page),
          loss: await text(page, '#digits [data-loss]'),
        }
        await click(page, '[data-save]')
        await page.waitForFunction(() =>
          document.querySelector('[data-saved]')!.textContent!.startsWith('Saved'),
        )
        await page.reload()
        await ready(page)
        expect(await number(page, '#digits [data-epochs]')).toBe(0)
        await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('[data-load]')!.disabled)
        await click(page, '[data-load]')
        await until(page, '#digits [data-epochs]', '60')
        await page.waitForFunction(
          () => document.querySelector('#digits [data-train]')!.textContent === 'Resume',
        )
        // Drawn while it rests, the digit does not begin a training.
        await draw(page, hands[3][0])
        expect(await probabilities(page)).toEqual(before.probabilities)
        expect(await text(page, '#digits [data-loss]')).toBe(before.loss)
        await click(page, '#digits [data-train]')
        await page.waitForFunction(
          () => Number(document.querySelector('#digits [data-epochs]')!.textContent) > 60,
        )
      }),
    TIME_LIMIT,
  )

  skip(
    'trains a loaded model with the drawings that were saved beside it, from the first epoch',
    () =>
      visit(async (page) => {
        await ready(page)
        await draw(page, [zigzag])
        await until(page, '#digits [data-train]', 'Train on')
        expect(await number(page, '#digits [data-loss]')).toBeLessThan(0.1)
        await click(page, '[data-save]')
        await page.waitForFunction(() =>
          document.querySelector('[data-saved]')!.textContent!.startsWith('Saved'),
        )
        // A hundred times the same drawing, as each of the digits: 4,000 rows of 18,013 on which no network comes below ln 10.
        const own = Array.from({ length: 100 }, (_, i) => ({ label: i % 10, strokes: [zigzag] }))
        await page.evaluate(async (own: unknown[]) => {
          const settled = <T>(request: IDBRequest<T>): Promise<T> =>
            new Promise((resolve, reject) => {
              request.onsuccess = () => resolve(request.result)
              request.onerror = () => reject(request.error)
            })
          const database = await settled(indexedDB.open('nabla-demo'))
          const models = database.transaction('models', 'readwrite').objectStore('models')
          const model = await settled(models.get('digits'))
          await settled(models.put({ ...model, own }, 'digits'))
          database.close()
        }, own)
        await page.reload()
        await ready(page)
        await page.waitForSelector('[data-load]:enabled')
        await click(page, '[data-load]')
        await until(page, '#digits [data-epochs]', '60')
        await until(page, '[data-taught]', '100 drawings × 40 copies')
        await until(page, '#digits [data-train]', 'Resume')
        await click(page, '#digits [data-slow]')
        // Every loss that the page shows: epochs may come faster than a question about the first of them.
        await page.evaluate(() => {
          const loss = document.querySelector('#digits [data-loss]')!
          const seen: number[] = []
          Object.assign(globalThis, { seen })
          new MutationObserver(() => seen.push(Number(loss.textContent))).observe(loss, {
            ...{ characterData: true, childList: true, subtree: true },
          })
        })
        await click(page, '#digits [data-train]')
        await page.waitForFunction(
          () => Number(document.querySelector('#digits [data-epochs]')!.textContent) > 60,
        )
        const least = await page.evaluate(() =>
          Math.min(...(globalThis as unknown as { seen: number[] }).seen),
        )
        expect(least).toBeGreaterThan((Math.log(10) * 4000) / 18_013)
        expect(least).toBeLessThan(10)
      }),
    TIME_LIMIT,
  )

  skip(
    'gives the model as safetensors, ONNX and JavaScript, and each computes what the page shows',
    () =>
      visit(async (page) => {
        await ready(page)
        await draw(page, hands[7][0])
        await until(page, '#digits [data-train]', 'Train on')
        // In place of the user's folder for downloads.
        await page.evaluate(() => {
          const files: { name: string; blob: Promise<Blob> }[] = []
          Object.assign(globalThis, { files })
          HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
            files.at(-1)!.name = this.download
          }
          URL.createObjectURL = (blob) => {
            files.push({ name: '', blob: Promise.resolve(blob as Blob) })
            return 'blob:none'
          }
        })
        for (const format of ['safetensors', 'onnx', 'javascript']) {
          await click(page, `[data-download=${format}]`)
          await page.waitForFunction(
            (wanted: number) =>
              (globalThis as unknown as { files: { name: string }[] }).files.filter(({ name }) => name)
                .length === wanted,
            {},
            ['safetensors', 'onnx', 'javascript'].indexOf(format) + 1,
          )
        }
        const files = await page.evaluate(async () => {
          const taken = (globalThis as unknown as { files: { name: string; blob: Promise<Blob> }[] }).files
          return Promise.all(
            taken.map(async ({ name, blob }) => ({
              name,
              bytes: [...new Uint8Array(await (await blob).arrayBuffer())],
            })),
          )
        })
        expect(files.map(({ name }) => name)).toEqual(['digits.safetensors', 'digits.onnx', 'digits.js'])
        const [safetensors, onnx, javascript] = files.map(({ bytes }) => Uint8Array.from(bytes))
        const image = await seen(page)
        const shown = await probabilities(page)
        const module = await import(
          `data:text/javascript;base64,${Buffer.from(javascript).toString('base64')}`
        )
        const computed = [
          (fromSafetensors(safetensors) as Network).predict([image]),
          (fromOnnx(onnx) as Network).predict([image]),
          module.predict(image) as Float32Array,
        ]
        // The canvas has 256 shades and the image 17, kept in float32.
        for (const outputs of computed) {
          outputs.forEach((p, digit) => {
            expect(Math.abs(p - shown[digit])).toBeLessThan(0.01)
          })
        }
        expect(module.classify(image)).toBe('7')
      }),
    TIME_LIMIT,
  )

  skip(
    'calls the classes of a file by their names, and its own by digits again',
    () =>
      visit(async (page) => {
        await ready(page)
        await draw(page, hands[3][0])
        await until(page, '#digits [data-train]', 'Train on')
        const names = [
          'nought',
          'one',
          'two',
          'three',
          'four',
          'five',
          'six',
          'seven',
          'eight',
          'nine and a half',
        ]
        const network = new Network({
          inputs: 64,
          layers: [48, 10],
          loss: 'crossEntropy',
          classNames: names,
          optimizer: { name: 'adam', learningRate: 0.002 },
        })
        const shownNames = () =>
          page.$$eval('[data-bars] li span:first-child', (all) => all.map(({ textContent }) => textContent))
        const isSaid = () => page.$eval('[data-of-file]', (note) => note.checkVisibility())
        expect(await shownNames()).toEqual([...'0123456789'])
        expect(await isSaid()).toBe(false)
        await page.$eval(
          '[data-open]',
          (input, bytes) => {
            const files = new DataTransfer()
            files.items.add(new File([Uint8Array.from(bytes)], 'words.safetensors'))
            ;(input as HTMLInputElement).files = files.files
            input.dispatchEvent(new Event('change'))
          },
          [...toSafetensors(network)],
        )
        await until(page, '[data-bars] li span', 'nought')
        expect(await shownNames()).toEqual(names)
        expect(await isSaid()).toBe(true)
        // It reads what the network says, untrained as it is; taught digits, it finds the fourth of its names.
        const most = names[network.classify(await seen(page))[0]]
        await until(page, '[data-read]', most)
        await click(page, '#digits [data-train]')
        await until(page, '#digits [data-train]', 'Train on')
        await until(page, '[data-read]', 'three')
        await page.waitForFunction(() =>
          /It reads three/.test(document.querySelector('[data-live]')!.textContent!),
        )
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440)
        await click(page, '#digits [data-restart]')
        await until(page, '[data-bars] li span', '0')
        expect(await isSaid()).toBe(false)
      }),
    TIME_LIMIT,
  )

  skip(
    'learns a drawing that it is taught',
    () =>
      visit(async (page) => {
        await ready(page)
        // From now on it is a 3 turned on its side, says the user.
        await draw(page, [zigzag])
        await until(page, '#digits [data-train]', 'Train on')
        const before = await probabilities(page)
        const wrong = before.indexOf(Math.min(...before))
        expect(await page.$eval('[data-teach]', (button) => (button as HTMLButtonElement).disabled)).toBe(
          true,
        )
        await click(page, `.teach input[value="${wrong}"]`)
        await until(page, '[data-taught]', 'None of yours yet')
        await click(page, '[data-teach]')
        await until(page, '[data-taught]', '1 drawing × 40 copies')
        await until(page, '[data-read]', String(wrong))
        await until(page, '#digits [data-train]', 'Train on')
        expect((await probabilities(page))[wrong]).toBeGreaterThan(0.5)
      }),
    TIME_LIMIT,
  )

  skip(
    'takes other layers, activations, optimizers and rates, and says why a training diverges',
    () =>
      visit(async (page) => {
        await ready(page)
        await click(page, '#digits [data-add-layer]')
        await until(page, '#digits [data-shape] span', '64 → 48 → 48 → 10')
        await page.select('#digits [data-activation]', 'tanh')
        await click(page, '#digits [data-train]')
        await until(page, '#digits [data-train]', 'Train on')
        const trained = Number.parseFloat(await text(page, '#digits [data-accuracy]'))
        expect(trained).toBeGreaterThan(96)
        // Another optimizer keeps what was learned; another layer does not.
        await page.select('#digits [data-optimizer]', 'momentum')
        expect(await number(page, '#digits [data-epochs]')).toBe(60)
        await page.select('#digits [data-optimizer]', 'sgd')
        await page.$eval('#digits [data-rate]', (range) => {
          Object.assign(range, { value: '-1' })
          range.dispatchEvent(new Event('input', { bubbles: true }))
        })
        await until(page, '#digits [data-rate-value]', '0.1')
        await click(page, '#digits [data-train]')
        await page.waitForFunction(
          () => Number(document.querySelector('#digits [data-epochs]')!.textContent) > 61,
        )
        expect(Number.parseFloat(await text(page, '#digits [data-accuracy]'))).toBeGreaterThan(96)
        await click(page, '#digits .layer button')
        await until(page, '#digits [data-shape] span', '64 → 48 → 10')
        await page.select('#digits [data-activation]', 'linear')
        await page.$eval('#digits [data-rate]', (range) => {
          Object.assign(range, { value: '0.5' })
          range.dispatchEvent(new Event('input', { bubbles: true }))
        })
        await page.waitForFunction(() => !document.querySelector<HTMLElement>('[data-toast]')!.hidden)
        expect(await text(page, '[data-toast-text]')).toMatch(/the learning rate 3\.2 is too high/)
        await click(page, '[data-toast-close]')
        await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-toast]')!.hidden)
        // What is said of a training goes with it.
        await click(page, '#digits [data-train]')
        await page.waitForFunction(() => !document.querySelector<HTMLElement>('[data-toast]')!.hidden)
        await click(page, '#digits [data-restart]')
        await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-toast]')!.hidden)
      }),
    TIME_LIMIT,
  )

  skip(
    'says why it cannot save, trains on, and changes its colours, where a browser keeps nothing',
    () =>
      visit(async (page) => {
        await page.evaluateOnNewDocument(() => {
          const refuse = () => {
            throw new DOMException('The operation is insecure.', 'SecurityError')
          }
          Object.defineProperty(globalThis, 'localStorage', { get: refuse })
          Object.defineProperty(globalThis, 'indexedDB', { get: refuse })
        })
        await page.reload()
        await ready(page)
        await click(page, '#digits [data-slow]')
        await click(page, '#digits [data-train]')
        await click(page, '[data-save]')
        await until(page, '[data-toast-text]', 'The operation is insecure.')
        await until(page, '#digits [data-train]', 'Pause')
        await click(page, '[data-theme-button]')
        await until(page, '[data-theme-name]', 'Light')
      }),
    TIME_LIMIT,
  )

  skip(
    'bends the plane around a spiral, and takes points by mouse and by keys',
    () =>
      visit(
        async (page) => {
          await ready(page, '#playground')
          const colours = () =>
            page.$eval('[data-plane]', (canvas) => {
              const { width, height } = canvas as HTMLCanvasElement
              const { data } = (canvas as HTMLCanvasElement)
                .getContext('2d')!
                .getImageData(0, 0, width, height)
              let sum = 0
              for (let i = 0; i < data.length; i += 4) sum += data[i] - data[i + 2]
              return sum
            })
          const before = await colours()
          await click(page, '#playground [data-train]')
          await page.waitForFunction(
            () =>
              Number.parseFloat(document.querySelector('#playground [data-accuracy]')!.textContent!) >= 95,
          )
          expect(await colours()).not.toBe(before)
          await click(page, '#playground [data-train]')
          await page.select('[data-problem]', 'none')
          const plane = (await page.$('[data-plane]'))!
          await plane.scrollIntoView()
          const { x, y, width } = (await plane.boundingBox())!
          await page.mouse.click(x + 0.2 * width, y + 0.2 * width)
          await page.mouse.click(x + 0.2 * width, y + 0.8 * width)
          await click(page, '[name=brush][value="1"]')
          await plane.focus()
          for (let step = 0; step < 6; ++step) await page.keyboard.press('ArrowRight')
          await page.keyboard.press(' ')
          await click(page, '#playground [data-train]')
          await until(page, '#playground [data-accuracy]', '100%')
        },
        { hash: '#playground' },
      ),
    TIME_LIMIT,
  )

  skip(
    'trains on the points that are shown, and on none where there are none',
    () =>
      visit(
        async (page) => {
          await ready(page, '#playground')
          await page.select('[data-problem]', 'none')
          await until(
            page,
            '#playground [data-state]',
            'There is nothing to learn from yet: add some points.',
          )
          expect(
            await page.$eval('#playground [data-train]', (one) => (one as HTMLButtonElement).disabled),
          ).toBe(true)
          await page.focus('[data-plane]')
          await page.keyboard.press(' ')
          await ready(page, '#playground')
          await click(page, '#playground [data-train]')
          await until(page, '#playground [data-accuracy]', '100%')
          // While it trains, they go.
          await click(page, '[data-new-points]')
          await page.waitForSelector('#playground [data-train]:disabled')
          await page.select('[data-problem]', 'circles')
          await until(page, '#playground [data-state]', 'Untrained: all it does is guess.')
          await ready(page, '#playground')
        },
        { hash: '#playground' },
      ),
    TIME_LIMIT,
  )

  skip(
    'is used by keys alone',
    () =>
      visit(async (page) => {
        await ready(page)
        await page.focus('#digits [data-train]')
        await page.keyboard.press('Enter')
        await until(page, '#digits [data-train]', 'Train on')
        await page.focus('[data-pad]')
        await page.keyboard.press(' ')
        for (let step = 0; step < 16; ++step) await page.keyboard.press('ArrowDown')
        await page.keyboard.press(' ')
        await until(page, '[data-read]', '1')
        await page.waitForFunction(() =>
          /It reads 1/.test(document.querySelector('[data-live]')!.textContent!),
        )
        await page.keyboard.press('Escape')
        await until(page, '[data-read]', '?')
        // Tab goes from the pad to its buttons, and on through the page, as it is read.
        const order: string[] = []
        for (let step = 0; step < 6; ++step) {
          await page.keyboard.press('Tab')
          order.push(
            await page.evaluate(
              () => document.activeElement!.textContent!.trim() || document.activeElement!.tagName,
            ),
          )
        }
        expect(order.slice(0, 4)).toEqual(['A test digit', 'INPUT', 'Train on', 'Start anew'])
      }),
    TIME_LIMIT,
  )

  skip(
    'trains in one worker where the page is not cross-origin isolated',
    async () => {
      const plain = await serveDemo({ isolated: false })
      try {
        await visit(
          async (page) => {
            await ready(page)
            expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
            await draw(page, hands[4][0])
            await until(page, '#digits [data-train]', 'Train on')
            expect(await text(page, '#digits [data-state]')).toBe(
              'Trained for 60 epochs by one worker, off this page’s thread.',
            )
            expect(await text(page, '[data-read]')).toBe('4')
          },
          { at: plain.url },
        )
      } finally {
        plain.server.close()
      }
    },
    TIME_LIMIT,
  )

  skip.each([320, 390, 768, 1120, 1440])(
    'fits a window of %i pixels, and moves nothing while it trains',
    (width) =>
      visit(
        async (page) => {
          await page.evaluate(() => {
            const shifts: string[] = []
            Object.assign(globalThis, { shifts })
            if (!PerformanceObserver.supportedEntryTypes.includes('layout-shift')) return
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) {
                const { sources } = entry as unknown as { sources: readonly { node?: Element | null }[] }
                shifts.push(
                  ...sources.map(({ node }) => String(node?.outerHTML ?? node?.nodeName).slice(0, 80)),
                )
              }
            }).observe({ type: 'layout-shift', buffered: true })
          })
          await ready(page)
          const places = () =>
            page.$$eval('#digits .card', (cards) =>
              cards.map((card) => card.getBoundingClientRect().top + scrollY),
            )
          const before = await places()
          await draw(page, hands[8][0])
          await page.waitForFunction(
            () => Number(document.querySelector('#digits [data-epochs]')!.textContent) > 20,
          )
          expect(await places()).toEqual(before)
          // What it says at the end is longer.
          await until(page, '#digits [data-train]', 'Train on')
          expect(await places()).toEqual(before)
          expect(await page.evaluate(() => (globalThis as unknown as { shifts: string[] }).shifts)).toEqual(
            [],
          )
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
        },
        { width },
      ),
    TIME_LIMIT,
  )

  skip(
    'takes a finger',
    () =>
      visit(
        async (page) => {
          await ready(page)
          const pad = (await page.$('[data-pad]'))!
          await pad.scrollIntoView()
          const { x, y, width } = (await pad.boundingBox())!
          await page.touchscreen.touchStart(x + 0.5 * width, y + 0.1 * width)
          for (let step = 2; step < 10; ++step)
            await page.touchscreen.touchMove(x + 0.5 * width, y + 0.1 * step * width)
          await page.touchscreen.touchEnd()
          await until(page, '#digits [data-train]', 'Train on')
          expect(await text(page, '[data-read]')).toBe('1')
        },
        { width: 390 },
      ),
    TIME_LIMIT,
  )
})

describe('weight', () => {
  // What nabla itself weighs is being brought down (issue 13: at most 60 KB for Network). Until then what the page adds to
  // it is held to what that leaves; then this is set to true.
  const EVERYTHING_COUNTS = false
  const OF_NABLA = 72 * 1024

  it(
    'is within its limit, gzipped, without the digits',
    async () => {
      const { weights } = await built()
      const { page, uplot, nabla } = weights
      expect(page).toBeGreaterThan(10_000)
      expect(uplot).toBeGreaterThan(10_000)
      if (EVERYTHING_COUNTS) expect(page + uplot + nabla).toBeLessThanOrEqual(LIMIT)
      else expect(page + uplot).toBeLessThanOrEqual(LIMIT - OF_NABLA)
    },
    TIME_LIMIT,
  )

  it(
    'has the digits in the worker that reads them, and not in the page',
    async () => {
      const { files } = await built()
      const reached = (file: string): string[] => [file, ...files[file].imports.flatMap(reached)]
      const data = expect.stringMatching(/^digits-data/)
      expect(reached('data-worker.js')).toContainEqual(data)
      for (const file of ['main.js', 'rooms.js']) expect(reached(file)).not.toContainEqual(data)
    },
    TIME_LIMIT,
  )
})
