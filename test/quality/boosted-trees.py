"""Gradient-boosted trees of scikit-learn for online-shoppers.ts: a table on standard input, probabilities on standard output, both JSON."""
import json
import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

problem = json.load(sys.stdin)
x = np.array(problem["x"], dtype=float)
y = np.array(problem["y"])
test = np.array(problem["test"], dtype=float)
categorical = problem["categorical"]


def trees(seed):
    return HistGradientBoostingClassifier(
        learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=30, l2_regularization=10, max_iter=500, early_stopping=True, validation_fraction=0.125,
        n_iter_no_change=20, categorical_features=categorical, random_state=seed)


if problem["bags"] == 1:
    answer = trees(0).fit(x, y).predict_proba(test)[:, 1]
else:
    parts = StratifiedKFold(problem["bags"], shuffle=True, random_state=0).split(x, y)
    answer = np.mean([trees(bag).fit(x[rows], y[rows]).predict_proba(test)[:, 1] for bag, (rows, _) in enumerate(parts)], axis=0)
json.dump(answer.tolist(), sys.stdout)
