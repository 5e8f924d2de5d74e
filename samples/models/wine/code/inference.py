"""What SageMaker's scikit-learn container runs for the wine model.

https://docs.aws.amazon.com/sagemaker/latest/dg/sklearn.html
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np


def model_fn(model_dir: str) -> Any:
    """Loads the model."""
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body: str, content_type: str) -> Any:
    """Reads rows; one row alone is a table too, which the container's own reader does not see so."""
    if content_type == "text/csv":
        rows = list(csv.reader(io.StringIO(body)))
    elif content_type == "application/json":
        rows = json.loads(body)
    else:
        raise ValueError(f"content type must be text/csv or application/json, got {content_type}")
    return np.atleast_2d(np.array(rows, dtype=float))


def predict_fn(rows: Any, model: Any) -> Any:
    """Returns the probability of each cultivar for each row."""
    return model.predict_proba(rows)
