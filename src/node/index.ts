// What needs a file system: Node, Deno and Bun.

export { loadModel, saveModel } from './model-files.ts'
export { readCheckpoint } from './read-checkpoint.ts'
