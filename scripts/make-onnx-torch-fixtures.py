"""Writes the entries torch-… of test/fixtures/onnx.json.gz: small networks as PyTorch's exporters write them, and their outputs.

    python3 scripts/make-onnx-torch-fixtures.py          (needs torch; for the files named dynamo torch 2.9 or newer,
                                                          onnx and onnxscript too)

The files that are there were written by PyTorch 1.13.0 (torchscript, opsets 7 to 16) and 2.13.0 (dynamo, opsets 18 to 23,
and torchscript, opset 20). Weights are random, from a seed.
"""

import pathlib
import tempfile
import sys
import warnings

import onnx_fixtures
import torch
from torch import nn

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(tempfile.mkdtemp())
NEW = int(torch.__version__.split(".")[0]) >= 2


class View(nn.Module):
    """x.view(x.size(0), -1), as it was written before nn.Flatten."""

    def forward(self, x):
        return x.view(x.size(0), -1)


class Squeeze(nn.Module):
    def forward(self, x):
        return x.squeeze(-1)


def trained(model, shape):
    """The model with running statistics and gains that are not those of the start."""
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(8, *shape) * 2 + 0.5)
        for part in model.modules():
            if isinstance(part, (nn.BatchNorm1d, nn.LayerNorm)):
                part.weight.uniform_(0.5, 1.5)
                part.bias.uniform_(-1, 1)
    return model.eval()


def mlp(activation, *head):
    return nn.Sequential(nn.Linear(4, 6), activation, nn.Linear(6, 3), *head)


ACTIVATIONS = {
    "relu": nn.ReLU(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "leaky-relu": nn.LeakyReLU(0.01),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "gelu": nn.GELU(),
    "silu": nn.SiLU(),
    "softplus": nn.Softplus(),
    "softsign": nn.Softsign(),
}

MODELS = {name: (lambda f=f: mlp(f), (4,)) for name, f in ACTIVATIONS.items()}
MODELS |= {
    "softmax": (lambda: mlp(nn.ReLU(), nn.Softmax(dim=1)), (4,)),
    "log-softmax": (lambda: mlp(nn.ReLU(), nn.LogSoftmax(dim=-1)), (4,)),
    "batch-norm": (
        lambda: nn.Sequential(
            nn.BatchNorm1d(4), nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 3)
        ),
        (4,),
    ),
    "layer-norm": (
        lambda: nn.Sequential(
            nn.Linear(4, 6), nn.LayerNorm(6), nn.GELU(), nn.Dropout(0.3), nn.Linear(6, 6), nn.ReLU(), nn.LayerNorm(6), nn.Linear(6, 3)
        ),
        (4,),
    ),
    "images": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.Tanh(), nn.Linear(5, 2)), (3, 2, 2)),
    "view": (lambda: nn.Sequential(View(), nn.Linear(12, 5), nn.Tanh(), nn.Linear(5, 2)), (3, 2, 2)),
    "squeezed": (lambda: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 1), nn.Sigmoid(), Squeeze()), (4,)),
    "no-bias": (lambda: nn.Sequential(nn.Linear(4, 5, bias=False), nn.ReLU(), nn.Linear(5, 2, bias=False)), (4,)),
    "double": (lambda: mlp(nn.Tanh()).double(), (4,)),
    "half": (lambda: mlp(nn.ReLU()), (4,)),
}


def export(model, x, file, **options):
    names = {"input_names": ["x"], "output_names": ["y"]}
    torch.onnx.export(model, (x,), str(file), **names, **options)


def main():
    results = {}
    for name, (make, shape) in MODELS.items():
        torch.manual_seed(len(name))
        model = trained(make(), shape) if name not in ("double",) else make().eval()
        x = torch.randn(7, *shape, dtype=torch.float64 if name == "double" else torch.float32)
        with torch.no_grad():
            y = model(x)
        if name == "half":
            # The weights rounded; what is compared with is their float32 arithmetic.
            model = model.half()
            with torch.no_grad():
                y = model.float()(x)
                model = model.half()
        data = {"x": x.reshape(7, -1).tolist(), "y": y.reshape(7, -1).tolist()}
        if name == "log-softmax":
            data["y"] = y.exp().tolist()
        example = x[:1].half() if name == "half" else x[:2]
        dynamic = {"dynamic_axes": {"x": {0: "batch"}, "y": {0: "batch"}}}
        if not NEW:
            for opset in (7, 9, 13, 16):
                if name in ("gelu", "silu", "half") and opset < 9:
                    continue
                if name in ("batch-norm", "double") and opset not in (7, 13) or name in ("half",) and opset != 13:
                    continue
                file = f"torch-1.13-script-{name}-{opset}.onnx"
                try:
                    export(model, example, FOLDER / file, opset_version=opset, **dynamic)
                    results[file] = data
                except Exception as error:
                    print(file, str(error).splitlines()[0])
            continue
        for opset in (18, 20, 23):
            if opset == 20 and name not in ("gelu", "relu", "layer-norm"):
                continue
            if opset == 23 and name not in ("gelu", "layer-norm", "softplus", "images"):
                continue
            file = f"torch-2.13-dynamo-{name}-{opset}.onnx"
            batch = torch.export.Dim("batch")
            try:
                export(model, example if name == "half" else x[:2], FOLDER / file, opset_version=opset, dynamo=True, dynamic_shapes=({0: batch},), external_data=False, verbose=False)
                results[file] = data
            except Exception as error:
                print(file, str(error).splitlines()[0])
        if name in ("gelu", "layer-norm"):
            file = f"torch-2.13-script-{name}-20.onnx"
            export(model, example, FOLDER / file, opset_version=20, dynamo=False, **dynamic)
            results[file] = data
    onnx_fixtures.write(FOLDER, results)


if __name__ == "__main__":
    sys.exit(main())
