// Calls the modules of the reference as they are imported: dist/index.d.ts is 'nabla', dist/data.d.ts is 'nabla/data'.

import { Converter } from 'typedoc'

export function load({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of project.children)
      entry.name = entry.name === 'index' ? 'nabla' : `nabla/${entry.name}`
  })
}
