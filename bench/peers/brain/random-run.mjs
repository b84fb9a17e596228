// Random trainings with a seed: network, data, options, all as plain data.

/** Numbers in [0, 1): mulberry32. */
export function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** Names of which some are numbers, which JavaScript puts first, and some are odd. */
function namesOf(size, next, prefix) {
  const odd = ['constructor', 'a b', "it's", 'é', '', '-0']
  const names = new Set()
  while (names.size < size) {
    const kind = next()
    if (kind < 0.1) names.add(odd[Math.floor(next() * odd.length)])
    else if (kind < 0.25) names.add(String(Math.floor(next() * 100)))
    else names.add(`${prefix}${letters[Math.floor(next() * 26)]}${Math.floor(next() * 1000)}`)
  }
  return [...names]
}

export function randomRun(seed) {
  const next = generator(seed)
  const whole = (least, most) => least + Math.floor(next() * (most - least + 1))
  const between = (least, most) => least + next() * (most - least)
  const oneOf = (all) => all[whole(0, all.length - 1)]
  const logBetween = (least, most) => Math.exp(between(Math.log(least), Math.log(most)))

  const inputs = next() < 0.1 ? whole(13, 60) : whole(1, 12)
  const outputs = whole(1, 6)
  const sizes = [inputs, ...Array.from({ length: whole(0, 3) }, () => whole(1, 10)), outputs]
  const activation = oneOf(['sigmoid', 'tanh', 'relu', 'leaky-relu'])
  const isAdam = next() < 0.35
  const form = oneOf(['arrays', 'arrays', 'names', 'sparse', 'typed', 'names to arrays', 'arrays to names'])
  const reach = logBetween(0.05, 2)
  const rows = whole(1, 20)

  const fastest = activation === 'sigmoid' ? 0.9 : 0.15
  const options = {
    activation,
    leakyReluAlpha: activation === 'leaky-relu' ? oneOf([0.01, between(0.02, 0.9)]) : 0.01,
    learningRate: isAdam ? logBetween(0.0005, 0.03) : logBetween(0.003, fastest),
    momentum: oneOf([0.1, 0.1, 1e-9, between(0.01, 0.95)]),
    ...(isAdam && {
      praxis: 'adam',
      beta1: oneOf([0.9, between(0.3, 0.99)]),
      beta2: oneOf([0.999, between(0.8, 0.9999)]),
      epsilon: oneOf([1e-8, logBetween(1e-8, 1e-2)]),
    }),
  }

  const names = {
    input: ['names', 'sparse', 'names to arrays'].includes(form) ? namesOf(inputs, next, 'i') : undefined,
    output: ['names', 'sparse', 'arrays to names'].includes(form) ? namesOf(outputs, next, 'o') : undefined,
  }
  const kept = form === 'sparse' ? between(0.1, 0.9) : 1
  const value = () => (next() < 0.2 ? Math.round(next()) : between(activation === 'tanh' ? -1 : 0, 1))
  function side(size, sideNames) {
    const values = Array.from({ length: size }, value)
    if (!sideNames) return form === 'typed' ? Float32Array.from(values) : values
    return Object.fromEntries(sideNames.map((name, i) => [name, values[i]]).filter(() => next() < kept))
  }
  const input = () => side(inputs, names.input)
  const data = Array.from({ length: rows }, () => ({ input: input(), output: side(outputs, names.output) }))
  const positions = (size) => Array.from({ length: size }, (_, i) => String(i))
  const lookup = (list) => list && Object.fromEntries(list.map((name, i) => [name, i]))
  const listOf = (key, size) => names[key] ?? (form === 'typed' ? positions(size) : undefined)
  const [inputNames, outputNames] = [listOf('input', inputs), listOf('output', outputs)]
  const weight = () => Math.fround(between(-reach, reach))
  return {
    seed,
    form,
    json: {
      type: 'NeuralNetwork',
      sizes,
      layers: sizes.map((units, l) => ({
        weights: l ? Array.from({ length: units }, () => Array.from({ length: sizes[l - 1] }, weight)) : [],
        biases: l ? Array.from({ length: units }, weight) : [],
      })),
      inputLookup: lookup(inputNames) ?? null,
      inputLookupLength: inputNames?.length ?? 0,
      outputLookup: lookup(outputNames) ?? null,
      outputLookupLength: outputNames?.length ?? 0,
      options: { inputSize: 0, outputSize: 0, binaryThresh: oneOf([0.5, between(0.2, 0.8)]) },
      trainOpts: {
        ...{ iterations: 100, errorThresh: 1e-12, log: false, logPeriod: 10, callbackPeriod: 10 },
        ...{ timeout: 'Infinity', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        ...options,
      },
    },
    data,
    probes: Array.from({ length: 5 }, input),
  }
}

/** A line that says what the run is. */
export function described({ seed, form, json, data }) {
  const { activation, leakyReluAlpha, learningRate, momentum, praxis } = json.trainOpts
  const rule = praxis ?? `momentum ${momentum.toPrecision(2)}`
  const slope = activation === 'leaky-relu' ? ` ${leakyReluAlpha.toPrecision(2)}` : ''
  return `seed ${seed}: ${json.sizes.join('-')} ${activation}${slope}, ${rule}, rate ${learningRate.toPrecision(2)}, ${data.length} rows, ${form}`
}
