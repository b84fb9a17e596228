export const folder: string
export const LIMIT: number

export function buildDemo(): Promise<{
  /** Gzipped bytes, by whose they are. */
  readonly weights: Readonly<Record<'page' | 'nabla' | 'uplot' | 'data', number>>
  readonly files: Readonly<Record<string, { readonly owner: string; readonly bytes: number }>>
}>
