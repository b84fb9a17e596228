/** The version of this package, as package.json has it: what is written into files says which nabla made them. */
export const VERSION = '0.1.0'
