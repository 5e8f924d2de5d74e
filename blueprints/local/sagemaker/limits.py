"""Limits of payloads and times, by the kind of endpoint.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html and _InvokeEndpointAsync.html there;
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html; https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html.
"""

from __future__ import annotations

import uuid

from blueprints.local.stand_ins import StandInError

REAL_TIME_BYTES = 6_291_456
SERVERLESS_BYTES = 4 * 1024 * 1024
ASYNC_BYTES = 1024**3
INLINE_BYTES = 128_000
RESPONSE_SECONDS = 60
STREAM_SECONDS = 8 * 60
ASYNC_SECONDS = 900
ASYNC_AGE_SECONDS = 21_600
TRANSFORM_MB = 100
TRANSFORM_SECONDS = 600


def check_payload(size: int, *, serverless: bool) -> None:
    """Refuses what is too large to be answered at once.

    Real-time endpoints refuse by status (https://github.com/aws/sagemaker-python-sdk/issues/171), serverless ones by an error of their
    own (https://github.com/aws/sagemaker-python-sdk/issues/4271).

    Raises:
        StandInError: The payload is too large.
    """
    if size > REAL_TIME_BYTES:
        raise StandInError("413", f"HTTP content length exceeded {REAL_TIME_BYTES} bytes.", 413)
    if serverless and size > SERVERLESS_BYTES:
        raise StandInError("ValidationError", f"Request {uuid.uuid4()} has oversize body.")
