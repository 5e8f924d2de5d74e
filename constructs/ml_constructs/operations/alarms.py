"""Alarms that reach somebody."""

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct


class Alarms(Construct):
    """The alarms of a blueprint and the one topic that they notify.

    Args:
        key: Encrypts the topic; its policy lets ``cloudwatch.amazonaws.com`` use it, as a ``DataKey`` with that principal does.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        self._allow_alarms()
        self.alarms: list[cw.Alarm] = []
        self._action = actions.SnsAction(self.topic)

    def add(
        self,
        construct_id: str,
        *,
        metric: cw.IMetric,
        threshold: float,
        description: str,
        periods: int = 1,
        comparison: cw.ComparisonOperator = cw.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        missing: cw.TreatMissingData,
    ) -> cw.Alarm:
        """Adds an alarm that notifies the topic.

        Args:
            construct_id: Its id below this construct.
            metric: What is watched; its period is the length of one evaluation period.
            threshold: In the unit of the metric.
            description: What is wrong and what to do, for whoever is called.
            periods: Evaluation periods in a row that have to breach.
            comparison: How the metric breaches the threshold.
            missing: What periods without data mean.
        """
        alarm = cw.Alarm(
            self,
            construct_id,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            alarm_description=description,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        self.alarms.append(alarm)
        return alarm

    def _allow_alarms(self) -> None:
        """A topic with a policy of its own has lost the default one, by which alarms of the account may notify it."""
        statement = iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[self.topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
        )
        self.topic.add_to_resource_policy(statement)
