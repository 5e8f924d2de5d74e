"""Why some rules don't fit the functions of the handler packages."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from ml_constructs.foundation.compliance import acknowledge, acknowledge_all, standard_rules

CONCURRENCY = "Reserving concurrency takes it from the account's other functions; what invokes this one bounds how often it runs at once."
DEAD_LETTERS = (
    "Invoked asynchronously, it has an on-failure destination, which carries the error as well; "
    "otherwise its caller, or the queue in front of it, sees the failure."
)
OUTSIDE = "It calls AWS services and nothing inside a network; its defaults place it in isolated subnets where that is asked for."
UNENCRYPTED = "Nothing confidential passes through the function; CloudWatch Logs encrypts the group with a key of its own."


def explain(function: lambda_.Function, log_group: logs.LogGroup, *, encrypted: bool, placed: bool) -> None:
    """Says beside the function which rules it leaves unmet.

    Args:
        function: The function.
        log_group: Where it logs.
        encrypted: Whether a customer-managed key encrypts environment and logs.
        placed: Whether it runs in a network.
    """
    explained = {
        CONCURRENCY: standard_rules("LambdaConcurrency", ("HIPAA.Security", "NIST.800.53.R5")),
        DEAD_LETTERS: standard_rules("LambdaDLQ", ("HIPAA.Security", "NIST.800.53.R5", "Serverless")),
    }
    if not placed:
        explained[OUTSIDE] = standard_rules("LambdaInsideVPC")
    acknowledge_all(function, explained)
    if not encrypted:
        acknowledge(log_group, standard_rules("CloudWatchLogGroupEncrypted"), UNENCRYPTED)
