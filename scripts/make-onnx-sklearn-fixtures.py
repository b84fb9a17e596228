"""Writes the entries skl-… and tf-… of test/fixtures/onnx.json.gz: MLPs of scikit-learn as skl2onnx writes them, and networks in the
nodes of tf2onnx.

    python3 scripts/make-onnx-sklearn-fixtures.py          (needs scikit-learn, numpy and onnx)

skl2onnx and tf2onnx were not at hand: the graphs are built here, node by node, after the source of skl2onnx
(operator_converters/multilayer_perceptron.py, scaler_op.py, zip_map.py) and after what tf2onnx makes of Dense,
BatchNormalization, gelu and their kin (MatMul and Add named after the layers, constants of rank 0 and 1). They have NOT
been written by these converters. The weights and outputs of the former are really scikit-learn's (1.2.1), the outputs of
the latter are NumPy's.
"""

import pathlib
import tempfile
import warnings

import numpy as np
import onnx_fixtures
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import MinMaxScaler, StandardScaler

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(tempfile.mkdtemp())
RESULTS = {}
ONNX_TYPES = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE, np.int64: TensorProto.INT64}


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def add(self, op, inputs, output, domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=f"{op}_{len(self.nodes)}", domain=domain, **attributes))
        return output

    def constant(self, name, array, typed=False):
        """skl2onnx stores numbers in the typed fields, tf2onnx in raw_data."""
        array = np.asarray(array)
        if typed:
            kind = helper.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
            self.constants.append(helper.make_tensor(name, kind, array.shape, array.ravel().tolist()))
        else:
            self.constants.append(numpy_helper.from_array(array, name))
        return name

    def save(self, file, x, outputs, data, opset, kind=TensorProto.FLOAT, shape=None, producer="skl2onnx"):
        inputs = [helper.make_tensor_value_info("X", kind, shape or [None, x.shape[1]])]
        graph = helper.make_graph(self.nodes, "mlp", inputs, outputs, self.constants)
        imports = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 1)]
        model = helper.make_model(graph, producer_name=producer, opset_imports=imports, ir_version=7)
        (FOLDER / file).write_bytes(model.SerializeToString())
        RESULTS[file] = {"x": x.reshape(len(x), -1).tolist(), **data}


def forward(g, model, x, kind):
    """_predict and _forward_pass of multilayer_perceptron.py."""
    names = {"identity": "Identity", "tanh": "Tanh", "logistic": "Sigmoid", "relu": "Relu", "softmax": "Softmax"}
    to = TensorProto.DOUBLE if kind is np.float64 else TensorProto.FLOAT
    dtype = np.float64 if kind is np.float64 else np.float32
    a = g.add("Cast", [x], "cast_input", to=to)
    for i, (w, b) in enumerate(zip(model.coefs_, model.intercepts_)):
        g.constant(f"coefficient{i}", w.astype(dtype), typed=True)
        g.constant(f"intercepts{i}", b.reshape(1, -1).astype(dtype), typed=True)
        g.add("MatMul", [a, f"coefficient{i}"], f"mul_result{i}")
        z = g.add("Add", [f"mul_result{i}", f"intercepts{i}"], f"add_result{i}")
        last = i == len(model.coefs_) - 1
        a = g.add(names[model.out_activation_ if last else model.activation], [z], "out_activations_result" if last else f"next_activations{i}")
    return a


