"""Records a document that was refused or failed."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import rejections
from documents.environment import environment
from documents.naming import Document
from documents.rejections import Places, Rejection
from documents.runtime import identify, task
from record_rejection.reasons import explained


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Records the rejection and hands the event on to the rejected queue, once."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    code, message = explained(event["reason"])
    rejection = Rejection(document, event["attempt"], event["event"], event["status"], code, message)
    recorded = rejections.reject(rejection, environment(Places))
    return {"status": event["status"], "code": code, "recorded": recorded}
