// Modules of Node, which Deno and Bun have too; a page has none, and its bundler must not look for them.

interface Process {
  readonly versions?: { readonly node?: string }
  getBuiltinModule?(name: string): unknown
}

/** A module of Node, or undefined where the platform has no such thing. */
export async function builtin<T>(name: string): Promise<T | undefined> {
  const { process } = globalThis as { process?: Process }
  if (!process?.versions?.node) return undefined
  // Node 20 before 20.16 has no getBuiltinModule. Bundlers must leave the import as it is.
  return (process.getBuiltinModule?.(name) ?? import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as T
}