def classifier(file, activation, classes, kind=np.float32, scaler=None, zipmap=True, opset=15):
    rng = np.random.default_rng(len(file))
    x = rng.normal(size=(60, 4)) * [1, 5, 0.1, 2] + [0, 20, 0, 1]
    if kind is np.int64:
        x = np.round(x)
    x = x.astype(kind).astype(np.float64)
    labels = np.asarray(classes)[np.digitize(x[:, 0], np.linspace(-0.7, 0.7, len(classes) - 1))]
    fitted = scaler.fit(x) if scaler else None
    inputs = fitted.transform(x) if fitted else x
    model = MLPClassifier((6, 5), activation, max_iter=40, random_state=1).fit(inputs, labels)
    g = Graph()
    value = "X"
    if fitted is not None:
        if isinstance(fitted, StandardScaler):
            offset, scale = fitted.mean_, 1 / fitted.scale_
        else:
            offset, scale = fitted.data_min_, fitted.scale_
        value = g.add("Scaler", ["X"], "variable", "ai.onnx.ml", offset=offset.tolist(), scale=scale.tolist())
    p = forward(g, model, value, kind)
    dtype = np.float64 if kind is np.float64 else np.float32
    probabilities = "probabilities"
    if len(classes) == 2:
        g.constant("unity", np.array(1, dtype), typed=True)
        g.add("Sub", ["unity", p], "negative_class_proba")
        g.add("Concat", ["negative_class_proba", p], probabilities, axis=1)
    else:
        g.add("Identity", [p], probabilities)
    are_strings = isinstance(classes[0], str)
    if are_strings:
        g.constants.append(helper.make_tensor("classes", TensorProto.STRING, [len(classes)], [c.encode() for c in classes]))
    else:
        g.constants.append(helper.make_tensor("classes", TensorProto.INT32, [len(classes)], classes))
    g.add("ArgMax", [probabilities], "argmax_output", axis=1)
    g.add("ArrayFeatureExtractor", ["classes", "argmax_output"], "array_feature_extractor_result", "ai.onnx.ml")
    g.constant("shape_tensor", np.array([-1], np.int64), typed=True)
    if are_strings:
        g.add("Reshape", ["array_feature_extractor_result", "shape_tensor"], "output_label")
    else:
        g.add("Reshape", ["array_feature_extractor_result", "shape_tensor"], "reshaped_result")
        g.add("Cast", ["reshaped_result"], "output_label", to=TensorProto.INT64)
    outputs = [helper.make_tensor_value_info("output_label", TensorProto.STRING if are_strings else TensorProto.INT64, [None])]
    if zipmap:
        labels_attribute = {"classlabels_strings": classes} if are_strings else {"classlabels_int64s": classes}
        g.add("ZipMap", [probabilities], "output_probability", "ai.onnx.ml", **labels_attribute)
        info = ValueInfoProto(name="output_probability")
        entry = info.type.sequence_type.elem_type.map_type
        entry.key_type = TensorProto.STRING if are_strings else TensorProto.INT64
        entry.value_type.tensor_type.elem_type = TensorProto.FLOAT
        outputs.append(info)
    else:
        outputs.append(helper.make_tensor_value_info(probabilities, ONNX_TYPES[dtype], [None, len(classes)]))
    y = model.predict_proba(inputs[:9])
    y = y[:, 1:] if len(classes) == 2 else y
    g.save(file, x[:9], outputs, {"y": y.tolist(), "classes": [str(c) for c in classes]}, opset, ONNX_TYPES[kind])


def multilabel(file):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 4))
    model = MLPClassifier((6,), max_iter=40, random_state=1).fit(x, (x[:, :3] > 0).astype(int))
    g = Graph()
    p = forward(g, model, "X", np.float32)
    g.add("Identity", [p], "probabilities")
    g.add("Binarizer", [p], "binariser_output", "ai.onnx.ml", threshold=0.5)
    g.add("Cast", ["binariser_output"], "label", to=TensorProto.INT64)
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None, 3]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 3]),
    ]
    g.save(file, x[:9], outputs, {"y": model.predict_proba(x[:9]).tolist()}, 15)


def regressor(file, activation, outputs):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 4))
    y = x[:, :2] * 2 + 1 if outputs == 2 else x[:, 0] * 2 + 1
    model = MLPRegressor((6,), activation, max_iter=40, random_state=1).fit(x, y)
    g = Graph()
    value = forward(g, model, "X", np.float32)
    if outputs == 1:
        g.constant("shape_tensor", np.array([-1, 1], np.int64), typed=True)
        g.add("Reshape", [value, "shape_tensor"], "variable")
    else:
        g.add("Identity", [value], "variable")
    info = [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, outputs])]
    g.save(file, x[:9], info, {"y": model.predict(x[:9]).reshape(9, -1).tolist()}, 15)


