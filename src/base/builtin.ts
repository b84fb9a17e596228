// Modules of Node, which Deno and Bun have too; a page has none, and its bundler must not look for them. There is no
// `import(name)` here: workerd, Metro and Hermes refuse a whole bundle for one.

interface Process {
  readonly versions?: { readonly node?: string }
  /** From Node 20.16 on. */
  getBuiltinModule?(name: string): unknown
}

/** A module of Node, or undefined where the platform has no such thing. */
export function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: Process }
  return process?.versions?.node ? (process.getBuiltinModule?.(name) as T | undefined) : undefined
}
