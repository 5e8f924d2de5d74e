"""The errors that callers see, and their origin in SageMaker's error codes.

No message carries a request, a prediction, a container's text, an ARN or a service's own wording.
"""

# ruff: noqa: N818 - these are what happened

from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError


class InferenceError(Exception):
    """Base of the named errors; each has an HTTP status.

    Args:
        code: What went wrong, in capitals or AWS's word for it.
        message: One sentence for the caller.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    metric = ""
    """What is counted when a request ends with it."""
    retry_seconds = 0
    """When the same request may succeed; 0 if it never will."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Refused(InferenceError):
    """The request is at fault."""

    status = HTTPStatus.BAD_REQUEST
    metric = "Refused"


class NotAllowed(InferenceError):
    """The caller may not ask this."""

    status = HTTPStatus.FORBIDDEN
    metric = "Refused"


class UnknownModel(InferenceError):
    """There is no such model for this caller."""

    status = HTTPStatus.NOT_FOUND
    metric = "Refused"


class TooLarge(InferenceError):
    """The request has too many bytes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    metric = "Refused"


class UnsupportedType(InferenceError):
    """The request has a content type that the model isn't given."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    metric = "Refused"


class ModelRefused(InferenceError):
    """The container answered with a status of 400 to 499 other than 429: the same request would be refused again."""

    status = HTTPStatus.BAD_REQUEST
    metric = "ModelRefusals"


class Throttled(InferenceError):
    """A quota, or the endpoint's concurrency, is used up for now."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    metric = "Throttles"
    retry_seconds = 1


class NotReady(InferenceError):
    """The model is being loaded."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    metric = "NotReady"
    retry_seconds = 5


class NoCapacity(InferenceError):
    """No copy of the model runs; having been asked makes one start, which takes minutes."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    metric = "NoCapacity"
    retry_seconds = 60


class ModelFailed(InferenceError):
    """The container answered with a status of 500 or more, or with what can't be passed on."""

    status = HTTPStatus.BAD_GATEWAY
    metric = "ModelErrors"


class Unavailable(InferenceError):
    """A fault that passes."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    metric = "Unavailable"
    retry_seconds = 5


class NotAccessible(InferenceError):
    """An operator has to act before anything is predicted."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    metric = "Unavailable"


class OutOfTime(InferenceError):
    """The model did not answer in time."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    metric = "OutOfTime"


class ConfigurationError(InferenceError):
    """The function's settings are at fault."""

    metric = "Faults"


class Unexpected(InferenceError):
    """Something that this code did not foresee."""

    metric = "Faults"


THROTTLES = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"})
MODEL_ERROR, NOT_READY = "ModelError", "ModelNotReadyException"
INVALID, NO_CAPACITY = "ValidationError", "has no capacity"
"""An inference component without copies is told apart from other invalid requests by SageMaker's words alone."""
NOT_FETCHED = "Failed to download model data"
"""So is a model that isn't there, among the many of an endpoint."""
PASSING = frozenset({"InternalDependencyException", "InternalFailure", "RequestTimeout", "ServiceUnavailable"})
REFUSALS = frozenset({"AccessDeniedException", "UnrecognizedClientException", "ValidationError", "ValidationException"})

_TIME = "The model did not answer in time: send less at once, or ask again later."
_ADVICE = "The endpoint is not accessible: check that it is in service, and that the function's role may invoke it."


def translated(error: ClientError | BotoCoreError) -> InferenceError:
    """The named error for what ``invoke_endpoint`` raised.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
    """
    if isinstance(error, ReadTimeoutError):
        return OutOfTime("ReadTimeout", _TIME)
    if not isinstance(error, ClientError):
        return Unavailable(type(error).__name__, "The endpoint could not be reached. Ask again later.")
    code = code_of(error)
    if code == MODEL_ERROR:
        return _of_model(original_status(error))
    if code == NOT_READY:
        return NotReady(code, "The model is being loaded. Ask again later.")
    if code == INVALID and NO_CAPACITY in str(error.response["Error"].get("Message", "")):
        return NoCapacity("NO_CAPACITY", "The model had no running copy. Starting one takes several minutes: ask again then.")
    if code == INVALID and NOT_FETCHED in str(error.response["Error"].get("Message", "")):
        return UnknownModel("NOT_FETCHED", "There is no such model.")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", HTTPStatus.BAD_REQUEST)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge(code, "The request is larger than the endpoint takes.")
    if code in THROTTLES:
        return Throttled(code, "Too many requests at once. Ask again later.")
    if code in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(code, "The endpoint is not available right now. Ask again later.")
    if code in REFUSALS:
        return NotAccessible(code, _ADVICE)
    return ConfigurationError(code, "SageMaker refuses the request: check the settings of this deployment.")


def code_of(error: ClientError) -> str:
    """AWS's word for the error."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def original_status(error: ClientError) -> int:
    """The status that the container answered with; 0 when it did not answer."""
    given = error.response.get("OriginalStatusCode")
    return given if isinstance(given, int) else 0


def model_may_recover(error: ClientError) -> bool:
    """Whether the container answered with what may pass: a fault of its own, or too many requests."""
    status = original_status(error)
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _of_model(status: int) -> InferenceError:
    if status == 0:
        return OutOfTime(MODEL_ERROR, _TIME)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(f"{MODEL_ERROR}{status}", "The model has too many requests at once. Ask again later.")
    if 400 <= status < 500:
        return ModelRefused(f"{MODEL_ERROR}{status}", f"The model refuses the request with HTTP status {status}.")
    return ModelFailed(f"{MODEL_ERROR}{status}", f"The model failed with HTTP status {status}.")
