/** Anything that answers with numbers by name, or in order. */
export interface ILikelyNet<InputType, OutputType> {
  /** Returns the numbers for an input. */
  run: (input: InputType) => OutputType
}

/** Returns the name of the largest output, of the first of them; null where there is none. An output without a name has its index. */
export function likely<InputType, OutputType extends object>(
  input: InputType,
  net: ILikelyNet<InputType, OutputType>,
): string | null {
  let best: string | null = null
  let most = -Infinity
  for (const [name, value] of Object.entries(net.run(input) as Record<string, number>)) {
    if (value <= most || Number.isNaN(value)) continue
    best = name
    most = value
  }
  return best
}
