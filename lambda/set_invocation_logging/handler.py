"""The CloudFormation custom resource: sets the configuration on creation and updates, puts back the earlier one on deletion."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import custom_resources
from set_invocation_logging.logic import switch_off, switch_on, wanted
from set_invocation_logging.ownership import Ownership


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Sets, or takes back, what ``ResourceProperties`` say, unless the setting belongs to another deployment."""
    properties = event["ResourceProperties"]
    ownership = Ownership(parameter=properties["Parameter"], owner=f"{event['StackId']}/{event['LogicalResourceId']}")

    def work() -> dict[str, str]:
        if event["RequestType"] == "Delete":
            switch_off(ownership, wanted(properties))
        else:
            switch_on(
                ownership, wanted(properties), earlier=event.get("OldResourceProperties"), existing_role=properties["ExistingRoleArn"]
            )
        return {}

    custom_resources.run(event, context, physical_id=properties["Parameter"], work=work)
