"""Writes test/fixtures/metric-corners.json.gz: what scikit-learn says of degenerate predictions.

    python3 scripts/make-metric-corner-oracles.py              (needs scikit-learn; made with 1.9.1)

Seeded. One class only, in the truth, in the predictions or in both; classes that never occur; more classes than rows; all
scores tied; all right and all wrong; one row; constant targets; probabilities of 0 and 1; huge and tiny numbers; weights of
0 and very unequal ones; labels without a positive row; what is refused. "refused" stands for an exception.

The cases of "alike" are those in which nabla says the same; those of "unlike" are where it does not, and docs/metrics.md
says why: the test has nabla's figure beside scikit-learn's.

NaN is written as "NaN", infinity as "Infinity".
"""

import gzip
import json
import math
import random
import warnings
from pathlib import Path

import numpy as np
import sklearn
import sklearn.metrics as m

warnings.simplefilter("ignore")
generator = random.Random(20)
alike = []
unlike = []


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    if isinstance(value, np.integer):
        return int(value)
    if value is None or isinstance(value, (int, bool, str)):
        return value
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def add(metric, given, options, call, to=alike, about=None):
    try:
        value = plain(call())
    except ValueError:
        value = "refused"
    options = {key: one for key, one in options.items() if one is not None}
    case = {"metric": metric, "given": plain(given), "options": plain(options), "value": value}
    to.append({"about": about} | case if about else case)


OF_CLASSES = {
    "accuracy": m.accuracy_score,
    "balancedAccuracy": m.balanced_accuracy_score,
    "cohenKappa": m.cohen_kappa_score,
    "matthews": m.matthews_corrcoef,
}
OF_NUMBERS = {
    "r2": m.r2_score,
    "explainedVariance": m.explained_variance_score,
    "meanSquaredError": m.mean_squared_error,
    "rootMeanSquaredError": m.root_mean_squared_error,
    "meanAbsoluteError": m.mean_absolute_error,
    "meanAbsolutePercentageError": m.mean_absolute_percentage_error,
}


def averaged(given, weights, averages, zeros, options, **more):
    for average in averages:
        for zero in zeros:
            add(
                "averaged",
                given,
                {"weights": weights, "average": average, "zeroDivision": zero, **options},
                lambda: m.precision_recall_fscore_support(
                    *given, average=average, sample_weight=weights, zero_division=zero, **more
                )[:3],
            )


AVERAGES = ["macro", "micro", "weighted"]


def of_classes(labels, predicted, weights=None, zeros=(0, math.nan)):
    given = [labels, predicted]
    for name, metric in OF_CLASSES.items():
        add(name, given, {"weights": weights}, lambda: metric(*given, sample_weight=weights))
    add("confusion", given, {"weights": weights}, lambda: m.confusion_matrix(*given, sample_weight=weights))
    averaged(given, weights, AVERAGES, zeros, {})
    if set(labels) | set(predicted) <= {0, 1}:
        averaged(given, weights, ["binary"], zeros, {})


def of_some_classes(labels, predicted, only):
    given = [labels, predicted]
    averaged(given, None, AVERAGES, (0, 1, math.nan), {"labels": only}, labels=only)


def of_one_column(labels, scores, weights=None, with_loss=True):
    given = [labels, scores]
    options = {"weights": weights}
    add("auc", given, options, lambda: m.roc_auc_score(*given, sample_weight=weights))
    add("averagePrecision", given, options, lambda: m.average_precision_score(*given, sample_weight=weights))
    add("rocCurve", given, options, lambda: m.roc_curve(*given, sample_weight=weights))
    add("precisionRecallCurve", given, options, lambda: m.precision_recall_curve(*given, sample_weight=weights))
    if with_loss:
        add("logLoss", given, options, lambda: m.log_loss(*given, sample_weight=weights, labels=[0, 1]))


def of_columns(labels, scores, weights=None, ks=(1, 2)):
    given = [labels, scores]
    columns = list(range(len(scores[0])))
    one_hot = np.eye(len(columns))[labels]
    for average in AVERAGES:
        options = {"weights": weights, "average": average}
        auc = {"multi_class": "ovr", "labels": columns, "average": average, "sample_weight": weights}
        add("auc", given, options, lambda: m.roc_auc_score(*given, **auc))
        add(
            "averagePrecision",
            given,
            options,
            lambda: m.average_precision_score(one_hot, scores, average=average, sample_weight=weights),
        )
    add("logLoss", given, {"weights": weights}, lambda: m.log_loss(*given, labels=columns, sample_weight=weights))
    for k in ks:
        add(
            "topK",
            given,
            {"weights": weights, "k": k},
            lambda: m.top_k_accuracy_score(*given, k=k, labels=columns, sample_weight=weights),
        )


def of_labels(labels, scores, weights=None):
    predicted = [[int(score >= 0.5) for score in row] for row in scores]
    for average in AVERAGES:
        options = {"weights": weights, "average": average}
        more = {"average": average, "sample_weight": weights}
        add("auc", [labels, scores], options, lambda: m.roc_auc_score(labels, scores, **more))
        add("averagePrecision", [labels, scores], options, lambda: m.average_precision_score(labels, scores, **more))
    averaged([labels, predicted], weights, AVERAGES, (0, 1, math.nan), {})


