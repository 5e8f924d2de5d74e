"""Metrics that constructs of any kind are watched by."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

MOMENT = Duration.minutes(5)


def metric_namespace(scope: Construct) -> str:
    """Where the functions of the stack of ``scope`` put their metrics: deployments in one account are told apart by it."""
    return f"MlBlueprints/{Stack.of(scope).stack_name}"


def counted(scope: Construct, name: str, *, by: str, period: Duration) -> cw.Metric:
    """What the function of the package ``by`` has counted under ``name``."""
    return cw.Metric(namespace=metric_namespace(scope), metric_name=name, dimensions_map={"service": by}, period=period, statistic="Sum")


def depth(queue: sqs.IQueue) -> cw.Metric:
    """How many messages wait in ``queue``."""
    return queue.metric_approximate_number_of_messages_visible(period=MOMENT, statistic="Maximum")


def age(queue: sqs.IQueue) -> cw.Metric:
    """For how many seconds the oldest message of ``queue`` has waited."""
    return queue.metric_approximate_age_of_oldest_message(period=MOMENT, statistic="Maximum")


def bad_ends(machine: sfn.IStateMachine) -> cw.MathExpression:
    """How many executions of ``machine`` failed, were stopped, or ran out of time."""
    ended = {"failed": machine.metric_failed, "stopped": machine.metric_aborted, "late": machine.metric_timed_out}
    return cw.MathExpression(
        expression=" + ".join(ended),
        label="Executions",
        period=MOMENT,
        using_metrics={name: metric() for name, metric in ended.items()},
    )


def total(metrics: Sequence[cw.IMetric], label: str, period: Duration) -> cw.MathExpression:
    """The sum of ``metrics``; those without data count as zero."""
    named = {f"m{number}": metric for number, metric in enumerate(metrics)}
    parts = ", ".join(f"FILL({name}, 0)" for name in named)
    return cw.MathExpression(expression=f"SUM([{parts}])", label=label, period=period, using_metrics=named)
