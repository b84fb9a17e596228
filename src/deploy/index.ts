export { type COptions, toC } from './c.ts'
export { type JavaScriptOptions, toJavaScript } from './javascript.ts'
export type { Deployable } from './model.ts'
