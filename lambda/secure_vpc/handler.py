"""The CloudFormation custom resource: secures the VPC on creation and updates, nothing on deletion, which takes the VPC away."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import custom_resources
from secure_vpc.logic import secure


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Answers with the prefix lists of the region, once the default security group ``GroupId`` is closed."""
    properties = event["ResourceProperties"]
    group: str = properties["GroupId"]

    def work() -> dict[str, str]:
        return {} if event["RequestType"] == "Delete" else secure(group_id=group, region=properties["Region"])

    custom_resources.run(event, context, physical_id=group, work=work)
