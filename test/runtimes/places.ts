// What each place was found to do, kept in build/reports/places.json for scripts/make-places.mjs.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from './probe.mjs'

const reports = fileURLToPath(new URL('../../build/reports/', import.meta.url))
const parts = join(reports, 'places')

export interface Found extends Partial<Omit<Place, 'uninterrupted'>> {
  /** The runtime with its version: 'Node 20.20.2'. */
  readonly runtime: string
  /** Where in it: 'command line', 'page', 'Web Worker' … */
  readonly where: string
  /** What the page is served with, or what else is particular. */
  readonly under?: string
  /** Milliseconds from the import to a first network. */
  readonly start?: number
  /** The most threads that a fit which asked for two trained in; undefined where none was asked. */
  readonly threads?: number
  /** Whether a model was saved in a file and loaded. */
  readonly files?: boolean
  /** Entries of the package that gave what they give in Node. */
  readonly entries?: number
}

/** Keeps what was found. Several files of tests run at once, so each place is a file, until they are put together. */
export function recordPlace(found: Found): void {
  mkdirSync(parts, { recursive: true })
  const name = [found.runtime, found.where, found.under ?? ''].join(' ').replace(/[^\w.]+/g, '-')
  writeFileSync(join(parts, `${name}.json`), JSON.stringify(found))
}

/** Puts the places together. For vitest, which calls it when all files have run. */
export function joinPlaces(): void {
  mkdirSync(parts, { recursive: true })
  const places = readdirSync(parts)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(parts, name), 'utf8')) as Found)
  writeFileSync(join(reports, 'places.json'), `${JSON.stringify(places, undefined, 1)}\n`)
}
