// The same training in plain float64 loops: what every peer that claims to run a workload must arrive at.

const functions = {
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (a) => a * (1 - a)],
  relu: [(z) => Math.max(0, z), (a) => (a > 0 ? 1 : 0)],
}

/** The activations of all layers for one row, the row first. */
export function forward(w, weights, row) {
  const layers = [row]
  for (let l = 0; l + 1 < w.sizes.length; ++l) {
    const [k, n] = [w.sizes[l], w.sizes[l + 1]]
    const a = Float64Array.from(weights[2 * l + 1])
    for (let i = 0; i < k; ++i) {
      const v = layers[l][i]
      if (v === 0) continue
      for (let j = 0, at = i * n; j < n; ++j, ++at) a[j] += v * weights[2 * l][at]
    }
    const name = l + 2 < w.sizes.length ? w.hidden : w.output
    if (name === 'softmax') {
      const max = Math.max(...a)
      let sum = 0
      for (let j = 0; j < n; ++j) sum += a[j] = Math.exp(a[j] - max)
      for (let j = 0; j < n; ++j) a[j] /= sum
    } else for (let j = 0; j < n; ++j) a[j] = functions[name][0](a[j])
    layers.push(a)
  }
  return layers
}

/** Mean loss over the first `rows` rows. */
export function lossOf(w, weights, { x, y }, rows) {
  const [inputs, outputs] = [w.sizes[0], w.sizes.at(-1)]
  let sum = 0
  for (let r = 0; r < rows; ++r) {
    const a = forward(w, weights, x.subarray(r * inputs, (r + 1) * inputs)).at(-1)
    for (let j = 0; j < outputs; ++j) {
      const t = y[r * outputs + j]
      if (w.loss === 'quadratic') sum += 0.5 * (a[j] - t) ** 2
      else if (t) sum -= t * Math.log(a[j])
    }
  }
  return sum / rows
}

/** Takes a step on gradients that are sums over the batch. */
const sgdUpdate = (w, weights) => (gradients) =>
  weights.forEach((values, i) => {
    for (let j = 0; j < values.length; ++j) values[j] -= (w.learningRate / w.batch) * gradients[i][j]
  })

/** The same by Kingma and Ba's formulas. */
function adamUpdate({ adam: { beta1, beta2, epsilon }, learningRate, batch }, weights) {
  const zeros = () => weights.map((values) => new Float64Array(values.length))
  const [means, squares] = [zeros(), zeros()]
  let t = 0
  return (gradients) => {
    ++t
    weights.forEach((values, i) => {
      const [m, v] = [means[i], squares[i]]
      for (let j = 0; j < values.length; ++j) {
        const g = gradients[i][j] / batch
        m[j] = beta1 * m[j] + (1 - beta1) * g
        v[j] = beta2 * v[j] + (1 - beta2) * g * g
        const root = Math.sqrt(v[j] / (1 - beta2 ** t)) + epsilon
        values[j] -= ((learningRate / (1 - beta1 ** t)) * m[j]) / root
      }
    })
  }
}

/** Trains `steps` mini-batches in order, in place. */
export function trainSteps(w, weights, { x, y }, steps) {
  const [inputs, outputs] = [w.sizes[0], w.sizes.at(-1)]
  const last = w.sizes.length - 2
  const update = w.adam ? adamUpdate(w, weights) : sgdUpdate(w, weights)
  for (let s = 0; s < steps; ++s) {
    const gradients = weights.map((values) => new Float64Array(values.length))
    for (let r = s * w.batch; r < (s + 1) * w.batch; ++r) {
      const layers = forward(w, weights, x.subarray(r * inputs, (r + 1) * inputs))
      let delta = layers[last + 1].map((a, j) => a - y[r * outputs + j])
      if (w.output !== 'softmax') delta = delta.map((d, j) => d * functions[w.output][1](layers[last + 1][j]))
      for (let l = last; l >= 0; --l) {
        const [k, n] = [w.sizes[l], w.sizes[l + 1]]
        const below = new Float64Array(l ? k : 0)
        for (let j = 0; j < n; ++j) gradients[2 * l + 1][j] += delta[j]
        for (let i = 0; i < k; ++i) {
          const v = layers[l][i]
          let sum = 0
          for (let j = 0, at = i * n; j < n; ++j, ++at) {
            gradients[2 * l][at] += v * delta[j]
            sum += delta[j] * weights[2 * l][at]
          }
          if (l) below[i] = sum * functions[w.hidden][1](v)
        }
        delta = below
      }
    }
    update(gradients)
  }
}
