"""The errors that the state machine retries or catches by name, and their origin in AWS's error codes.

No message carries an object key, a document's text or a service's own wording: those may hold personal data.
"""

# ruff: noqa: N818 - these are the words of the state machine

from botocore.exceptions import BotoCoreError, ClientError


class HandlerError(Exception):
    """Base of the named errors; reads as ``CODE: message``.

    Args:
        code: What went wrong, in capitals.
        message: One sentence for an operator.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class TransientServiceError(HandlerError):
    """A throttle, a fault or a lack of time: the same call may succeed later."""


class JobInProgress(HandlerError):
    """A Textract job has not ended yet."""


class JobFailed(HandlerError):
    """A Textract job has ended without a result, or its result can no longer be had."""


class DocumentRejected(HandlerError):
    """The document is at fault: no retry helps."""


class ConfigurationError(HandlerError):
    """Permissions, keys, parameters or settings are at fault: an operator has to act."""


class MalformedEvent(HandlerError):
    """The event isn't one that this function understands."""


class UnexpectedError(HandlerError):
    """Something that this code did not foresee."""


TRANSIENT_CODES = frozenset(
    {
        "ConditionalCheckFailedException",
        "ExecutionLimitExceeded",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "ItemCollectionSizeLimitExceededException",
        "KmsThrottled",
        "KmsThrottlingException",
        "LimitExceededException",
        "OperationAborted",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ResourceUnavailableException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)

REJECTION_CODES = {
    "BadDocumentException": ("CORRUPT", "Textract cannot read the document."),
    "DocumentTooLargeException": ("TOO_LARGE", "The document is larger than Textract takes."),
    "InvalidS3ObjectException": ("UNREADABLE", "Textract cannot read the object: it is gone, or the role or the key policy forbids it."),
    "UnsupportedDocumentException": ("UNSUPPORTED_TYPE", "Textract does not take documents of this format."),
}

JOB_FAILURE_CODES = {"InvalidJobIdException": ("JOB_UNKNOWN", "Textract does not know the job; results are kept for 7 days.")}

CONFIGURATION_ADVICE = {
    "AccessDenied": "The role of this function lacks a permission.",
    "AccessDeniedException": "The role of this function lacks a permission.",
    "IdempotentParameterMismatchException": "The same request token was used with other parameters.",
    "InvalidKMSKeyException": "The key cannot be used by Textract.",
    "InvalidParameterException": "Textract refuses a parameter: check the features and queries of the settings.",
    "KmsAccessDenied": "The role of this function may not use the key.",
    "KmsAccessDeniedException": "The role of this function may not use the key.",
}


def translated(error: ClientError | BotoCoreError) -> HandlerError:
    """The named error for what boto3 raised."""
    if not isinstance(error, ClientError):
        return TransientServiceError(type(error).__name__, "The service could not be reached or its answer not be read.")
    code = error.response.get("Error", {}).get("Code", "Unknown")
    call = f"AWS refused {error.operation_name} with {code}."
    if code in REJECTION_CODES:
        return DocumentRejected(*REJECTION_CODES[code])
    if code in JOB_FAILURE_CODES:
        return JobFailed(*JOB_FAILURE_CODES[code])
    if code in TRANSIENT_CODES or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
        return TransientServiceError(code, call)
    return ConfigurationError(code, " ".join(filter(None, (call, CONFIGURATION_ADVICE.get(code)))))


def is_code(error: ClientError, *codes: str) -> bool:
    """Whether ``error`` carries one of ``codes``."""
    return error.response.get("Error", {}).get("Code") in codes
