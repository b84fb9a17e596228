"""Makes test/fixtures/keras/: models as Keras saves them, and what Keras predicts with them.

    pip install keras numpy scipy h5py && KERAS_BACKEND=numpy python scripts/make-keras-fixtures.py

The numpy backend predicts in float32, and that is all that is needed: parameters are drawn, not trained. Made with Keras 3.15.1
and h5py 3.16. Configs of Keras 2 are in test/keras/keras2.test.ts.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "numpy")
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

FOLDER = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "keras"
ROWS = 8
random = np.random.default_rng(11)


def classifier():
    """Columns scaled in the model, dropout, a layer without biases, softmax."""
    normalize = layers.Normalization(name="columns")
    normalize.adapt(random.normal(3, 5, (50, 4)).astype("float32"))
    model = keras.Sequential(
        [
            keras.Input((4,)),
            normalize,
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(6, activation="tanh", use_bias=False),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy")
    return model


def graph():
    """Batch normalization before and after the activation, layer normalization, a functional graph."""
    given = keras.Input((5,), name="given")
    a = layers.Dense(7, use_bias=False, name="first")(given)
    a = layers.BatchNormalization(momentum=0.9, name="before")(a)
    a = layers.Activation("relu")(a)
    a = layers.Dropout(0.25)(a)
    a = layers.Dense(6, activation="elu")(a)
    a = layers.BatchNormalization(scale=False)(a)
    a = layers.Dense(4)(a)
    a = layers.LayerNormalization(epsilon=1e-4)(a)
    a = layers.Activation("silu")(a)
    out = layers.Dense(2, activation="sigmoid", name="out")(a)
    model = keras.Model(given, out)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    )
    return model


def activations():
    """One layer with each activation, by name and as a layer."""
    names = "sigmoid tanh relu elu selu gelu silu softplus softsign leaky_relu linear".split()
    stack = [keras.Input((5,))] + [layers.Dense(5, activation=name) for name in names]
    stack += [layers.Dense(5), layers.LeakyReLU(negative_slope=0.01)]
    stack += [layers.Dense(5), layers.LeakyReLU()]
    stack += [layers.Dense(5), layers.ELU(alpha=0.5)]
    stack += [layers.Dense(5), layers.ReLU(negative_slope=0.01)]
    stack += [layers.Dense(3), layers.Softmax()]
    return keras.Sequential(stack)


def images():
    """Rows of more than one dimension, and layers that scale before the first product."""
    model = keras.Sequential(
        [
            keras.Input((2, 3)),
            layers.Rescaling(1 / 255, offset=-0.5),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(4, activation="tanh"),
            layers.Dense(1),
            layers.BatchNormalization(center=False),
        ]
    )
    model.compile(optimizer=keras.optimizers.RMSprop(1e-3), loss=keras.losses.Huber())
    return model


def folded():
    """A batch normalization in front of an output that nabla gives to its loss before the activation."""
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation="softplus"),
            layers.BatchNormalization(),
            layers.Dropout(0.1),
            layers.Dense(3),
            layers.BatchNormalization(),
            layers.Softmax(),
        ]
    )


def bare():
    """Layers without parameters of their own beside layers of the same class that have some, which files of weights do not count."""
    normalize = layers.Normalization(name="adapted")
    normalize.adapt(random.normal(3, 5, (50, 3)).astype("float32"))
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 0.25], name="given"),
            normalize,
            layers.Dense(5),
            layers.LayerNormalization(scale=False, center=False),
            layers.Activation("tanh"),
            layers.Dense(4),
            layers.LayerNormalization(scale=False),
            layers.Activation("relu"),
            layers.Dense(2),
        ]
    )


def draw(model):
    """Parameters of a size at which every layer matters, and running statistics that are none of the defaults."""
    for layer in model.layers:
        if isinstance(layer, layers.Normalization):
            continue
        values = []
        for weight in layer.weights:
            value = random.normal(0, 0.8, weight.shape)
            if weight.name in ("moving_variance", "gamma"):
                value = 0.5 + np.abs(value)
            values.append(value.astype("float32"))
        layer.set_weights(values)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {"keras": keras.__version__, "models": {}}
    for make in (classifier, graph, activations, images, folded, bare):
        keras.utils.clear_session()
        model = make()
        draw(model)
        scale = 255 if make is images else 2
        x = random.normal(0, scale, (ROWS, *model.input_shape[1:])).astype("float32")
        y = np.asarray(model(x, training=False))
        name = make.__name__
        model.save(FOLDER / f"{name}.keras")
        if make in (classifier, graph, bare):
            model.save(FOLDER / f"{name}.h5")
        expected["models"][name] = {
            "x": [float(v) for v in x.ravel()],
            "y": [float(v) for v in y.ravel()],
        }
    # h5py keeps names beyond ASCII in groups of another kind.
    keras.Sequential([keras.Input((1,)), layers.Dense(1, name="entrée")]).save(FOLDER / "accented.h5")
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
