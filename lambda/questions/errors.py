"""The errors that callers see, and their origin in AWS's error codes.

No message carries a question, an answer, a document's text, an ARN or a service's own wording.
"""

# ruff: noqa: N818 - these are what happened

from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

RETRY_SECONDS = 5


class QuestionError(Exception):
    """Base of the named errors; each has an HTTP status.

    Args:
        code: What went wrong, in capitals or AWS's word for it.
        message: One sentence for the caller.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    again = False
    """Whether the same request may succeed later."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Refused(QuestionError):
    """The request is at fault."""

    status = HTTPStatus.BAD_REQUEST


class NoTenant(QuestionError):
    """The caller belongs to no tenant."""

    status = HTTPStatus.FORBIDDEN


class UnknownClient(QuestionError):
    """The caller's token is for a client that is not served."""

    status = HTTPStatus.FORBIDDEN


class UnknownSession(QuestionError):
    """There is no such session of this caller."""

    status = HTTPStatus.NOT_FOUND


class TooLarge(QuestionError):
    """The request has too many bytes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Throttled(QuestionError):
    """A quota is used up for now."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    again = True


class Busy(QuestionError):
    """A fault or a lack of time that passes."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    again = True


class NotAccessible(QuestionError):
    """An operator has to act before any question is answered."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class ConfigurationError(QuestionError):
    """The function's settings, or a parameter that follows from them, are at fault."""


class Unexpected(QuestionError):
    """Something that this code did not foresee."""


THROTTLES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceQuotaExceededException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
PASSING = frozenset(
    {
        "BadGatewayException",
        "ConflictException",
        "DependencyFailedException",
        "InternalServerError",
        "InternalServerException",
        "ModelErrorException",
        "ModelNotReadyException",
        "ModelStreamErrorException",
        "ModelTimeoutException",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "TransactionInProgressException",
    }
)
REFUSALS = frozenset({"AccessDenied", "AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException"})
MODEL_OPERATIONS = frozenset({"Converse", "ConverseStream"})

_MODEL_ADVICE = {
    "ResourceNotFoundException": "The model or the guardrail does not exist in this region: check the settings of this deployment.",
    "ValidationException": "The model refuses the request: check the model, the length of answers and the guardrail in the settings.",
}
_MODEL_CLOSED = "The model is not accessible: its use has to be enabled for this account and region, and the role has to allow it."
_SERVICE_ADVICE = "A service that this deployment needs is not accessible: check the permissions of the function and the settings."


def translated(error: ClientError | BotoCoreError) -> QuestionError:
    """The named error for what boto3 raised."""
    if not isinstance(error, ClientError):
        return Busy(type(error).__name__, "A service could not be reached in time. Ask again later.")
    code = code_of(error)
    operation = error.operation_name
    if code in THROTTLES:
        return Throttled(code, "Too many questions at once. Ask again later.")
    if code in PASSING or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
        return Busy(code, "A service is not available right now. Ask again later.")
    if code in REFUSALS:
        advice = _MODEL_ADVICE.get(code, _MODEL_CLOSED) if operation in MODEL_OPERATIONS else _SERVICE_ADVICE
        return NotAccessible(code, advice)
    if operation in MODEL_OPERATIONS and code in _MODEL_ADVICE:
        return ConfigurationError(code, _MODEL_ADVICE[code])
    return ConfigurationError(code, "A service refuses the request: check the settings of this deployment.")


def code_of(error: ClientError) -> str:
    """AWS's word for the error, as operations spell it: streams start it in lower case."""
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    return code[:1].upper() + code[1:]
