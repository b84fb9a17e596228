export { type COptions, toC } from './c.ts'
export { toJavaScript } from './javascript.ts'
export type { DeployableModel, DeployableNetwork } from './model.ts'
