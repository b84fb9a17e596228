"""Writes test/fixtures/math.json: what the functions of src/base/math.ts should return, rounded to float64 from 60 digits.

    python3 scripts/make-math-fixture.py && npx biome check --write test/fixtures/math.json        (needs mpmath)

For every function a list of arguments and a list of values. The arguments are spread evenly over the ranges where the
function is used and over the exponents of the rest, with a fixed seed, and include the ends of the reduction's
intervals.
"""

import json
import math
import random
from pathlib import Path

from mpmath import erfc, exp, expm1, log, log1p, mp, mpf, pi, sqrt, tanh

mp.dps = 60
generator = random.Random(241)


def uniform(low, high, count):
    return [generator.uniform(low, high) for _ in range(count)]


def scaled(low, high, count, signs=(1,)):
    """Numbers of every size between 10^low and 10^high."""
    return [generator.choice(signs) * 10 ** generator.uniform(low, high) for _ in range(count)]


def inverse_normal_cdf(p):
    # Newton's method on log Φ, which is concave, in the lower tail.
    low = min(p, 1 - p)
    x = -sqrt(-2 * log(2 * low)) if low < 0.5 else mpf(0)
    for _ in range(200):
        phi = erfc(-x / sqrt(mpf(2))) / 2
        step = log(phi / low) * phi / (exp(-x * x / 2) / sqrt(2 * pi))
        x -= step
        if abs(step) < mpf("1e-50"):
            return x if p < 0.5 else -x
    raise ArithmeticError(f"no convergence at {p}")


half_log2 = math.log(2) / 2
functions = {
    "exp": (exp, uniform(-745, 709, 80) + uniform(-2, 2, 40) + scaled(-18, 0, 20, (1, -1)) + [half_log2, -half_log2, 709.78, -708.39, -745]),
    "expm1": (expm1, uniform(-3, 3, 70) + uniform(-45, 700, 40) + scaled(-300, 0, 40, (1, -1)) + [half_log2, -half_log2]),
    "log": (log, uniform(0.2, 3, 70) + scaled(-323, 308, 60) + [0.75, 1.5, 1 + 2**-52, 1 - 2**-53, 5e-324]),
    "log1p": (log1p, uniform(-1, 1, 70) + scaled(-300, 300, 50) + scaled(-18, 0, 30, (-1,)) + [-0.25, 0.5, -1 + 2**-53]),
    "tanh": (tanh, uniform(-3, 3, 70) + uniform(-25, 25, 30) + scaled(-300, 0, 30, (1, -1))),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), uniform(-8, 8, 70) + uniform(-708, 40, 50)),
    "softplus": (lambda x: log1p(exp(x)), uniform(-8, 8, 70) + uniform(-708, 1000, 50)),
    "normalCdf": (lambda x: erfc(-x / sqrt(mpf(2))) / 2, uniform(-6, 6, 80) + uniform(-37.5, 9, 60) + [0.0]),
    "normalDensity": (lambda x: exp(-x * x / 2) / sqrt(2 * pi), uniform(-6, 6, 60) + uniform(-37.5, 37.5, 60)),
    "inverseNormalCdf": (inverse_normal_cdf, uniform(0, 1, 70) + scaled(-307, -1, 50) + [0.075, 0.925, 2**-53, 1 - 2**-53]),
}

fixture = {}
for name, (function, arguments) in functions.items():
    arguments = sorted(arguments)
    fixture[name] = {"x": arguments, "y": [float(function(mpf(x))) for x in arguments]}

lines = [
    f'  "{name}": {{\n    "x": {json.dumps(table["x"])},\n    "y": {json.dumps(table["y"])}\n  }}'
    for name, table in fixture.items()
]
path = Path(__file__).parent.parent / "test" / "fixtures" / "math.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
