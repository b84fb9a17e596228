import { SGD } from '../../assembly/abi.ts'

/** The rules of assembly/optimizer.ts: w − scale · g for SGD, scale · g where the gradient is to be stored. */
export function applyRule(rule: number, w: number, g: number, scale: number): number {
  return rule === SGD ? w - scale * g : scale * g
}
