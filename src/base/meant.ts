// What someone meant who wrote a name that is none: the one that is most like it.

// What others call it.
const SYNONYMS: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  mae: 'meanAbsoluteError',
  mse: 'quadratic',
  swish: 'silu',
  xavier: 'glorotUniform',
}

// Dice's coefficient from which names are alike: 'validationSplit' and 'validation' have 0.78, 'shuffel' and 'shuffle' 0.67.
const ALIKE = 0.6

/** The pairs of letters side by side. */
function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase().replace(/[^a-z\d]/g, '')
  return new Set(Array.from(letters.slice(1), (letter, i) => letters[i] + letter))
}

/** ", did you mean 'batchSize'?" for 'batch_size', or nothing where none of the known names is like it. */
export function meant(known: readonly string[], came: unknown): string {
  // A long text is no slip of the pen.
  if (typeof came !== 'string' || came.length > 40) return ''
  const pairs = pairsOf(came)
  let most = ALIKE
  let found = known.find((name) => name === SYNONYMS[came])
  for (const name of known) {
    const others = pairsOf(name)
    let both = 0
    for (const pair of others) if (pairs.has(pair)) both += 2
    const likeness = both / (pairs.size + others.size)
    if (likeness > most) [most, found] = [likeness, name]
  }
  return found ? `, did you mean '${found}'?` : ''
}
