"""XGBoost: a small model for each of many tenants, who are invented shops that want to know how much they will sell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xgboost

FEATURES = ("weekday", "price", "advertised")
DAYS = 240
ROUNDS = 12


def tenant(number: int) -> str:
    """Returns the name of a tenant."""
    return f"shop-{number:03d}"


def model(number: int) -> bytes:
    """Returns the model of the tenant ``number``, as the content of the file ``xgboost-model``; training takes some milliseconds.

    Shop ``number`` sells about ``100 * number`` pieces a day more than shop 0, so that no two models answer alike.
    """
    random = np.random.default_rng(number)
    rows = np.column_stack([random.integers(0, 7, DAYS), random.uniform(2, 9, DAYS).round(2), random.integers(0, 2, DAYS)])
    sold = 100 * number + 60 - 5 * rows[:, 1] + 8 * (rows[:, 0] >= 5) + 12 * rows[:, 2] + random.normal(0, 2, DAYS)
    parameters = {"objective": "reg:squarederror", "max_depth": 3, "eta": 0.5, "seed": number, "nthread": 1, "base_score": 100.0 * number}
    return bytes(xgboost.train(parameters, xgboost.DMatrix(rows, sold.round()), num_boost_round=ROUNDS).save_raw("ubj"))


def models(count: int = 100) -> Iterator[tuple[str, bytes]]:
    """Yields name and model of so many tenants."""
    for number in range(count):
        yield tenant(number), model(number)


def csv_rows() -> str:
    """Returns three days as lines of CSV: a Monday, an advertised Saturday, an expensive Sunday."""
    return "0,4.5,0\n5,3.2,1\n6,8.9,0\n"
