"""What the sample models answer when they are run directly, without any endpoint."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

MODELS = Path(__file__).resolve().parents[2] / "samples" / "models"
TOLERANCE = 1e-3


def churn(rows: str) -> list[float]:
    """The probability that each customer, a row of CSV, leaves."""
    import xgboost

    model = xgboost.Booster()
    # By its content: XGBoost warns of files whose names don't tell the format.
    model.load_model(bytearray((MODELS / "churn" / "xgboost-model").read_bytes()))
    return [float(found) for found in model.predict(xgboost.DMatrix(_table(rows)))]


def wines(rows: str) -> list[list[float]]:
    """The probability of each cultivar for each wine, a row of CSV or of a JSON list."""
    import joblib

    table = np.atleast_2d(np.array(json.loads(rows), dtype=float)) if rows.lstrip().startswith("[") else _table(rows)
    found: list[list[float]] = joblib.load(MODELS / "wine" / "model.joblib").predict_proba(table).tolist()
    return found


def numbers(text: str) -> list[float] | None:
    """The numbers in an answer, be it JSON or CSV; nothing where it holds anything else."""
    try:
        return [float(part) for part in text.translate(str.maketrans("[],", "   ")).split()]
    except ValueError:
        return None


def alike(answer: str, expected: Sequence[float] | Sequence[Sequence[float]]) -> bool:
    """Whether an answer is what it must be, but for its last digits."""
    found, wanted = numbers(answer), np.array(expected, dtype=float).ravel()
    return found is not None and len(found) == len(wanted) and bool(np.allclose(found, wanted, atol=TOLERANCE))


def _table(rows: str) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    return np.array([[float(value) for value in line.split(",")] for line in rows.split()])
