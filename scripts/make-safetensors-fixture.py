"""Writes test/fixtures/python-f32.safetensors and its kin: one small network as Python writes it, in every kind of floats.

    python3 scripts/make-safetensors-fixture.py            (needs numpy and safetensors 0.8)

The tensors and the metadata are as docs/formats.md says, without any code of nabla. `expected` in the metadata has what numpy
predicts of `rows` in float64: relu(x Wᵀ + b), then the identity.
"""

import json
import pathlib

import numpy
import safetensors

FIXTURES = pathlib.Path(__file__).parent.parent / "test" / "fixtures"

# All of them are numbers of bfloat16, so that every kind of floats has the same.
ROWS = numpy.array([[1.0, 2.0, -0.5], [0.25, -3.0, 4.0]])
WEIGHTS = [numpy.array([[0.5, -1.25, 2.0], [1.5, 0.375, -0.0625]]), numpy.array([[-2.0, 0.75]])]
BIASES = [numpy.array([0.125, -1.0]), numpy.array([3.5])]

OPTIONS = {"inputs": 3, "layers": [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "linear"}]}


def as_dtype(dtype, array):
    """The numbers in memory; those of bfloat16, which numpy has not, as words."""
    if dtype == "bfloat16":
        return (array.astype("<f4").view("<u4") >> 16).astype("<u2")
    return array.astype({"float16": "<f2", "float32": "<f4", "float64": "<f8"}[dtype])


def main():
    hidden = numpy.maximum(ROWS @ WEIGHTS[0].T + BIASES[0], 0)
    expected = hidden @ WEIGHTS[1].T + BIASES[1]
    metadata = {
        "format": "pt",
        "nabla.version": "1.0",
        "nabla.kind": "network",
        "nabla.network": json.dumps(OPTIONS),
        "rows": json.dumps(ROWS.tolist()),
        "expected": json.dumps(expected.ravel().tolist()),
    }
    for dtype, name in [("float32", "f32"), ("float64", "f64"), ("float16", "f16"), ("bfloat16", "bf16")]:
        tensors, arrays = {}, []
        for layer, (weight, bias) in enumerate(zip(WEIGHTS, BIASES)):
            for key, array in [("weight", weight), ("bias", bias)]:
                values = as_dtype(dtype, array)
                # What a TensorSpec points to must stay where it is until all is written.
                arrays.append(values)
                tensors[f"layers.{layer}.{key}"] = safetensors.TensorSpec(
                    dtype=dtype, shape=array.shape, data_ptr=values.ctypes.data, data_len=values.nbytes
                )
        (FIXTURES / f"python-{name}.safetensors").write_bytes(safetensors.serialize(tensors, metadata))


if __name__ == "__main__":
    main()
