# NumPy with the backward pass by hand, every result written into a buffer made once.

import numpy as np
from driver import blas, main


def activate(name, z):
    if name == "sigmoid":
        np.negative(z, z)
        np.exp(z, z)
        z += np.float32(1)
        np.reciprocal(z, z)
    elif name == "relu":
        np.maximum(z, np.float32(0), z)
    else:
        z -= z.max(1, keepdims=True)
        np.exp(z, z)
        z /= z.sum(1, keepdims=True)


def multiply_derivative(name, a, delta, spare):
    if name == "sigmoid":
        np.subtract(np.float32(1), a, spare)
        spare *= a
        delta *= spare
    else:
        delta *= a > 0


def adam_of(spec, parameters):
    """Adam in place, on gradients summed over the batch, which are used up."""
    beta1, beta2, epsilon = (spec["adam"][key] for key in ("beta1", "beta2", "epsilon"))
    # Rounded once: 1 − float32(0.999) is 0.001 to four digits only.
    rest1, rest2 = np.float32(1 - beta1), np.float32(1 - beta2)
    means = [np.zeros_like(p) for p in parameters]
    squares = [np.zeros_like(p) for p in parameters]
    spares = [np.empty_like(p) for p in parameters]
    share = np.float32(1 / spec["batch"])
    t = 0

    def update(gradients):
        nonlocal t
        t += 1
        rate = np.float32(spec["learningRate"] / (1 - beta1**t))
        correction = np.float32((1 - beta2**t) ** -0.5)
        for p, g, m, v, spare in zip(parameters, gradients, means, squares, spares):
            g *= share
            m *= np.float32(beta1)
            np.multiply(g, rest1, spare)
            m += spare
            g *= g
            g *= rest2
            v *= np.float32(beta2)
            v += g
            np.sqrt(v, g)
            g *= correction
            g += np.float32(epsilon)
            np.divide(m, g, spare)
            spare *= rate
            p -= spare

    return update


def prepare(spec, x, y, weights, _):
    version = f"{np.__version__}, {blas()}"
    if spec["kind"] == "matmul":
        c = np.empty((spec["m"], spec["n"]), np.float32)

        def product(steps):
            for _ in range(steps):
                np.matmul(x, y, c)
            return steps * 2 * spec["m"] * spec["k"] * spec["n"] / 1e9

        return product, lambda: product(1) and c[-1, -1], version, None

    sizes, batch = spec["sizes"], spec["batch"]
    names = [spec["hidden"]] * (len(sizes) - 2) + [spec["output"]]
    w, b = weights[::2], weights[1::2]
    last = len(w) - 1
    a = [None] + [np.empty((batch, n), np.float32) for n in sizes[1:]]
    batches = len(x) // batch
    xs = [x[i * batch : (i + 1) * batch] for i in range(batches)]

    def forward(rows):
        a[0] = rows
        for l in range(last + 1):
            np.matmul(a[l], w[l], a[l + 1])
            a[l + 1] += b[l]
            activate(names[l], a[l + 1])
        return a[-1]

    if spec["kind"] == "predict":

        def predict(steps):
            for s in range(steps):
                forward(xs[s % batches])
            return steps * batch

        return predict, lambda: forward(xs[0])[0, 0], version, None

    ys = [y[i * batch : (i + 1) * batch] for i in range(batches)]
    deltas = [np.empty_like(layer) for layer in a[1:]]
    spares = [np.empty_like(layer) for layer in a[1:]]
    dw = [np.empty_like(m) for m in w]
    scale = np.float32(spec["learningRate"] / batch)
    adam = adam_of(spec, w + b) if "adam" in spec else None
    db = [np.empty_like(v) for v in b]

    def run(steps):
        for s in range(steps):
            forward(xs[s % batches])
            np.subtract(a[-1], ys[s % batches], deltas[last])
            if names[last] != "softmax":
                multiply_derivative(names[last], a[-1], deltas[last], spares[last])
            for l in range(last, -1, -1):
                if l:
                    np.matmul(deltas[l], w[l].T, deltas[l - 1])
                    multiply_derivative(names[l - 1], a[l], deltas[l - 1], spares[l - 1])
                np.matmul(a[l].T, deltas[l], dw[l])
                if adam:
                    np.sum(deltas[l], 0, out=db[l])
                    continue
                dw[l] *= scale
                w[l] -= dw[l]
                b[l] -= scale * deltas[l].sum(0)
            if adam:
                adam(dw + db)
        return steps * batch

    def check():
        run(spec["checkSteps"])
        n = spec["checkRows"]
        p, t = forward(xs[0])[:n], ys[0][:n]
        return (0.5 * (p - t) ** 2 if spec["loss"] == "quadratic" else -t * np.log(p)).sum(1).mean()

    return run, check, version, None


main(prepare)
