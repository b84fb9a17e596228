# scikit-learn's MLP: partial_fit goes over the rows once, in mini-batches; fit as benchmarks/bench_mnist.py calls it.

import time
import warnings

import numpy as np
import sklearn
from driver import Absent, blas, main
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")


def prepare(spec, x, y, weights, _):
    version = f"{sklearn.__version__}, {blas()}"
    if spec["kind"] == "matmul":
        raise Absent("has no matrix product of its own")
    sizes, batch = spec["sizes"], spec["batch"]
    kind = MLPRegressor if spec["output"] == "relu" else MLPClassifier
    net = kind(
        hidden_layer_sizes=sizes[1:-1],
        activation={"sigmoid": "logistic", "relu": "relu"}[spec["hidden"]],
        solver="adam" if "adam" in spec else "sgd",
        alpha=0,
        batch_size=batch,
        learning_rate_init=spec.get("learningRate", 0.01),
        momentum=0,
        shuffle=False,
        random_state=1,
    )
    if spec["kind"] == "predict":
        labels = np.arange(len(x)) % sizes[-1]
        net.partial_fit(x, labels, np.arange(sizes[-1]))
        # The weights of the spec, so that the answer can be checked.
        net.coefs_, net.intercepts_ = weights[::2], weights[1::2]
        batches = [x[i : i + batch] for i in range(0, len(x), batch)]

        def predict(steps):
            for s in range(steps):
                net.predict_proba(batches[s % len(batches)])
            return steps * batch

        return predict, lambda: net.predict_proba(batches[0])[0, 0], version, None

    if kind is MLPClassifier:
        targets = y[:, 0].astype(int) if sizes[-1] == 1 else y.argmax(1)
        classes = np.arange(max(2, sizes[-1]))
    else:
        targets = y
    rows, whole = len(x), len(x) // batch

    def run(steps):
        n = min(rows, steps * batch)
        epochs = max(1, round(steps / whole))
        for _ in range(epochs):
            if kind is MLPClassifier:
                net.partial_fit(x[:n], targets[:n], classes)
            else:
                net.partial_fit(x[:n], targets[:n])
        return n * epochs

    notes = None
    if kind is MLPRegressor:
        notes = "linear outputs"
    elif spec["output"] == "sigmoid":
        notes = "cross-entropy in place of the quadratic loss" + ("" if sizes[-1] == 1 else ", softmax outputs")
    return run, None, version, notes


def converge(spec, x, y, test_x, test_y):
    optimizer = spec["optimizer"]
    momentum = {key: optimizer[key] for key in ("momentum",) if key in optimizer}
    net = MLPClassifier(
        hidden_layer_sizes=spec["sizes"][1:-1],
        activation=spec["hidden"],
        solver=optimizer["name"],
        learning_rate_init=optimizer["learningRate"],
        alpha=spec["alpha"],
        batch_size=spec["batch"],
        max_iter=spec["maxEpochs"],
        tol=spec["tol"],
        n_iter_no_change=spec["patience"],
        random_state=spec["seed"],
        **momentum,
    )
    y, test_y = y.astype(int), test_y.astype(int)
    began, cpu_began = time.perf_counter(), time.process_time()
    net.fit(x, y)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    return {
        "seconds": seconds,
        "cpuSeconds": cpu_seconds,
        "epochs": net.n_iter_,
        "loss": float(net.loss_),
        "testError": float(np.mean(net.predict(test_x) != test_y)),
        "version": f"{sklearn.__version__}, {blas()}",
    }


main(prepare, converge)
