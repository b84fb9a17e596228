// The Markdown of a run, from its JSON: node bench/peers/write.mjs RUN.json [FILE.md]. The sections of FILE.md with the same
// headings are replaced and all others kept; without FILE.md it goes to standard output.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { render as renderBrain } from './brain/race.mjs'
import { reportConverge } from './converge.mjs'
import { withSections } from './markdown.mjs'
import { report } from './report.mjs'
import { reportOne } from './report-one.mjs'

/**
 * A run of several workloads is the race; one alone is a section of its own, so that it leaves the race's tables be. That of
 * nabla/brain with brain.js is another race.
 */
export function render(run) {
  if (run.race === 'brain') return renderBrain(run)
  const { machine, peak, columns, rows, results, toTheEnd } = run
  const sections = []
  if (rows.length === 1) sections.push(reportOne({ machine, columns, row: rows[0], results }))
  else if (rows.length) sections.push(report({ machine, peak, columns, rows, results }))
  if (toTheEnd) sections.push(reportConverge({ machine, ...toTheEnd }))
  return sections.join('\n')
}

export function writeMarkdown(run, file) {
  if (!file) process.stdout.write(render(run))
  else writeFileSync(file, withSections(existsSync(file) ? readFileSync(file, 'utf8') : '', render(run)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [json, file] = process.argv.slice(2)
  writeMarkdown(JSON.parse(readFileSync(json, 'utf8')), file)
}
