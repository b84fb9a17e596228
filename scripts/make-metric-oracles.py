"""Writes test/fixtures/metrics.json: what scikit-learn says of small random predictions.

    python3 scripts/make-metric-oracles.py                     (needs scikit-learn; made with 1.9.1)

Seeded. Scores are sixteenths, so that there are ties. NaN is written as null, infinity as "inf".
"""

import json
import math
import random
import warnings
from pathlib import Path

import numpy as np
import sklearn.metrics as m

warnings.simplefilter("ignore")
generator = random.Random(10)


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    if isinstance(value, (np.integer, int, bool, str)) or value is None:
        return int(value) if isinstance(value, np.integer) else value
    value = float(value)
    if math.isnan(value):
        return None
    return "inf" if math.isinf(value) else value


def draw(rows, choices):
    return [generator.choice(choices) for _ in range(rows)]


def some_weights(rows):
    return [generator.choice([0, 0.25, 0.5, 1, 1.5, 3]) for _ in range(rows)]


def averaged(truth, predicted, weights, averages, zero_divisions=(0,), **more):
    figures = {}
    for average in averages:
        for zero in zero_divisions:
            p, r, f, _ = m.precision_recall_fscore_support(
                truth, predicted, average=average, sample_weight=weights, zero_division=zero, **more
            )
            figures[f"{average} {'NaN' if zero != zero else zero}"] = [p, r, f]
    return figures


def class_case(name, labels, predicted, weights=None, only=None, positive=None):
    averages = ["macro", "micro", "weighted"]
    figures = averaged(labels, predicted, weights, averages, (0, 1, math.nan), labels=only)
    if positive is not None:
        figures |= averaged(labels, predicted, weights, ["binary"], (0, 1, math.nan), pos_label=positive)
    result = {
        "name": name,
        "labels": labels,
        "predicted": predicted,
        "weights": weights,
        "only": only,
        "positive": positive,
        "averaged": figures,
        "report": m.classification_report(labels, predicted, labels=only, sample_weight=weights, digits=3, zero_division=0),
        "confusion": m.confusion_matrix(labels, predicted, labels=only, sample_weight=weights),
    }
    if only is None:
        result |= {
            "accuracy": m.accuracy_score(labels, predicted, sample_weight=weights),
            "balancedAccuracy": m.balanced_accuracy_score(labels, predicted, sample_weight=weights),
            "cohenKappa": m.cohen_kappa_score(labels, predicted, sample_weight=weights),
            "matthews": m.matthews_corrcoef(labels, predicted, sample_weight=weights),
        }
    return result


def class_cases():
    binary = draw(30, [0, 1]), draw(30, [0, 0, 1])
    # Class 3 is never true, class 4 never predicted, class 2 neither.
    many = draw(40, [0, 1, 1, 4, 5]), draw(40, [0, 1, 3, 5])
    words = draw(20, ["ant", "bee", "cow"]), draw(20, ["ant", "bee", "cow", "Dog"])
    truth = draw(12, [False, True])
    return [
        class_case("binary", *binary, positive=1),
        class_case("binary, weighted", *binary, weights=some_weights(30), positive=1),
        class_case("binary, the other class", *binary, positive=0),
        class_case("many", *many),
        class_case("many, weighted", *many, weights=some_weights(40)),
        class_case("many, some of them", *many, only=[5, 1]),
        class_case("many, absent ones too", *many, only=[0, 1, 2, 3, 4, 5, 9], weights=some_weights(40)),
        class_case("words", *words),
        class_case("booleans", truth, draw(12, [False, True]), positive=True),
        class_case("never true", [0] * 6, [0, 0, 1, 0, 1, 0], positive=1),
        class_case("never there", [0] * 4, [0] * 4, positive=1),
        class_case("all the other way", [0, 1, 0, 1, 1], [1, 0, 1, 0, 0], positive=1),
    ]


def curves(labels, scores, weights):
    result = {}
    for drop in (True, False):
        roc = m.roc_curve(labels, scores, sample_weight=weights, drop_intermediate=drop)
        pr = m.precision_recall_curve(labels, scores, sample_weight=weights, drop_intermediate=drop)
        result[f"roc {str(drop).lower()}"] = roc
        result[f"pr {str(drop).lower()}"] = pr
    return result


def binary_case(name, labels, scores, weights=None):
    return {
        "name": name,
        "labels": labels,
        "scores": scores,
        "weights": weights,
        "auc": m.roc_auc_score(labels, scores, sample_weight=weights),
        "averagePrecision": m.average_precision_score(labels, scores, sample_weight=weights),
        "logLoss": m.log_loss(labels, scores, sample_weight=weights, labels=[0, 1]),
        **curves(labels, scores, weights),
    }


def binary_cases():
    sixteenths = [i / 16 for i in range(17)]
    labels = draw(40, [0, 1])
    near = [min(1, max(0, (y * 4 + generator.choice(range(-6, 13))) / 16)) for y in labels]
    return [
        binary_case("ties", labels, near),
        binary_case("ties, weighted", labels, near, some_weights(40)),
        binary_case("by chance", draw(25, [0, 0, 0, 1]), draw(25, sixteenths)),
        binary_case("all scores equal", draw(8, [0, 1]), [0.5] * 8),
        binary_case("distinct", draw(20, [0, 1]), [generator.random() for _ in range(20)]),
        binary_case("one class only, 0", [0] * 5, draw(5, sixteenths)),
        binary_case("one class only, 1", [1] * 5, draw(5, sixteenths)),
    ]


