"""Which endpoints of a network the code in it calls."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from blueprints.checks.deployed import Account, Resource
from blueprints.checks.grants import Grant, statements
from blueprints.checks.handlers.calls import api_calls
from blueprints.checks.needs.handlers import package_of
from blueprints.checks.permissions import Need, lets_through

# What AWS PrivateLink calls a service where boto3 calls it something else.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_NAMES = {
    "cloudwatch": "monitoring",
    "sagemaker": "sagemaker.api",
    "sagemaker-runtime": "sagemaker.runtime",
    "stepfunctions": "states",
}


# The endpoint of an action where it isn't called after the service.
# https://docs.aws.amazon.com/bedrock/latest/userguide/vpc-interface-endpoints.html
_OF_ACTIONS = {
    "bedrock:ApplyGuardrail": "bedrock-runtime",
    "bedrock:InvokeModel": "bedrock-runtime",
    "bedrock:InvokeModelWithResponseStream": "bedrock-runtime",
    "bedrock:ListKnowledgeBaseDocuments": "bedrock-agent",
    "bedrock:Retrieve": "bedrock-agent-runtime",
}


def _functions_in_networks(account: Account) -> Iterator[Resource]:
    for function in account.of_type("AWS::Lambda::Function"):
        if function.properties.get("VpcConfig"):
            yield function


def endpoints_called(account: Account, root: Path) -> dict[str, set[str]]:
    """The services that functions in a network call, by the names of their endpoints, with the packages that do.

    Args:
        account: Where the functions stand.
        root: Folder of the handler packages.
    """
    found: dict[str, set[str]] = {}
    for function in _functions_in_networks(account):
        package = package_of(function)
        for call in api_calls(root, package, function.properties.get("Environment", {}).get("Variables", {})):
            found.setdefault(_NAMES.get(call.service, call.service), set()).add(package)
    return found


def endpoints_defined(account: Account) -> set[str]:
    """The services that the templates' own networks have endpoints for."""
    return {str(endpoint.properties["ServiceName"]).split(".", 3)[-1] for endpoint in account.of_type("AWS::EC2::VPCEndpoint")}


def stopped_at_endpoints(account: Account, needs: Iterable[Need]) -> list[Need]:
    """What the code of functions in a network needs and the policy of the endpoint on its way doesn't let through."""
    roles = {function.properties["Role"] for function in _functions_in_networks(account)}
    policies: dict[str, list[Grant]] = {}
    for endpoint in account.of_type("AWS::EC2::VPCEndpoint"):
        name = str(endpoint.properties["ServiceName"]).split(".", 3)[-1]
        policies[name] = list(statements(endpoint.logical_id, endpoint.properties.get("PolicyDocument", {})))
    through = [(need, policies.get(_OF_ACTIONS.get(need.action, need.action.split(":")[0]))) for need in needs if need.principal in roles]
    return [need for need, policy in through if policy is not None and not lets_through(policy, need)]
