"""The CloudFormation custom resource: nothing on creation, every version of every object on deletion."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import custom_resources
from empty_bucket.logic import empty


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Empties ``BucketName`` when CloudFormation deletes the resource, which it does before it deletes the bucket."""
    properties = event["ResourceProperties"]
    bucket: str = properties["BucketName"]

    def work() -> dict[str, str]:
        if event["RequestType"] == "Delete":
            empty(bucket, properties["BucketArn"], seconds_left=lambda: context.get_remaining_time_in_millis() / 1000)
        return {}

    custom_resources.run(event, context, physical_id=bucket, work=work)
