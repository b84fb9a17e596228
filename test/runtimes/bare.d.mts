import type { Data, FitOptions, Network } from '../../src/index.ts'

export const data: { readonly x: Float32Array; readonly y: Float32Array } & Data
export const options: FitOptions
export function network(): Network
export function main(): Promise<Record<string, unknown>>
