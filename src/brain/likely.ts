/** Anything that answers an input with numbers, by name or in order. */
export interface ILikelyNet<InputType, OutputType> {
  /** Returns the outputs for an input. */
  run: (input: InputType) => OutputType
}

/**
 * Returns the name of the net's largest output for the input, the first if several are equal, or its index as text if outputs are in
 * order. NaN is passed over; null if nothing is left.
 */
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
