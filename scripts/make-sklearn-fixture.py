"""Writes test/fixtures/sklearn.json: how scikit-learn divides rows into folds, and where its L-BFGS ends.

    python scripts/make-sklearn-fixture.py

Needs scikit-learn (made with 1.9.1). Every number of the inputs is exact in float32.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")


def folds_of(splitter, y):
    """The fold of each row."""
    fold = np.empty(len(y), int)
    for f, (_, test) in enumerate(splitter.split(np.zeros((len(y), 1)), y)):
        fold[test] = f
    return fold.tolist()


def divisions():
    """Classes of many sizes and orders, with the folds that they are divided into."""
    rng = np.random.default_rng(1)
    cases = []
    for counts, folds in [
        ((2, 2), 2), ((7, 5, 3), 3), ((1, 9), 3), ((50, 50, 50), 5), ((13, 29, 8, 2), 7), ((3, 3, 3, 3), 2), ((11,), 4),
    ]:
        y = np.repeat(np.arange(len(counts)), counts)
        for order in (y, rng.permutation(y), y[::-1]):
            cases.append({
                "y": order.tolist(),
                "folds": folds,
                "stratified": folds_of(StratifiedKFold(folds), order),
                "plain": folds_of(KFold(folds), order),
            })
    return cases


def weights(inputs, units):
    """Weights that a test makes by the same formula: multiples of 1/1024 from −256 to 255."""
    i, j = np.meshgrid(np.arange(inputs), np.arange(units), indexing="ij")
    return ((i * 73 + j * 151 + i * j * 29) % 512 - 256) / 1024


def minimum(x, y, hidden, activation, iterations, **options):
    """The loss where MLPClassifier's lbfgs ends from these weights, and the weights into the first layer."""
    classes = len(np.unique(y))
    sizes = [x.shape[1], *hidden, classes]
    net = MLPClassifier(
        hidden, activation=activation, solver="lbfgs", alpha=0, max_iter=1, warm_start=True, max_fun=10**6, **options
    )
    net.fit(x, y)
    net.coefs_ = [weights(a, b) for a, b in zip(sizes, sizes[1:])]
    net.intercepts_ = [np.zeros(b) for b in sizes[1:]]
    net.max_iter = iterations
    net.fit(x, y)
    p = np.clip(net.predict_proba(x), 1e-300, 1)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    return {"loss": loss, "iterations": net.n_iter_, "first": net.coefs_[0].ravel().tolist()}


iris = load_iris()
iris_x = np.round(iris.data * 10) / 16
digits = load_digits()
digits_x = digits.data[:300] / 16
rng = np.random.default_rng(2)
# Classes that overlap, so that the minimum is a point.
cloud_y = rng.integers(0, 3, 400)
cloud_x = np.round((rng.normal(size=(400, 5)) + 0.7 * np.eye(3, 5)[cloud_y]) * 64) / 64

cloud = minimum(cloud_x, cloud_y, [], "identity", 1000, tol=1e-7)
iris_minimum = minimum(iris_x, iris.target, [8], "tanh", 200)
digits_minimum = minimum(digits_x, digits.target[:300], [16], "relu", 200)

fixture = {
    "version": sklearn.__version__,
    "divisions": divisions(),
    "cloud": {"x": cloud_x.ravel().tolist(), "y": cloud_y.tolist(), **cloud},
    "iris": {"x": iris_x.ravel().tolist(), "y": iris.target.tolist(), **{k: iris_minimum[k] for k in ("loss", "iterations")}},
    "digits": {k: digits_minimum[k] for k in ("loss", "iterations")},
}
target = Path(__file__).parent.parent / "test" / "fixtures" / "sklearn.json"
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print({k: (fixture[k]["loss"], fixture[k]["iterations"]) for k in ("cloud", "iris", "digits")})