def erf(x):
    from math import erf as one

    return np.vectorize(one)(x)


def keras(file, build, shape=(4,), opset=13):
    """`build(g, x)` adds the nodes and returns the output's name with its values."""
    rng = np.random.default_rng(len(file))
    x = rng.normal(size=(9, *shape)).astype(np.float32)
    g = Graph()
    g.rng = rng
    name, y = build(g, x.astype(np.float64))
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["unk__7", y.shape[1]])]
    g.save(file, x, info, {"y": y.tolist()}, opset, shape=["unk__6", *shape], producer="tf2onnx")


def weights(g, *shape):
    return (g.rng.normal(size=shape) * 0.7).astype(np.float32)


def dense(g, a, values, units, layer):
    w, b = weights(g, values.shape[1], units), weights(g, units)
    kernel = g.constant(f"sequential/{layer}/MatMul/ReadVariableOp:0", w)
    bias = g.constant(f"sequential/{layer}/BiasAdd/ReadVariableOp:0", b)
    g.add("MatMul", [a, kernel], f"sequential/{layer}/MatMul:0")
    return g.add("Add", [f"sequential/{layer}/MatMul:0", bias], f"sequential/{layer}/BiasAdd:0"), values @ w + b


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def tf_classifier(g, x):
    shape = g.constant("const_fold_opt__8", np.array([-1, 12], np.int64))
    flat, values = g.add("Reshape", ["X", shape], "sequential/flatten/Reshape:0"), x.reshape(len(x), -1)
    z, v = dense(g, flat, values, 6, "dense")
    a, v = g.add("Relu", [z], "sequential/dense/Relu:0"), np.maximum(v, 0)
    # BatchNormalization as tf2onnx folds it: times γ / √(σ² + ε), plus β − μ γ / √(σ² + ε).
    scale, shift = weights(g, 6), weights(g, 6)
    g.constant("batchnorm/mul", scale), g.constant("batchnorm/sub", shift)
    a = g.add("Mul", [a, "batchnorm/mul"], "sequential/batch_normalization/batchnorm/mul_1:0")
    a, v = g.add("Add", [a, "batchnorm/sub"], "sequential/batch_normalization/batchnorm/add_1:0"), v * scale + shift
    z, v = dense(g, a, v, 3, "dense_1")
    return g.add("Softmax", [z], "Identity:0", axis=-1), softmax(v)


def tf_gelu(g, x):
    z, v = dense(g, "X", x, 6, "dense")
    half, root, one = (g.constant(name, np.float32(value)) for name, value in (("mul/x", 0.5), ("Cast/x", 1.4142135), ("add/x", 1)))
    scaled = g.add("Mul", [half, z], "sequential/dense/Gelu/mul:0")
    quotient = g.add("Div", [z, root], "sequential/dense/Gelu/truediv:0")
    raised = g.add("Add", [one, g.add("Erf", [quotient], "sequential/dense/Gelu/Erf:0")], "sequential/dense/Gelu/add:0")
    a, v = g.add("Mul", [scaled, raised], "sequential/dense/Gelu/mul_1:0"), v * 0.5 * (1 + erf(v / np.sqrt(2)))
    z, v = dense(g, a, v, 1, "dense_1")
    return g.add("Sigmoid", [z], "Identity:0"), 1 / (1 + np.exp(-v))


