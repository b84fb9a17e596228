"""Writes the entries keras-… of test/fixtures/onnx.json.gz: networks of Keras as Model.export(format="onnx") writes them.

    KERAS_BACKEND=torch python3 scripts/make-onnx-keras-fixtures.py       (needs keras, torch, onnx and onnxscript)

The files that are there were written by Keras 3.15.1 on PyTorch 2.13.0. (On TensorFlow the same call takes tf2onnx.)
LayerNormalization is not among them: Keras 3.15 fails to export it there.
"""

import pathlib
import tempfile

import keras
import numpy as np
import onnx_fixtures
from keras import layers

FOLDER = pathlib.Path(tempfile.mkdtemp())

MODELS = {
    "classifier": ((3, 2), [layers.Flatten(), layers.Dense(6), layers.BatchNormalization(), layers.Activation("relu"), layers.Dropout(0.5), layers.Dense(3, "softmax")]),
    "normalized": ((4,), [layers.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 4.0, 9.0, 2.0]), layers.Dense(6, "gelu"), layers.Dense(1, "sigmoid")]),
    "functions": ((4,), [layers.Dense(5, "selu"), layers.Dense(5, "elu"), layers.Dense(5, "silu"), layers.Dense(5, "softplus"), layers.Dense(5, "softsign"), layers.Dense(5, "tanh"), layers.Dense(5), layers.LeakyReLU(negative_slope=0.01), layers.Dense(2)]),
}


def main():
    results = {}
    for name, (shape, parts) in MODELS.items():
        keras.utils.set_random_seed(len(name))
        model = keras.Sequential([keras.Input(shape), *parts])
        rng = np.random.default_rng(len(name))
        for variable in model.variables:
            if "seed" not in variable.path and variable.dtype == "float32" and "normalization/" not in variable.path.replace("batch_normalization", ""):
                variable.assign(np.abs(rng.normal(size=variable.shape)) if "variance" in variable.path else rng.normal(size=variable.shape) * 0.7)
        x = rng.normal(size=(7, *shape)).astype(np.float32)
        file = f"keras-3.15-{name}.onnx"
        y = keras.ops.convert_to_numpy(model(x, training=False))
        model.export(FOLDER / file, format="onnx", verbose=False)
        results[file] = {"x": x.reshape(7, -1).tolist(), "y": np.asarray(y).tolist()}
    onnx_fixtures.write(FOLDER, results)


if __name__ == "__main__":
    main()
