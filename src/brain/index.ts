export { fromBrain } from './json.ts'
