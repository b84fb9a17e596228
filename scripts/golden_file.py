"""Reads and writes test/fixtures/pytorch.json.gz, the golden runs of PyTorch, at a third of the size of plain JSON.

    python3 scripts/golden_file.py ORACLES.json     writes the file from one with all digits     (needs only Python)

The inputs of a case (x, y, weights, biases) are float32 numbers and have the fewest digits that float32 needs: the one
who reads them rounds them to float32 to have them exactly. Its results have 13 decimals; they are compared to 1e-9, and
with the textbook in float64 to 1e-13.
"""

import gzip
import json
import struct
import sys
from pathlib import Path

PATH = Path(__file__).parent.parent / "test" / "fixtures" / "pytorch.json.gz"
INPUTS = ["x", "y", "weights", "biases"]
RESULTS = ["prediction0", "weightGradients", "biasGradients", "losses", "prediction", "weightsAfter", "biasesAfter"]
DECIMALS = 13


def each(values, change):
    return [each(one, change) for one in values] if isinstance(values, list) else change(values)


def to_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def shortest(value):
    """The shortest decimal that rounds to the float32 that the value is; the file has 15 decimals of it at most."""
    exact = to_float32(value)
    if abs(exact - value) > 1e-15:
        raise ValueError(f"expected a float32 number, got {value}")
    if exact == int(exact):
        return int(exact)
    return next(short for digits in range(1, 10) if to_float32(short := float(f"{exact:.{digits}g}")) == exact)


def write(source, cases):
    lines = [
        json.dumps(
            {
                **case,
                **{key: each(case[key], shortest) for key in INPUTS},
                **{key: each(case[key], lambda value: round(value, DECIMALS)) for key in RESULTS},
            },
            separators=(",", ":"),
        )
        for case in cases
    ]
    text = '{\n"source":' + json.dumps(source) + ',\n"cases":[\n' + ",\n".join(lines) + "\n]\n}\n"
    # Without a time, so that the same cases make the same bytes.
    PATH.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def read_cases():
    cases = json.loads(gzip.decompress(PATH.read_bytes()))["cases"]
    return [{**case, **{key: each(case[key], to_float32) for key in INPUTS}} for case in cases]


if __name__ == "__main__":
    full = json.loads(Path(sys.argv[1]).read_text())
    write(full["source"], full["cases"])
