export { type Digits, digits } from './digits.ts'
export { xor } from './xor.ts'