def of_numbers(targets, predictions, weights=None, names=tuple(OF_NUMBERS)):
    for name in names:
        call = OF_NUMBERS[name]
        add(name, [targets, predictions], {"weights": weights}, lambda: call(targets, predictions, sample_weight=weights))


def classes():
    for labels, predicted in [
        ([0], [0]),
        ([0], [1]),
        ([1], [1]),
        ([2], [5]),
        ([0, 0, 0], [0, 0, 0]),
        ([1, 1, 1], [1, 1, 1]),
        ([0, 0, 0], [1, 1, 1]),
        ([1, 1, 1], [0, 0, 0]),
        ([0, 0, 0], [0, 1, 0]),
        ([0, 1, 0], [0, 0, 0]),
        ([0, 1], [1, 0]),
        ([0, 1, 2, 3], [0, 1, 2, 3]),
        ([0, 1, 2, 3], [3, 2, 1, 0]),
        ([0, 1, 2], [7, 8, 9]),
        ([0, 0, 1, 4], [0, 2, 2, 2]),
    ]:
        rows = len(labels)
        of_classes(labels, predicted)
        if rows > 1:
            of_classes(labels, predicted, [0] * (rows - 1) + [1], (0,))
            # Powers of two, whose products scikit-learn's differences do not round.
            of_classes(labels, predicted, [1] + [2**-10] * (rows - 1), (0,))
            of_classes(labels, predicted, [2**-20] + [1] * (rows - 1), (0,))
        of_classes(labels, predicted, [0] * rows, (0,))
    for only in ([0], [9], [9, 0], [5, 6, 7]):
        of_some_classes([0, 0, 1, 4], [0, 2, 2, 2], only)
    of_some_classes(["a", "a"], ["a", "b"], ["z", "a"])


def scores():
    for labels in ([0, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]):
        of_one_column(labels, [0.5] * 4)
        of_one_column(labels, [0.0] * 4)
        of_one_column(labels, [float(one) for one in labels])
        of_one_column(labels, [float(1 - one) for one in labels])
        of_one_column(labels, [5e-324, 1 - 2**-53, 1e-17, 2**-53])
        of_one_column(labels, [1e308, -1e308, 0.0, -0.0])
        for weights in ([0, 1, 0, 0], [1, 1e-17, 1, 1], [2**-20, 1, 1, 1], [0] * 4):
            # Where the weights are all 0 and the labels of one class scikit-learn sees the labels first.
            if weights != [0] * 4 or len(set(labels)) == 2:
                of_one_column(labels, [0.25, 0.25, 0.5, 0.75], weights)
        for wrong in (math.nan, math.inf, -math.inf):
            of_one_column(labels, [0.25, wrong, 0.5, 0.75])
    for label in (0, 1):
        of_one_column([label], [0.25])
    of_one_column([0, 1], [-0.5, 1.5])


def columns():
    for rows, count in ((1, 3), (2, 5), (4, 3)):
        labels = [generator.randrange(count) for _ in range(rows)]
        sure = [[float(c == label) for c in range(count)] for label in labels]
        wrong = [[float(c == (label + 1) % count) for c in range(count)] for label in labels]
        blank = [[1 / count] * count] * rows
        some = [[(c + r) % count * 2 / (count * (count - 1)) for c in range(count)] for r in range(rows)]
        for table in (sure, wrong, blank, some):
            # Of ties topK takes the first and scikit-learn the last, and of all columns both take all.
            ks = (1, 2, count, count + 2) if table is some else (count, count + 2)
            of_columns(labels, table, ks=ks)
            if rows > 1:
                of_columns(labels, table, [1] + [2**-20] * (rows - 1), ks)
        of_columns(labels, [[math.nan] * count] * rows)


def many_labels():
    some = [[0, 1], [1, 1], [0, 0], [1, 0]]
    tables = [[[0.5, 0.5]] * 4, [[0.25, 1], [0, 0.75], [0.5, 0.25], [1, 0]]]
    tables.append([[float(one) for one in row] for row in some])
    tables.append([[float(1 - one) for one in row] for row in some])
    for labels in (some, [[0, 0]] * 4, [[1, 1]] * 4, [[0, one] for _, one in some], [[1, one] for _, one in some]):
        for table in tables:
            of_labels(labels, table)
        of_labels(labels, tables[1], [1, 0, 0, 1])
        of_labels(labels, tables[1], [1, 2**-20, 1, 1])
    of_labels([[0, 1, 1]], [[0.25, 0.5, 0.75]])