def ranked(labels, scores, weights):
    result = {}
    for average in ("macro", "micro", "weighted"):
        options = {"average": average, "sample_weight": weights}
        multi = {"multi_class": "ovr"} if np.ndim(labels) == 1 else {}
        if np.ndim(labels) == 1:
            multi["labels"] = list(range(len(scores[0])))
        result[f"auc {average}"] = m.roc_auc_score(labels, scores, **options, **multi)
        truth = np.eye(len(scores[0]))[labels] if np.ndim(labels) == 1 else labels
        result[f"averagePrecision {average}"] = m.average_precision_score(truth, scores, **options)
    return result


def softmax_rows(rows, classes, sixteenths):
    # Divided by a power of two after they are completed to it: exact, with ties within columns.
    table = []
    for _ in range(rows):
        cuts = sorted(generator.sample(range(sixteenths + 1), classes - 1))
        table.append([(b - a) / sixteenths for a, b in zip([0, *cuts], [*cuts, sixteenths])])
    return table


def many_case(name, labels, scores, weights=None):
    classes = list(range(len(scores[0])))
    top = {
        f"topK {k}": m.top_k_accuracy_score(labels, scores, k=k, labels=classes, sample_weight=weights) for k in (1, 2, 3)
    }
    loss = m.log_loss(labels, scores, labels=classes, sample_weight=weights)
    result = {"name": name, "labels": labels, "scores": scores, "weights": weights, "logLoss": loss}
    return result | top | ranked(labels, scores, weights)


def distinct_rows(rows, classes):
    # Within a row no ties: scikit-learn ranks the last of equal ones first, nabla the first.
    table = []
    while len(table) < rows:
        row = softmax_rows(1, classes, 32)[0]
        if len(set(row)) == classes:
            table.append(row)
    return table


def many_cases():
    labels = draw(30, [0, 1, 2, 3])
    scores = distinct_rows(30, 4)
    return [
        many_case("four classes", labels, scores),
        many_case("four classes, weighted", labels, scores, some_weights(30)),
        many_case("a class that never occurs", draw(16, [0, 2]), distinct_rows(16, 3)),
    ]


def label_case(name, labels, scores, weights=None):
    predicted = [[int(s >= 0.5) for s in row] for row in scores]
    averages = ["macro", "micro", "weighted"]
    result = {"name": name, "labels": labels, "scores": scores, "weights": weights, "predicted": predicted}
    loss = np.mean([m.log_loss(y, s, labels=[0, 1], sample_weight=weights) for y, s in zip(np.transpose(labels), np.transpose(scores))])
    figures = averaged(labels, predicted, weights, averages, (0, 1, math.nan))
    return result | {"logLoss": loss, "averaged": figures} | ranked(labels, scores, weights)


def label_cases():
    sixteenths = [i / 16 for i in range(17)]
    labels = [[generator.choice([0, 1]), generator.choice([0, 0, 0, 1]), generator.choice([0, 1, 1])] for _ in range(24)]
    scores = [draw(3, sixteenths) for _ in range(24)]
    rare = [[1, 0], [0, 0], [1, 0], [0, 0]]
    return [
        label_case("three labels", labels, scores),
        label_case("three labels, weighted", labels, scores, some_weights(24)),
        label_case("a label that is never true", rare, [draw(2, sixteenths) for _ in rare]),
    ]


def value_case(name, targets, predictions, weights=None):
    options = {"sample_weight": weights}
    return {
        "name": name,
        "targets": targets,
        "predictions": predictions,
        "weights": weights,
        "r2": m.r2_score(targets, predictions, **options),
        "explainedVariance": m.explained_variance_score(targets, predictions, **options),
        "meanSquaredError": m.mean_squared_error(targets, predictions, **options),
        "rootMeanSquaredError": m.root_mean_squared_error(targets, predictions, **options),
        "meanAbsoluteError": m.mean_absolute_error(targets, predictions, **options),
        "meanAbsolutePercentageError": m.mean_absolute_percentage_error(targets, predictions, **options),
    }


def value_cases():
    def number():
        return round(generator.gauss(3, 2), 3)

    one = [number() for _ in range(20)], [number() for _ in range(20)]
    near = [y + round(generator.gauss(0.5, 0.1), 4) for y in one[0]]
    three = [[[number() for _ in range(3)] for _ in range(12)] for _ in range(2)]
    return [
        value_case("one output", *one),
        value_case("one output, near", one[0], near),
        value_case("one output, weighted", *one, some_weights(20)),
        value_case("three outputs", *three),
        value_case("three outputs, weighted", *three, some_weights(12)),
        value_case("constant targets", [0.5] * 5, [0.5, 0.75, 0.25, 0.5, 1]),
        value_case("constant targets, all right", [0.5] * 5, [0.5] * 5),
        value_case("a constant error", [1, 2, 3.5], [1.5, 2.5, 4]),
        value_case("targets of zero", [0, 1, 0, 2], [0, 1.5, 0.25, 1]),
        value_case("one row", [2], [3]),
    ]


fixture = {
    "classes": class_cases(),
    "binary": binary_cases(),
    "many": many_cases(),
    "labels": label_cases(),
    "values": value_cases(),
}
# A case a line, and no spaces: the file is read by tests.
parts = [
    f'"{name}":[\n' + ",\n".join(json.dumps(plain(case), separators=(",", ":"), allow_nan=False) for case in cases) + "\n]"
    for name, cases in fixture.items()
]
path = Path(__file__).parent.parent / "test" / "fixtures" / "metrics.json"
path.write_text("{\n" + ",\n".join(parts) + "\n}\n")
