"""Where an asynchronous endpoint finds inputs and puts answers."""

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from ml_constructs.foundation.checks import check_text
from ml_constructs.foundation.grants import grant_objects
from ml_constructs.sagemaker.inference.asynchronous.async_options import A_PREFIX, PREFIX


@dataclass(frozen=True, kw_only=True)
class AsyncPlaces:
    """Where an endpoint finds inputs and puts answers.

    Args:
        inputs: The bucket of the inputs.
        prefix: Start of their keys.
        results: The bucket of the answers; its key encrypts them.
        answers: Start of the keys of answers.
        failures: Start of the keys of what the container said when it failed.

    Raises:
        ValueError: A prefix that isn't one.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceOutputConfig.html
    """

    inputs: s3.IBucket
    results: s3.IBucket
    prefix: str = "requests/"
    answers: str = "answers/"
    failures: str = "failures/"

    def __post_init__(self) -> None:
        for name in ("prefix", "answers", "failures"):
            check_text(name, getattr(self, name), PREFIX, A_PREFIX)

    def grant(self, role: iam.Role) -> None:
        """Lets SageMaker, as ``role``, read inputs and write what became of them.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html
        """
        grant_objects(self.inputs, role, ["GetObject"], prefix=self.prefix)
        for prefix in (self.answers, self.failures):
            grant_objects(self.results, role, ["AbortMultipartUpload", "PutObject"], prefix=prefix)