def numbers():
    for targets, predictions in [
        ([2], [2]),
        ([2], [3]),
        ([0], [0]),
        ([0, 0, 0], [0, 0, 0]),
        ([0, 0, 0], [0, 0, 1]),
        ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        ([0.5, 0.5, 0.5], [0.75, 0.75, 0.75]),
        ([0.5, 0.5, 0.5], [0.25, 0.5, 0.75]),
        ([1, 2, 3], [3, 2, 1]),
        ([1, 2, 3], [2, 3, 4]),
        ([1, 2, 3], [2, 2, 2]),
        ([[0.5, 1], [0.5, 2], [0.5, 3]], [[0.5, 1], [0.5, 2], [0.75, 4]]),
        ([1e8, 1e8 + 1, 1e8 + 2], [1e8, 1e8 + 1.5, 1e8 + 2]),
        ([1e140, 2e140, 3e140], [1e140, 2.5e140, 3e140]),
        ([1e-140, 2e-140, 3e-140], [1e-140, 2.5e-140, 3e-140]),
    ]:
        of_numbers(targets, predictions)
        rows = len(targets)
        if rows > 1:
            of_numbers(targets, predictions, [0] * (rows - 1) + [1])
            of_numbers(targets, predictions, [1] + [2**-30] * (rows - 1))
        of_numbers(targets, predictions, [0] * rows)
    # Means are exact, though what they are made of is not: a square is infinite, a mean absolute error is not.
    of_numbers([1e300, 2e300], [1.5e300, 2e300], names=("meanSquaredError", "meanAbsoluteError", "meanAbsolutePercentageError"))
    for wrong in (math.nan, math.inf):
        of_numbers([1, wrong], [1, 2])
        of_numbers([1, 2], [1, wrong])
        of_numbers([1, 2], [1, 3], [1, wrong])


def differences():
    def differ(about, metric, given, options, call):
        add(metric, given, options, call, unlike, about)

    tied = [[1, 2], [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]]
    differ("ties", "topK", tied, {"k": 2}, lambda: m.top_k_accuracy_score(*tied, k=2, labels=[0, 1, 2]))
    for name in ("r2", "explainedVariance"):
        constant = [[0.1, 0.1, 0.1], [0.15, 0.15, 0.15 if name == "r2" else 0.25]]
        differ("constant targets", name, constant, {}, lambda: OF_NUMBERS[name](*constant))
    offset = [[0.1] * 5, [0.1 * 1.5] * 5]
    differ("a constant error", "explainedVariance", offset, {}, lambda: OF_NUMBERS["explainedVariance"](*offset))
    for name in ("r2", "explainedVariance", "rootMeanSquaredError"):
        for size in (1e-300, 1e300):
            far = [[size, 3 * size], [2 * size, size]]
            differ(f"numbers of size {size:g}", name, far, {}, lambda: OF_NUMBERS[name](*far))
    for name in ("cohenKappa", "matthews"):
        for weight in (1e-200, 1e200):
            pair = [[0, 1, 1, 0], [0, 1, 0, 0]]
            weights = [weight] * 4
            differ(
                f"weights of {weight:g}",
                name,
                pair,
                {"weights": weights},
                lambda: OF_CLASSES[name](*pair, sample_weight=weights),
            )
    unequal = [[0, 1, 1], [0, 1, 1]]
    very = {"weights": [1e-17, 1, 1]}
    add("cohenKappa", unequal, very, lambda: m.cohen_kappa_score(*unequal, sample_weight=very["weights"]))
    differ(
        "very unequal weights",
        "matthews",
        unequal,
        very,
        lambda: m.matthews_corrcoef(*unequal, sample_weight=very["weights"]),
    )
    tiny = [[[0, 1, 1], [0, 0, 0]], [[1, 1, 0.5], [0, 0.75, 1]]]
    for name, call in (("auc", m.roc_auc_score), ("averagePrecision", m.average_precision_score)):
        options = {"weights": [1e-17, 1], "average": "weighted"}
        weighted = {"average": "weighted", "sample_weight": [1e-17, 1]}
        differ("tiny weights of positives", name, tiny, options, lambda: call(*tiny, **weighted))
    ones = [[1, 1], [0.25, 0.5]]
    zero = {"weights": [0, 0]}
    differ("weights that are all 0", "auc", ones, zero, lambda: m.roc_auc_score(*ones, sample_weight=[0, 0]))
    absent = [[0, 1], [1, 1]]
    differ("none of the labels", "confusion", absent, {"labels": [7, 8]}, lambda: m.confusion_matrix(*absent, labels=[7, 8]))
    differ("one class in log loss", "logLoss", ones, {}, lambda: m.log_loss(*ones))
    sums = [[0, 1, 2], [[1, 0, 1], [0, 1, 0], [0, 0, 1]]]
    differ("rows that do not add up to 1", "auc", sums, {}, lambda: m.roc_auc_score(*sums, multi_class="ovr"))
    rows = [[0, 1], [[0.25, 0.25], [0.5, 1]]]
    add("logLoss", rows, {}, lambda: m.log_loss(*rows))


classes()
scores()
columns()
many_labels()
numbers()
differences()


def lines(cases):
    return ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)


def once(cases):
    return list({json.dumps(case): case for case in cases}.values())


path = Path(__file__).parent.parent / "test" / "fixtures" / "metric-corners.json.gz"
text = (
    f'{{\n"source":"scikit-learn {sklearn.__version__}",\n'
    f'"alike":[\n{lines(once(alike))}\n],\n"unlike":[\n{lines(unlike)}\n]\n}}\n'
)
# Without a time, so that the same cases make the same bytes.
path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
