"""Writes test/fixtures/onnx-testdata.json.gz of the files that ONNX tests its own runtimes with: models of PyTorch's first exporter and
single operators, with inputs and outputs. Debian has them: apt-get install libonnx-testdata python3-onnx, then

    /usr/bin/python3 scripts/make-onnx-testdata-fixtures.py

The files are the ONNX project's, Apache License 2.0 (test/fixtures/onnx-testdata.md). They are changed where "how" of a fixture says so:
those of opsets below 7 are brought to 9 by ONNX's own converter; inputs behind the first, which are weights, become initializers with
the values of the test; outputs behind the first are left out.
"""

import base64
import gzip
import io
import json
import os

import onnx
from onnx import numpy_helper, version_converter

DATA = "/usr/share/libonnx-testdata/data"
OUT = os.path.join(os.path.dirname(__file__), "../test/fixtures/onnx-testdata.json.gz")

NAMES = {
    "pytorch-converted": "Linear Linear_no_bias LeakyReLU LogSoftmax SELU Sigmoid Softmax Softmin Softplus Softsign Tanh "
    "ReLU ELU PReLU_1d Conv1d BatchNorm1d_3d_input_eval LeakyReLU_with_negval",
    "pytorch-operator": "operator_flatten operator_mm operator_selu operator_view operator_permute2 operator_reduced_mean",
    "node": "gemm_alpha gemm_beta gemm_default_no_bias gemm_default_scalar_bias gemm_default_single_elem_vector_bias "
    "gemm_default_vector_bias gemm_default_zero_bias gemm_transposeB gemm_all_attributes gemm_transposeA gemm_default_matrix_bias "
    "matmul_2d add_bcast sub_bcast mul_bcast div_bcast layer_normalization_2d_axis1 layer_normalization_2d_axis_negative_1 "
    "layer_normalization_2d_axis0 layer_normalization_default_axis batchnorm_example softmax_example softmax_large_number "
    "softmax_axis_0 logsoftmax_example_1 logsoftmax_large_number relu sigmoid tanh leakyrelu_default leakyrelu elu_default elu "
    "selu_default selu softplus softsign clip_default_min clip_default_max clip celu_expanded neg dropout_default "
    "dropout_default_mask_ratio flatten_axis1 flatten_axis0 identity reshape_negative_dim reshape_zero_dim squeeze_negative_axes "
    "unsqueeze_two_axes cast_DOUBLE_to_FLOAT cast_FLOAT16_to_FLOAT hardsigmoid prelu_example qlinearmatmul_2D",
    "simple": "single_relu_model",
}


def tensor(folder, name):
    message = onnx.TensorProto()
    with open(os.path.join(folder, "test_data_set_0", name), "rb") as file:
        message.ParseFromString(file.read())
    return message


def fixture(folder):
    model = onnx.load(os.path.join(folder, "model.onnx"))
    how = []
    opset = next(one.version for one in model.opset_import if one.domain == "")
    if opset < 7:
        model = version_converter.convert_version(model, 9)
        how.append(f"opset {opset} to 9")
    given = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in given]
    for index, one in enumerate(inputs[1:], 1):
        value = tensor(folder, f"input_{index}.pb")
        value.name = one.name
        model.graph.initializer.append(value)
        model.graph.input.remove(one)
        how.append(f"{one.name} is an initializer")
    if len(model.graph.output) > 1:
        del model.graph.output[1:]
        how.append("the first output alone")
    model.doc_string = ""
    x = numpy_helper.to_array(tensor(folder, "input_0.pb")).astype("float64")
    y = numpy_helper.to_array(tensor(folder, "output_0.pb")).astype("float64")
    return {
        "onnx": base64.b64encode(model.SerializeToString()).decode(),
        "how": how,
        "x": x.ravel().tolist(),
        "y": y.ravel().tolist(),
    }


fixtures = {
    f"{kind} {name}": fixture(os.path.join(DATA, kind, f"test_{name}"))
    for kind, names in NAMES.items()
    for name in names.split()
}
buffer = io.BytesIO()
with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
    file.write(json.dumps(fixtures, separators=(",", ":")).encode())
with open(OUT, "wb") as file:
    file.write(buffer.getvalue())
print(len(fixtures), "fixtures,", len(buffer.getvalue()), "bytes")
