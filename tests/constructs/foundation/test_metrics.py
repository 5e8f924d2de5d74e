import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from ml_constructs.foundation.metrics import age, bad_ends, counted, depth, metric_namespace, total

HOUR = cdk.Duration.hours(1)


def test_deployments_of_one_account_count_apart(stack: cdk.Stack) -> None:
    assert metric_namespace(stack) == "MlBlueprints/Stack"


def test_what_functions_count_is_told_by_package(stack: cdk.Stack) -> None:
    metric = counted(stack, "Pages", by="read_pages", period=HOUR)
    assert (metric.namespace, metric.metric_name, metric.dimensions) == ("MlBlueprints/Stack", "Pages", {"service": "read_pages"})
    assert (metric.statistic, metric.period.to_hours()) == ("Sum", 1)


def test_a_sum_takes_missing_metrics_for_zero(stack: cdk.Stack) -> None:
    found = total([counted(stack, "Pages", by=caller, period=HOUR) for caller in ("a", "b")], "Pages", HOUR)
    assert found.expression == "SUM([FILL(m0, 0), FILL(m1, 0)])"
    assert set(found.using_metrics) == {"m0", "m1"}


def test_queues_tell_depth_and_age_at_their_worst(stack: cdk.Stack) -> None:
    queue = sqs.Queue(stack, "Queue")
    assert (depth(queue).metric_name, depth(queue).statistic) == ("ApproximateNumberOfMessagesVisible", "Maximum")
    assert (age(queue).metric_name, age(queue).statistic) == ("ApproximateAgeOfOldestMessage", "Maximum")


def test_executions_end_badly_in_three_ways(stack: cdk.Stack) -> None:
    arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:sync"
    ends = bad_ends(sfn.StateMachine.from_state_machine_arn(stack, "Machine", arn))
    assert {metric.metric_name for metric in ends.using_metrics.values()} == {  # type: ignore[attr-defined]
        *("ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut")
    }
    assert ends.expression == " + ".join(ends.using_metrics)
