"""Alarms that reach somebody."""

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from ml_constructs.foundation.keys import SERVICE_ACTIONS


class Alarms(Construct):
    """The alarms of a blueprint and the one topic that they notify.

    Args:
        key: Encrypts the topic; its policy is extended, unless it is imported, and then has to let ``cloudwatch.amazonaws.com`` use it.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html and
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        self._allow_alarms(key)
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

    def watch(self, construct_id: str, metric: cw.IMetric, *, threshold: float, advice: Mapping[str, str], periods: int = 1) -> cw.Alarm:
        """Adds an alarm on something that is counted where it goes wrong: where nothing is counted, nothing is wrong.

        Args:
            construct_id: Its id below this construct, one of ``advice``.
            metric: What is watched.
            threshold: Reached, something is wrong.
            advice: What is wrong and what to do, by the ids of alarms.
            periods: Periods of the metric in a row in which it is.
        """
        return self.add(
            construct_id,
            metric=metric,
            threshold=threshold,
            periods=periods,
            description=advice[construct_id],
            missing=cw.TreatMissingData.NOT_BREACHING,
        )

    def _allow_alarms(self, key: kms.IKey) -> None:
        """A topic with a policy of its own has lost the default one, by which alarms of the account may notify it."""
        alarms = iam.ServicePrincipal("cloudwatch.amazonaws.com")
        own_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        publish = iam.PolicyStatement(
            principals=[alarms], actions=["sns:Publish"], resources=[self.topic.topic_arn], conditions=own_account
        )
        encrypt = iam.PolicyStatement(principals=[alarms], actions=list(SERVICE_ACTIONS), resources=["*"], conditions=own_account)
        self.topic.add_to_resource_policy(publish)
        key.add_to_resource_policy(encrypt)
