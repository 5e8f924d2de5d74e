"""XGBoost: which customers of an invented telephone company leave within three months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import xgboost
from sklearn.metrics import log_loss, roc_auc_score

Numbers = np.ndarray[Any, np.dtype[np.float64]]

FEATURES = ("months", "monthly_fee", "data_gb", "support_calls", "late_payments", "months_of_contract_left", "discount_percent", "devices")
CUSTOMERS, HELD_OUT = 4000, 1000
ROUNDS = 30


@dataclass(frozen=True)
class Customers:
    """Made-up customers.

    Args:
        rows: Their ``FEATURES``.
        left: 1 for those who left.
    """

    rows: Numbers
    left: Numbers


@cache
def customers() -> tuple[Customers, Customers]:
    """Returns the customers to train on, and those held out, the same ones every time."""
    random = np.random.default_rng(20)
    size = CUSTOMERS + HELD_OUT
    contract = np.where(random.random(size) < 0.4, 0, random.integers(1, 25, size))
    columns = {
        "months": random.gamma(2, 14, size).astype(int),
        "monthly_fee": random.choice([9.9, 19.9, 29.9, 39.9, 59.9], size),
        "data_gb": random.gamma(2, 6, size).round(1),
        "support_calls": random.poisson(0.9, size),
        "late_payments": random.poisson(0.4, size),
        "months_of_contract_left": contract,
        "discount_percent": random.choice([0, 0, 0, 10, 20], size),
        "devices": random.integers(1, 6, size),
    }
    rows = np.column_stack([columns[name] for name in FEATURES]).astype(float)
    left = (random.random(size) < 1 / (1 + np.exp(-_inclination(columns)))).astype(float)
    return Customers(rows[:CUSTOMERS], left[:CUSTOMERS]), Customers(rows[CUSTOMERS:], left[CUSTOMERS:])


def _inclination(columns: dict[str, Any]) -> Numbers:
    free = columns["months_of_contract_left"] == 0
    annoyed = columns["support_calls"] >= 3
    dear = columns["monthly_fee"] * (1 - columns["discount_percent"] / 100) / (columns["data_gb"] + 4)
    return np.asarray(
        -2.6 - 0.035 * columns["months"] + 1.6 * free + 1.1 * annoyed + 1.5 * (free & annoyed) + 0.7 * columns["late_payments"]
        + 0.35 * dear - 0.15 * columns["devices"],
        dtype=float,
    )  # fmt: skip


@cache
def train() -> xgboost.Booster:
    """Trains the model."""
    known, _ = customers()
    parameters = {"objective": "binary:logistic", "max_depth": 3, "eta": 0.25, "seed": 20, "nthread": 1, "tree_method": "hist"}
    return xgboost.train(parameters, xgboost.DMatrix(known.rows, known.left), num_boost_round=ROUNDS)


def quality(model: xgboost.Booster) -> dict[str, str]:
    """Returns how well ``model`` does on customers whom it has not seen."""
    _, held_out = customers()
    scores = model.predict(xgboost.DMatrix(held_out.rows))
    guess = np.full(HELD_OUT, held_out.left.mean())
    return {
        "area under the ROC curve": f"{roc_auc_score(held_out.left, scores):.3f} (guessing: 0.500)",
        "log loss": f"{log_loss(held_out.left, scores):.3f} (the mean for everyone: {log_loss(held_out.left, guess):.3f})",
    }


def files() -> dict[str, bytes]:
    """Returns the artifact: the model as XGBoost saves it, under the name that SageMaker's container gives it."""
    return {"xgboost-model": bytes(train().save_raw("json"))}


def csv_rows(start: int, number: int) -> str:
    """Returns so many held-out customers as lines of CSV without a header, the format that the container takes."""
    _, held_out = customers()
    return "".join(",".join(f"{value:g}" for value in row) + "\n" for row in held_out.rows[start : start + number])
