// Lets the declarations of an entry take from those of the entries before it what both have. A class that is declared twice is two
// classes to TypeScript, since it has private members: a Network of 'nabla' would be none to 'nabla/model'.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

// The TypeScript that API Extractor brings: the project's own has no API of this kind.
const require = createRequire(createRequire(import.meta.url).resolve('@microsoft/api-extractor'))
const ts = require('typescript')

const isExported = (statement) =>
  ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false

/** What is declared, without comments, `export` and the numbers that API Extractor tells names of one kind apart with. */
const textOf = (statement, file) =>
  statement
    .getText(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*export /, '')
    .replace(/\b([A-Z]\w*?)_\d+\b/g, '$1')
    .replace(/\s+/g, ' ')

/** Every declaration at the top of the file, by its name; functions have one for each overload. And the default export's name. */
function read(path) {
  const text = readFileSync(path, 'utf8')
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const named = new Map()
  const byDefault = []
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) byDefault.push(statement.expression.text)
    const name = statement.name?.text ?? statement.declarationList?.declarations[0]?.name.text
    if (!name) continue
    const found = named.get(name) ?? { statements: [], isExported: false, text: '' }
    found.statements.push(statement)
    found.isExported ||= isExported(statement)
    found.text += textOf(statement, file)
    named.set(name, found)
  }
  return { text, named, byDefault }
}

/** The names that the statements use. */
function usedIn(statements) {
  const names = new Set()
  const visit = (node) => {
    if (ts.isIdentifier(node)) names.add(node.text)
    ts.forEachChild(node, visit)
  }
  for (const statement of statements) ts.forEachChild(statement, visit)
  return names
}

/** entries: names of the entries, dist/NAME.d.ts, each sharing what those before it export. */
export function shareTypes(entries) {
  /** Where a name was exported first, and what it is. */
  const known = new Map()
  for (const entry of entries) {
    const path = `dist/${entry}.d.ts`
    const { text, named, byDefault } = read(path)
    const shared = new Map()
    for (const [name, { text: declared }] of named) {
      const before = known.get(name)
      if (before?.text === declared) shared.set(name, before.entry)
    }
    // What is left is needed by what the entry exports, or by nothing.
    const isRoot = (name) => (named.get(name).isExported && !shared.has(name)) || byDefault.includes(name)
    const kept = new Set([...named.keys()].filter(isRoot))
    const used = new Set()
    for (const name of kept) {
      for (const other of usedIn(named.get(name).statements)) {
        used.add(other)
        if (named.has(other) && !shared.has(other)) kept.add(other)
      }
    }
    for (const [name, one] of named) {
      if (one.isExported && !known.has(name)) known.set(name, { entry, text: one.text })
    }
    if (shared.size === 0) continue
    const gone = [...named].filter(([name]) => !kept.has(name)).flatMap(([, { statements }]) => statements)
    let left = text
    for (const statement of gone.sort((a, b) => b.pos - a.pos)) {
      left = left.slice(0, statement.getFullStart()) + left.slice(statement.getEnd())
    }
    const lines = [...new Set(shared.values())].flatMap((source) => {
      const names = [...shared].filter(([, from]) => from === source).map(([name]) => name)
      const imported = names.filter((name) => used.has(name))
      const exported = names.filter((name) => named.get(name).isExported)
      return [
        ...(imported.length > 0 ? [`import { ${imported.join(', ')} } from './${source}.js';`] : []),
        ...(exported.length > 0 ? [`export { ${exported.join(', ')} } from './${source}.js';`] : []),
      ]
    })
    writeFileSync(path, `${lines.join('\n')}\n${left.replace(/\n{3,}/g, '\n\n')}`)
  }
}
