// Numbers and tables as Markdown, and a file of which some sections are written anew.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** 12,345 as 12,300: three digits. */
export function shown(value) {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en', {
    minimumFractionDigits: Math.min(digits, 3),
    maximumFractionDigits: Math.min(digits, 6),
  })
}

export const table = (head, body) =>
  [head, head.map((_, i) => (i ? '--:' : '---')), ...body]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** The processor, the date, the Node and the circumstances of a run. */
export const described = ({ cpu, cores, date, node, pinned, load }) =>
  `${cpu}, ${cores} cores, ${date}; JavaScript in ${node}; ${pinned ? 'one core, pinned' : 'not pinned: no taskset'}${load > 2 ? `; other work ran beside it (load ${load.toFixed(0)})` : ''}`

const headingOf = (section) => section.slice(0, section.indexOf('\n'))

/** `text` with the sections of `written` in place of those with the same heading; new ones come last. A section begins with
 * a line '# …' or '## …'. */
export function withSections(text, written) {
  const split = (whole) => whole.split(/^(?=##? )/m).map((section) => `${section.trimEnd()}\n`)
  const fresh = new Map(split(written).map((section) => [headingOf(section), section]))
  const kept = text.trim() === '' ? [] : split(text)
  const replaced = kept.map((section) => {
    const heading = headingOf(section)
    const anew = fresh.get(heading)
    fresh.delete(heading)
    return anew ?? section
  })
  return [...replaced, ...fresh.values()].join('\n')
}
