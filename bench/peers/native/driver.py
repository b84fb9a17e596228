# What the Python peers share: the spec, the data, the clock. The twin of child.mjs.

import json
import os
import sys
import time

import numpy as np


class Absent(Exception):
    """This peer cannot express the workload; the message says why."""


def read(path, *shape):
    return np.fromfile(path, np.float32).reshape(*shape)


def measure(run, seconds, repetitions, warm, limit):
    began = time.perf_counter()

    def timed(steps):
        start, cpu_start = time.perf_counter(), time.process_time()
        done = run(steps)
        return done, time.perf_counter() - start, time.process_time() - cpu_start

    steps = 1
    while True:
        _, took, _ = timed(steps)
        if took < seconds:
            steps = int(np.ceil(steps * min(4, max(1.2, 1.1 * seconds / max(took, 1e-9)))))
        elif time.perf_counter() - began >= warm:
            break
        if time.perf_counter() - began > limit:
            break
    rates, cpu_rates = [], []
    while len(rates) < repetitions and (not rates or time.perf_counter() - began < limit):
        done, took, cpu_took = timed(steps)
        rates.append(done / took)
        cpu_rates.append(done / max(cpu_took, 1e-9))
    return {"rates": rates, "cpuRates": cpu_rates}


def data_of(spec):
    if spec["kind"] == "converge":
        inputs = spec["sizes"][0]
        return read(spec["x"], -1, inputs), read(spec["y"], -1), read(spec["testX"], -1, inputs), read(spec["testY"], -1)
    if spec["kind"] == "matmul":
        return read(spec["x"], spec["m"], spec["k"]), read(spec["y"], spec["k"], spec["n"]), []
    sizes = spec["sizes"]
    x = read(spec["x"], -1, sizes[0])
    y = read(spec["y"], -1, sizes[-1]) if spec["kind"] == "train" else None
    weights = [
        read(path, *((sizes[i // 2 + 1],) if i % 2 else (sizes[i // 2], sizes[i // 2 + 1])))
        for i, path in enumerate(spec["weights"])
    ]
    return x, y, weights


def blas():
    try:
        from threadpoolctl import threadpool_info

        return ", ".join(
            f"OpenBLAS {i['version']} {i['architecture']} kernels"
            for i in threadpool_info()
            if i["internal_api"] == "openblas"
        )
    except ImportError:
        return ""


def main(prepare, converge=None):
    """prepare(spec, x, y, weights, variant) returns run(steps) → done, check() or None, version, notes.
    converge(spec, x, y, test_x, test_y) trains until it stops and returns what is reported of that."""
    variant, path = sys.argv[1:3]
    with open(path) as file:
        spec = json.load(file)
    try:
        if spec["kind"] == "converge":
            if not converge:
                raise Absent("not raced")
            print("\nRESULT " + json.dumps(converge(spec, *data_of(spec))), flush=True)
            os._exit(0)
        run, check, version, notes = prepare(spec, *data_of(spec), variant)
        checked = float(check()) if check else None
        result = {**measure(run, **spec["timing"]), "checked": checked, "notes": notes, "version": version}
    except Absent as reason:
        result = {"absent": str(reason)}
    except Exception as error:
        result = {"absent": f"{type(error).__name__}: {error}"[:300]}
    print("\nRESULT " + json.dumps(result), flush=True)
    os._exit(0)
