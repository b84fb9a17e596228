// What a user may ask of a network and of its calls: the types of the options, by what they are options of.

export type * from './call-options.ts'
export type * from './data-options.ts'
export type * from './fit-options.ts'
export type * from './layer-options.ts'
export type * from './loss-options.ts'
export type * from './network-options.ts'
export type * from './optimizer-options.ts'