def tf_layer_norm(g, x):
    """tf.nn.moments and tf.nn.batch_normalization, as Keras' LayerNormalization calls them."""
    z, v = dense(g, "X", x, 6, "dense")
    gamma, beta, epsilon = g.constant("gamma", weights(g, 6)), g.constant("beta", weights(g, 6)), g.constant("batchnorm/add/y", np.float32(1e-3))
    mean = g.add("ReduceMean", [z], "moments/mean:0", axes=[1], keepdims=1)
    difference = g.add("Sub", [z, mean], "moments/SquaredDifference__7:0")
    squares = g.add("Mul", [difference, difference], "moments/SquaredDifference:0")
    variance = g.add("ReduceMean", [squares], "moments/variance:0", axes=[1], keepdims=1)
    root = g.add("Sqrt", [g.add("Add", [variance, epsilon], "batchnorm/add:0")], "batchnorm/Rsqrt__9:0")
    factor = g.add("Mul", [g.add("Reciprocal", [root], "batchnorm/Rsqrt:0"), gamma], "batchnorm/mul:0")
    scaled = g.add("Mul", [z, factor], "batchnorm/mul_1:0")
    shift = g.add("Sub", [beta, g.add("Mul", [mean, factor], "batchnorm/mul_2:0")], "batchnorm/sub:0")
    a = g.add("Add", [scaled, shift], "batchnorm/add_1:0")
    ga, be = (numpy_helper.to_array(c) for c in g.constants if c.name in ("gamma", "beta"))
    v = (v - v.mean(axis=1, keepdims=True)) / np.sqrt(v.var(axis=1, keepdims=True) + 1e-3) * ga + be
    a, v = g.add("Tanh", [a], "sequential/activation/Tanh:0"), np.tanh(v)
    return dense(g, a, v, 2, "dense_1")


def tf_mixed(g, x):
    z, v = dense(g, "X", x, 5, "dense")
    a, v = g.add("Mul", [z, g.add("Sigmoid", [z], "swish/Sigmoid:0")], "swish/mul:0"), v / (1 + np.exp(-v))
    z, v = dense(g, a, v, 5, "dense_1")
    a, v = g.add("Softsign", [z], "dense_1/Softsign:0"), v / (1 + np.abs(v))
    z, v = dense(g, a, v, 5, "dense_2")
    # softsign by its formula, and softplus by its own
    one = g.constant("one", np.array([1], np.float32))
    raised = g.add("Add", [g.add("Abs", [z], "Abs:0"), one], "add:0")
    a, v = g.add("Div", [z, raised], "truediv:0"), v / (1 + np.abs(v))
    z, v = dense(g, a, v, 5, "dense_3")
    raised = g.add("Add", [g.add("Exp", [z], "Exp:0"), one], "add_1:0")
    a, v = g.add("Log", [raised], "Log:0"), np.log1p(np.exp(v))
    return dense(g, a, v, 2, "dense_4")


def main():
    classifier("skl-pattern-binary.onnx", "relu", ["no", "yes"])
    classifier("skl-pattern-binary-int-no-zipmap.onnx", "tanh", [0, 1], zipmap=False)
    classifier("skl-pattern-three-scaled.onnx", "logistic", ["a", "b", "c"], scaler=StandardScaler())
    classifier("skl-pattern-three-int64-input.onnx", "relu", [1, 2, 5], kind=np.int64, scaler=MinMaxScaler(), opset=9)
    classifier("skl-pattern-three-double.onnx", "identity", [0, 1, 2], kind=np.float64, zipmap=False, opset=17)
    multilabel("skl-pattern-multilabel.onnx")
    regressor("skl-pattern-regressor.onnx", "tanh", 1)
    regressor("skl-pattern-regressor-two.onnx", "relu", 2)
    keras("tf-pattern-classifier.onnx", tf_classifier, (2, 3, 2))
    keras("tf-pattern-gelu.onnx", tf_gelu, opset=11)
    keras("tf-pattern-layer-norm.onnx", tf_layer_norm)
    keras("tf-pattern-mixed.onnx", tf_mixed, opset=9)
    onnx_fixtures.write(FOLDER, RESULTS)


if __name__ == "__main__":
    main()
