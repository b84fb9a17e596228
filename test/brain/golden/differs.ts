// What nabla/brain does otherwise than brain.js, on purpose: docs/brain.md says so to users.

interface Difference {
  why: string
  /** The scenario whose outcome in brain.js this one has here. */
  as?: string
  /** What is other in the outcome, by its path. */
  changes?: Record<string, unknown>
}

const refused = (name: string) => ({
  throws: `[${name}, 0.1] is out of normal training range, your network will probably not train.`,
})
const places = ['the constructor', 'train()', 'updateTrainingOptions()']
const textsRefused = ['beta1', 'beta2', 'epsilon'].flatMap((name) =>
  places.map((place): [string, Difference] => [
    `${name} in ${place}`,
    {
      why: 'a text is no number, though brain.js takes one for these three',
      changes: { 'returns.8': refused(name) },
    },
  ]),
)

const byPlace =
  'typed arrays go by place, as the types of brain.js have it, where it names their values "0", "1", …'
const inputByPlace = { 'returns.shape.inputLookup': null, 'returns.shape.inputLookupLength': 0 }
const bothByPlace = {
  ...inputByPlace,
  'returns.shape.outputLookup': null,
  'returns.shape.outputLookupLength': 0,
  'returns.output.0': 'Float32Array',
}

const noFolds = ['1', '0', '-1', '1.5', 'NaN'].map((k) => ({
  throws: `k: expected a whole number of at least 2, got ${k}`,
}))

const aNumber = 'a number alone is one value, where brain.js takes it for an object without any'
const finite = (where: string, came: string) => ({
  throws: `${where}: expected a finite float32 number, got ${came}`,
})
const oneValue = (side: 'input' | 'output') => ({
  [`returns.shape.${side}Lookup`]: null,
  [`returns.shape.sizes.${side === 'input' ? 0 : 2}`]: 1,
})

/** By the name of the scenario. */
export const differs: Record<string, Difference> = {
  ...Object.fromEntries(textsRefused),
  'data: Float32Array': { why: byPlace, changes: bothByPlace },
  'data: Float64Array': { why: byPlace, changes: bothByPlace },
  'data: Uint8Array to array': { why: byPlace, changes: inputByPlace },
  'values by name that are no numbers': {
    why: 'undefined is 0, as null is and as a name that is left out, where run() of brain.js makes NaN of it, and train() 0',
    changes: { 'returns.0': { x: 0.376040131, y: 0.490528315 } },
  },
  'training on values by name that are no numbers': {
    why: 'true and the texts of numbers are numbers in train() as they are in run(), where train() of brain.js has 0 for them by name',
    changes: {
      'returns.1': [0.592834709, 0.565677707],
      'returns.2': [0.592834709, 0.565677707],
      'returns.3': [0.605409022, 0.063530846],
    },
  },
  'data: single numbers': {
    why: aNumber,
    changes: { ...oneValue('input'), ...oneValue('output'), 'returns.output': ['Float32Array', ['0'], true] },
  },
  'data: a single number to an array': { why: aNumber, changes: oneValue('input') },
  'training on what is no number': {
    why: 'brain.js makes all weights NaN and says nothing',
    changes: {
      'returns.0': finite('data[0].input[0]', 'NaN'),
      'returns.1': finite('data[0].output[0]', 'NaN'),
      'returns.2': finite('data[0].input[1]', '"x"'),
      'returns.3': finite('data[0].input[1]', '[2, 3]'),
      'returns.4': finite('data[0].input["a"]', 'NaN'),
    },
  },
  'run() of what is no number': {
    why: 'brain.js answers NaN',
    changes: {
      'returns.0': finite('input[0]', 'NaN'),
      'returns.1': finite('input[1]', 'undefined'),
      'returns.2': finite('input[0]', '"x"'),
    },
  },
  'a training that diverges': {
    why: 'brain.js goes on with NaN; here it ends, and the weights from before are kept',
    changes: {
      'returns.0': {
        throws:
          'the error or a weight is no longer finite in iteration 2. The network keeps the weights it had before this call. ' +
          'Try a learningRate below 0.9, inputs and outputs scaled to between 0 and 1, ' +
          "or a bounded activation such as 'sigmoid' instead of 'leaky-relu'.",
      },
      'returns.2': ['«Float32Array»', -0.0017029685],
    },
  },
  ...Object.fromEntries(
    places.map((place): [string, Difference] => [
      `callback in ${place}`,
      { why: 'null is none, as the documentation of brain.js has it', changes: { 'returns.2': null } },
    ]),
  ),
  'Adam given to train() after fromJSON': {
    why: 'brain.js looks at praxis only when it draws weights, and passes over it afterwards',
    as: 'Adam of the JSON',
  },
  'an activation given to train() after fromJSON': {
    why: 'brain.js goes on with the activation that it had, though its JSON has the new one',
    as: 'an activation of the JSON',
  },
  'toFunction of a name with a quotation mark': {
    why: 'any name will do, as it does for run()',
    as: 'run() by a name with a quotation mark',
  },
  'initialize() by the sizes of the constructor': {
    why: 'says what is missing',
    changes: { 'returns.before.throws': 'network not runnable' },
  },
  'what cannot be done before training': {
    why: 'says what is missing',
    changes: { 'returns.3.throws': 'Sizes must be set before initializing' },
  },
  'statistics with no positives': {
    why: '0 by 0 is 0, as it is in test(), where brain.js has NaN for all folds together',
    changes: { 'returns.precision': 0, 'returns.recall': 0 },
  },
  'the order of the rows that were given': {
    why: 'brain.js shuffles the array of the user',
    changes: { returns: true },
  },
  'a k of no use': {
    why: 'brain.js returns NaN for some, and folds of unlike sizes for others',
    changes: { returns: noFolds },
  },
}

/** `outcome` of brain.js as it is here. */
export function changed(outcome: unknown, changes: Record<string, unknown>): unknown {
  const copy = structuredClone(outcome)
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.')
    const last = keys.pop()!
    const place = keys.reduce((tree, key) => tree[key] as typeof tree, copy as Record<string, unknown>)
    if (!(last in place)) throw new Error(`${path} is not there`)
    place[last] = value
  }
  return copy
}
