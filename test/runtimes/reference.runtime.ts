// The reference of the API: every public name is documented, every type that one is made of is there too, and no link is
// broken. typedoc fails otherwise; this runs it as `npm run docs` does, but into a folder of its own.

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const reference = fileURLToPath(new URL('../../scripts/reference', import.meta.url))
const { version } = JSON.parse(readFileSync(join(reference, '../../package.json'), 'utf8'))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-reference-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What typedoc says with the options of the project and these, and what it exits with. */
function typedoc(...options: string[]): Promise<{ code: number; said: string }> {
  const program = join(reference, 'node_modules/typedoc/bin/typedoc')
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...options],
      { cwd: reference, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
      (_, out, error) => resolve({ code: child.exitCode ?? -1, said: `${out}${error}` }),
    )
  })
}

const decoded = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"')

/** The links of the pages below a folder that lead to no page there, or to no place of it. */
function brokenLinks(site: string): string[] {
  const files = new Set(readdirSync(site, { recursive: true, encoding: 'utf8' }))
  const pages = [...files].filter((file) => file.endsWith('.html'))
  const texts = new Map(pages.map((page) => [page, readFileSync(join(site, page), 'utf8')]))
  const idsOf = new Map(
    [...texts].map(([page, text]) => [
      page,
      new Set([...text.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => decoded(id))),
    ]),
  )
  const broken: string[] = []
  let links = 0
  for (const [page, text] of texts) {
    for (const [, href] of text.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
      if (/^[a-z]+:/i.test(href)) continue
      links += 1
      const [path, place] = decoded(href).split('#')
      const target = path ? normalize(join(dirname(page), decodeURIComponent(path))) : page
      const isThere = files.has(target) && (!place || idsOf.get(target)?.has(decodeURIComponent(place)))
      if (!isThere) broken.push(`${page}: ${href}`)
    }
  }
  expect(links).toBeGreaterThan(1000)
  return broken
}

describe('the reference of the API', () => {
  it('documents every public name, and has no link that leads nowhere', async () => {
    const out = join(folder, 'api')
    const { code, said } = await typedoc('--out', out)
    expect(said).not.toMatch(/warning|error/i)
    expect(code).toBe(0)
    const index = readFileSync(join(out, 'index.html'), 'utf8')
    expect(index).toContain(`nabla - v${version}`)
    for (const entry of ['nabla', 'nabla/data', 'nabla/plot']) expect(index).toContain(`>${entry}<`)
    expect(brokenLinks(out)).toEqual([])
  }, 180_000)

  it('fails for a name without documentation, a link without a target and a type that is not exported', async () => {
    const project = {
      'index.d.ts':
        '/** As {@link Nowhere}. */\nexport interface A {\n  bare: Hidden\n}\ninterface Hidden {\n  inside: number\n}\nexport {}\n',
      'package.json': '{ "name": "failing", "version": "1.0.0" }',
      'tsconfig.json': '{ "compilerOptions": { "types": [], "noEmit": true }, "files": ["index.d.ts"] }',
      'typedoc.json': JSON.stringify({
        extends: [join(reference, 'typedoc.json')],
        entryPoints: ['index.d.ts'],
        tsconfig: 'tsconfig.json',
        out: 'out',
      }),
    }
    for (const [name, text] of Object.entries(project)) writeFileSync(join(folder, name), text)
    const { code, said } = await typedoc('--options', join(folder, 'typedoc.json'))
    expect(code).not.toBe(0)
    expect(said).toMatch(/A\.bare .*does not have any documentation/)
    expect(said).toMatch(/Failed to resolve link to "Nowhere"/)
    expect(said).toMatch(/Hidden, .*is referenced by .*A\.bare but not included/)
  }, 180_000)
})
