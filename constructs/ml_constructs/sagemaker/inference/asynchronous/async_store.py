"""Where inputs, answers and what is known of them are kept."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation.record_store import BY_STATUS, RecordStore
from ml_constructs.foundation.tables import text

__all__ = ["BY_INPUT", "BY_STATUS", "KEY", "InferenceStore"]

BY_INPUT = "by-input"
KEY = "inference"


class InferenceStore(RecordStore):
    """Buckets for inputs and for answers, and an index of inferences that is searched by status and by input.

    Args:
        key: Encrypts everything.
        access_logs: Receives the buckets' access logs.
        retention: How long inputs, answers and rows are kept, in whole days; without end when left out.
        removal_policy: What happens to buckets and table when the stack goes.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/best-practices.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        access_logs: s3.IBucket,
        retention: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope, construct_id, record=KEY, key=key, access_logs=access_logs, retention=retention, removal_policy=removal_policy
        )
        self.index.add_global_secondary_index(index_name=BY_INPUT, partition_key=text("input"), sort_key=text("submitted_at"))
