"""scikit-learn: which of three cultivars a wine was pressed from, by its chemistry."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

SCRIPT = Path(__file__).parent / "wine_inference.py"


@cache
def wines() -> Any:
    """Returns rows to train on, rows held out, and the cultivars of both."""
    rows, cultivars = load_wine(return_X_y=True)
    return train_test_split(rows, cultivars, test_size=0.3, random_state=20, stratify=cultivars)


@cache
def train() -> Pipeline:
    """Trains the model."""
    rows, _, cultivars, _ = wines()
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.3)).fit(rows, cultivars)


def quality(model: Pipeline) -> dict[str, str]:
    """Returns how well ``model`` does on wines that it has not seen."""
    _, rows, _, cultivars = wines()
    most = np.bincount(cultivars).max() / len(cultivars)
    accuracy = accuracy_score(cultivars, model.predict(rows))
    return {
        "accuracy": f"{accuracy:.3f} of {len(rows)} (always the most frequent: {most:.3f})",
        "log loss": f"{log_loss(cultivars, model.predict_proba(rows)):.3f}",
    }


def files() -> dict[str, bytes]:
    """Returns the artifact: the model, and the script that SageMaker's container asks for."""
    target = io.BytesIO()
    joblib.dump(train(), target)
    return {"model.joblib": target.getvalue(), "code/inference.py": SCRIPT.read_bytes()}


def rows(number: int) -> list[list[float]]:
    """Returns so many held-out wines."""
    _, held_out, _, _ = wines()
    return [[float(value) for value in row] for row in held_out[:number]]
