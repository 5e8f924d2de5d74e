"""What an endpoint was asked, and what it answered, kept in a bucket."""

import re
from dataclasses import dataclass

from aws_cdk import Token
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_range
from ml_constructs.foundation.grants import grant_objects

MOST_TYPES = 10
_CONTENT_TYPE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*")
_PREFIX = re.compile(r"[A-Za-z0-9!_.'()-][A-Za-z0-9!_.'()/-]{0,199}/")


@dataclass(frozen=True, kw_only=True)
class DataCapture:
    """Requests and answers are written to a bucket, below the endpoint's and the variant's name and the hour.

    They are encrypted with the bucket's key. What is neither JSON nor CSV is written in Base64.

    Args:
        bucket: Where they lie.
        prefix: Start of their keys; ends with a slash, and holds no ``*``, which permissions take for any characters.
        percent: Of the requests, 1 to 100.
        inputs: Whether requests are kept.
        outputs: Whether answers are.
        json_types: Content types that are JSON, up to 10.
        csv_types: Content types that are CSV, up to 10.

    Raises:
        ValueError: Nothing to keep, or a value that SageMaker doesn't take.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html and
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html
    """

    bucket: s3.IBucket
    prefix: str = "captured/"
    percent: int = 10
    inputs: bool = True
    outputs: bool = True
    json_types: tuple[str, ...] = ("application/json",)
    csv_types: tuple[str, ...] = ("text/csv",)

    def __post_init__(self) -> None:
        check_range("percent", self.percent, 1, 100)
        if not (self.inputs or self.outputs):
            raise ValueError("inputs or outputs must be true, got neither")
        if not Token.is_unresolved(self.prefix) and not _PREFIX.fullmatch(self.prefix):
            raise ValueError(f"prefix must be up to 200 characters that are safe in keys and a slash, got {self.prefix!r}")
        for name, types in (("json_types", self.json_types), ("csv_types", self.csv_types)):
            if len(types) > MOST_TYPES:
                raise ValueError(f"{name} must be at most {MOST_TYPES}, got {len(types)}")
            if wrong := [each for each in types if not _CONTENT_TYPE.fullmatch(each)]:
                raise ValueError(f"{name} must be content types such as text/csv, got {', '.join(wrong)}")

    def grant(self, role: iam.Role) -> None:
        """Lets SageMaker, as ``role``, write below the prefix and nowhere else."""
        grant_objects(self.bucket, role, ["PutObject"], prefix=self.prefix)

    def render(self) -> sagemaker.CfnEndpointConfig.DataCaptureConfigProperty:
        """The capture as CloudFormation takes it."""
        config = sagemaker.CfnEndpointConfig
        key = self.bucket.encryption_key
        modes = [mode for mode, kept in (("Input", self.inputs), ("Output", self.outputs)) if kept]
        types = config.CaptureContentTypeHeaderProperty(
            json_content_types=list(self.json_types) or None, csv_content_types=list(self.csv_types) or None
        )
        return config.DataCaptureConfigProperty(
            enable_capture=True,
            capture_options=[config.CaptureOptionProperty(capture_mode=mode) for mode in modes],
            destination_s3_uri=self.bucket.s3_url_for_object(self.prefix.rstrip("/")),
            initial_sampling_percentage=self.percent,
            kms_key_id=key.key_arn if key else None,
            capture_content_type_header=types if self.json_types or self.csv_types else None,
        )
