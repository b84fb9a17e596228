// What needs a file system: Node, Deno and Bun.

export { readCheckpoint } from './read-checkpoint.ts'
