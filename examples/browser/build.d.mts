export const folder: string
export const LIMIT: number

export function buildDemo(): Promise<{
  /** Gzipped bytes, by whose they are. */
  readonly weights: Readonly<Record<'page' | 'nabla' | 'uplot' | 'data', number>>
  /** Of each file whose it is, its gzipped bytes, and the files that it cannot run without. */
  readonly files: Readonly<
    Record<string, { readonly owner: string; readonly bytes: number; readonly imports: readonly string[] }>
  >
}>
