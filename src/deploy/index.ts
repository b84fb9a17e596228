export { type COptions, toC } from './c.ts'
export { toJavaScript } from './javascript.ts'
export type { DeployableModel } from './model.ts'
