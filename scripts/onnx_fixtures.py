"""Keeps test/fixtures/onnx.json.gz, files of ONNX that other tools write: {name: {onnx, x, y, classes?}}.

onnx is the file in base64; x are rows and y the outputs that the tool itself computes of them, row by row, with nine digits;
classes are the names of the classes, where the file has them. Written by make-onnx-torch-fixtures.py,
make-onnx-keras-fixtures.py and make-onnx-sklearn-fixtures.py, each of which replaces its own files.
"""

import base64
import gzip
import json
import pathlib

PATH = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "onnx.json.gz"


def digits(values):
    return [digits(one) for one in values] if isinstance(values, list) else float(f"{values:.9g}")


def write(folder, results):
    """Adds the files of the folder, whose rows and outputs are the results, in place of those with the same first word."""
    kept = json.loads(gzip.decompress(PATH.read_bytes())) if PATH.exists() else {}
    own = {name.rsplit(".onnx", 1)[0]: data for name, data in results.items()}
    tools = {name.split("-")[0] + "-" + name.split("-")[1] for name in own}
    entries = {name: entry for name, entry in kept.items() if "-".join(name.split("-")[:2]) not in tools}
    for name, data in own.items():
        onnx = base64.b64encode((pathlib.Path(folder) / f"{name}.onnx").read_bytes()).decode()
        entries[name] = {**data, "onnx": onnx, "x": digits(data["x"]), "y": digits(data["y"])}
    text = json.dumps(dict(sorted(entries.items())), separators=(",", ":"))
    PATH.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(len(own), "files,", PATH.stat().st_size, "bytes in all")
