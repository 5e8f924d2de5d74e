"""Models of many tenants: packed as SageMaker takes them, and run directly to know what they must answer."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from blueprints.local.sagemaker.artifacts import pack

FILE = "xgboost-model"
"""The name by which the container for XGBoost finds a model."""
CONTENT_TYPE = "text/csv"


@dataclass(frozen=True)
class TenantModel:
    """The model of one tenant.

    Args:
        tenant: Whose it is.
        content: As XGBoost saves it.
    """

    tenant: str
    content: bytes

    def archive(self) -> bytes:
        """The model as a gzip-compressed tar archive."""
        return pack({FILE: self.content})

    def answers(self, rows: str) -> list[float]:
        """What the model says of rows of CSV, without any endpoint."""
        return list(_answers(self.content, rows))


def models(count: int) -> list[TenantModel]:
    """The models of so many tenants, no two of which answer alike."""
    from samples.make_models import tenants  # it loads XGBoost, which takes a second, and only one trial asks

    return [TenantModel(tenant, content) for tenant, content in tenants.models(count)]


def rows() -> str:
    """What every tenant asks about."""
    from samples.make_models import tenants

    return tenants.csv_rows()


@cache
def _answers(content: bytes, rows: str) -> tuple[float, ...]:
    import xgboost

    model = xgboost.Booster({"nthread": 1})
    model.load_model(bytearray(content))
    values = np.array([[float(value) for value in line.split(",")] for line in rows.split()])
    return tuple(float(found) for found in model.predict(xgboost.DMatrix(values, nthread=1)))
