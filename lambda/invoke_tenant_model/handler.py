"""Has one of many models make predictions for callers of its tenant."""

from typing import Any

from inference.callers import claims_of
from inference.deadlines import Deadline
from inference.endpoint import Prediction, invoke
from inference.errors import UnknownModel
from inference.requests import parse
from inference.runtime import count
from inference.serving import served
from inference.settings import settings
from invoke_tenant_model.targets import TenantSettings, target_of


@served
def handler(event: Any, context: Any) -> Prediction:
    """Passes the body of one request of API Gateway's proxy integration on to a model of the caller's tenant, and its answer back."""
    told = settings(TenantSettings)
    target = target_of(event, claims_of(event, told), told)
    try:
        return invoke(parse(event, told), told, Deadline(context), context.aws_request_id, {"TargetModel": target})
    except UnknownModel:
        count("MissingModels")
        raise
