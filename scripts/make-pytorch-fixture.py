"""Writes test/fixtures/pytorch.json.gz: golden runs of small networks in PyTorch, in float64.

    python3 scripts/make-pytorch-fixture.py            the results of the inputs that are in the file, computed anew
    python3 scripts/make-pytorch-fixture.py --draw 7   new inputs from the seed 7, and their results     (needs torch)

The file that is there was made by PyTorch 1.13, and not by this script: it was written afterwards, from the names, shapes
and numbers of the cases, on a machine without PyTorch, and has NOT BEEN RUN with it. What it says of losses and update
rules is nevertheless known to hold for the file: test/training/oracles.test.ts computes all of its cases by a textbook's loops and
the documented rules to 13 decimals. How the file is written is in scripts/golden_file.py. The seed that the inputs were drawn from is not known, so --draw gives others.

A case has x and y (rows × inputs, rows × outputs) and weights (inputs × units) row by row, and biases; the predictions
and gradients that these give; the loss before each step, on all rows as one batch, and after the last; and what the
predictions and parameters are then. Losses are means over the rows of sums over the outputs.
"""

import argparse

import golden_file
import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "linear": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leakyRelu": lambda z: functional.leaky_relu(z, 0.01),
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
    "softmax": lambda z: torch.softmax(z, 1),
}
HIDDEN = ["sigmoid", "tanh", "relu", "linear", "leakyRelu", "elu", "gelu", "silu", "softplus", "selu"]
ENDINGS = [
    ("sigmoid", "quadratic"),
    ("linear", "quadratic"),
    ("softmax", "crossEntropy"),
    ("sigmoid", "binaryCrossEntropy"),
    ("relu", "quadratic"),
    ("softmax", "quadratic"),
    ("tanh", "quadratic"),
]
SHAPES = [([3, 5, 4], 7), ([6, 9, 5, 3], 10)]
OPTIMIZERS = [
    {"name": "sgd", "learningRate": 0.1},
    {"name": "sgd", "learningRate": 0.05, "momentum": 0.9},
    {"name": "sgd", "learningRate": 0.05, "momentum": 0.9, "nesterov": True},
    {"name": "sgd", "learningRate": 0.05, "weightDecay": 0.01},
    {"name": "rmsprop", "learningRate": 0.01},
    {"name": "adagrad", "learningRate": 0.05},
    {"name": "adam", "learningRate": 0.01},
    {"name": "adamw", "learningRate": 0.01, "weightDecay": 0.05},
]


def make_optimizer(parameters, options):
    """Everything that is not named has PyTorch's default."""
    rate = options["learningRate"]
    decay = options.get("weightDecay", 0)
    if options["name"] == "sgd":
        momentum, nesterov = options.get("momentum", 0), options.get("nesterov", False)
        return torch.optim.SGD(parameters, rate, momentum=momentum, nesterov=nesterov, weight_decay=decay)
    if options["name"] == "adamw":
        return torch.optim.AdamW(parameters, rate, weight_decay=decay)
    rules = {"rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad, "adam": torch.optim.Adam}
    return rules[options["name"]](parameters, rate)


def cost(loss, z, a, y):
    if loss == "quadratic":
        return ((a - y) ** 2).sum(1).mean() / 2
    if loss == "crossEntropy":
        return -(y * torch.log_softmax(z, 1)).sum(1).mean()
    return functional.binary_cross_entropy_with_logits(z, y, reduction="none").sum(1).mean()


def numbers(tensor):
    return [round(value, 15) for value in tensor.detach().reshape(-1).tolist()]


def results(case):
    """The case with everything that PyTorch computes from its inputs."""
    sizes, loss = case["sizes"], case["loss"]
    x = torch.tensor(case["x"]).reshape(-1, sizes[0])
    y = torch.tensor(case["y"]).reshape(-1, sizes[-1])
    shapes = list(zip(sizes, sizes[1:]))
    weights = [torch.tensor(w).reshape(shape).requires_grad_() for w, shape in zip(case["weights"], shapes)]
    biases = [torch.tensor(b).requires_grad_() for b in case["biases"]]

    def forward():
        a = z = x
        for weight, bias, activation in zip(weights, biases, case["activations"]):
            z = a @ weight + bias
            a = ACTIVATIONS[activation](z)
        return z, a

    prediction0 = numbers(forward()[1])
    optimizer = make_optimizer([*weights, *biases], case["optimizer"])
    losses = []
    first = None
    for _ in range(case["steps"]):
        optimizer.zero_grad()
        value = cost(loss, *forward(), y)
        value.backward()
        losses.append(value.item())
        if first is None:
            first = [numbers(w.grad) for w in weights], [numbers(b.grad) for b in biases]
        optimizer.step()
    z, a = forward()
    losses.append(cost(loss, z, a, y).item())
    return {
        **case,
        "prediction0": prediction0,
        "weightGradients": first[0],
        "biasGradients": first[1],
        "losses": losses,
        "prediction": numbers(a),
        "weightsAfter": [numbers(w) for w in weights],
        "biasesAfter": [numbers(b) for b in biases],
    }


def draw(name, sizes, rows, activations, loss, optimizer, steps):
    """Inputs that are exact in float32: x normal, weights normal by 1/√inputs, biases by a tenth; y uniform or classes."""
    normal = lambda *shape: torch.randn(*shape, dtype=torch.float32).double()
    if loss == "quadratic":
        y = torch.rand(rows, sizes[-1], dtype=torch.float32).double()
    elif loss == "crossEntropy":
        y = functional.one_hot(torch.randint(sizes[-1], (rows,)), sizes[-1]).double()
    else:
        y = torch.randint(2, (rows, sizes[-1])).double()
    return {
        "name": name,
        "sizes": sizes,
        "activations": activations,
        "loss": loss,
        "optimizer": optimizer,
        "steps": steps,
        "x": numbers(normal(rows, sizes[0])),
        "y": numbers(y),
        "weights": [numbers((normal(k, n) / k**0.5).float().double()) for k, n in zip(sizes, sizes[1:])],
        "biases": [numbers((normal(n) / 10).float().double()) for n in sizes[1:]],
    }


def drawn():
    for sizes, rows in SHAPES:
        for hidden in HIDDEN:
            for output, loss in ENDINGS:
                name = f"{'-'.join(map(str, sizes))} {hidden} {output} {loss}"
                activations = [hidden] * (len(sizes) - 2) + [output]
                yield draw(name, sizes, rows, activations, loss, {"name": "sgd", "learningRate": 0.1}, 5)
    for options in OPTIMIZERS:
        name = "optimizer " + " ".join([options["name"], *(f"{k}={v}" for k, v in options.items() if k != "name")])
        yield draw(name, [4, 8, 3], 12, ["tanh", "softmax"], "crossEntropy", options, 100)


parser = argparse.ArgumentParser()
parser.add_argument("--draw", type=int, metavar="SEED")
seed = parser.parse_args().draw
if seed is None:
    cases = golden_file.read_cases()
else:
    torch.manual_seed(seed)
    cases = drawn()
golden_file.write(f"PyTorch {torch.__version__}, float64", [results(case) for case in cases])
