export { type COptions, toC } from './c.ts'
export { toJavaScript } from './javascript.ts'
export type { Deployable } from './model.ts'
