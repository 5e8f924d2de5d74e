"""Tells what came of a transform job."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.runtime import identify, task
from report_transform.logic import Environment, report
from transforms.endings import Places
from transforms.plans import Plan


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Says whether the job of one try still runs, is to be tried again, or has ended well or badly; records such an end."""
    plan = Plan.of(event["plan"])
    identify(plan.id, plan.attempt)
    status = report(plan, int(event["try"]), event.get("failure") or {}, environment(Environment), environment(Places))
    return {"status": status}
