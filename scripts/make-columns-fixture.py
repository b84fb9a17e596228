"""What scikit-learn makes of columns of numbers and categories: the golden values of test/data/columns-sklearn.test.ts.

    python3 scripts/make-columns-fixture.py > test/fixtures/sklearn-columns.json
"""

import json

import numpy
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

random = numpy.random.default_rng(3)
values = numpy.round(random.lognormal(3, 2, 31), 3)
values[[4, 11, 30]] = numpy.nan
column = values.reshape(-1, 1)

cases = {}
for missing, strategy in {"mean": "mean", "median": "median"}.items():
    for name, scaler in {"standard": StandardScaler(), "minMax": MinMaxScaler(), "robust": RobustScaler()}.items():
        steps = make_pipeline(SimpleImputer(strategy=strategy), scaler)
        cases[f"{name} {missing}"] = steps.fit_transform(column).ravel().tolist()
    steps = make_pipeline(SimpleImputer(strategy=strategy), FunctionTransformer(numpy.log1p), StandardScaler())
    cases[f"log1p {missing}"] = steps.fit_transform(column).ravel().tolist()

kinds = [["red", "green", "blue", "Red"][i] for i in random.integers(0, 4, 31)]
encoder = OneHotEncoder(handle_unknown="ignore")
encoded = encoder.fit_transform([[kind] for kind in kinds]).toarray()

print(
    json.dumps(
        {
            "about": f"scikit-learn {sklearn.__version__}, by scripts/make-columns-fixture.py",
            "values": [None if numpy.isnan(v) else v for v in values.tolist()],
            "cases": cases,
            "kinds": kinds,
            "categories": encoder.categories_[0].tolist(),
            "encoded": encoded.astype(int).ravel().tolist(),
        }
    )
)
