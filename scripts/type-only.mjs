// Keeps what an entry exports as a type alone, `export type { Features }`, from becoming a value in the rolled-up declarations: API
// Extractor writes `export declare class Features` for it, and a program that says `new Features()` or `instanceof Features` would
// compile, and fail where the module is linked.

import { readFileSync, writeFileSync } from 'node:fs'

/** The names in `export type { … }` and `export { type … }`. */
const typeOnlyIn = (text) =>
  [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, all, list]) =>
    [...list.matchAll(/(type )?(?:\w+ as )?(\w+)\s*(?:,|$)/g)].flatMap(([, one, name]) =>
      all || one ? [name] : [],
    ),
  )

/** entries: the declarations that tsc made, by the name of the entry, dist/NAME.d.ts. */
export function keepTypesTypes(entries) {
  for (const [entry, declarations] of Object.entries(entries)) {
    const path = `dist/${entry}.d.ts`
    let text = readFileSync(path, 'utf8')
    const moved = typeOnlyIn(readFileSync(declarations, 'utf8')).filter((name) => {
      const before = text
      text = text.replace(new RegExp(`^export (declare (?:abstract )?class ${name}\\b)`, 'm'), '$1')
      return text !== before
    })
    if (moved.length > 0)
      writeFileSync(path, `${text.trimEnd()}\nexport type { ${moved.sort().join(', ')} }\n`)
  }
}
