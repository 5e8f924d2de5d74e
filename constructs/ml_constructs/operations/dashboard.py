"""One page that shows how a blueprint does."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from ml_constructs.operations.alarms import Alarms

COLUMNS = 24


class Dashboard(Construct):
    """A dashboard with the state of all alarms on top and graphs below, two a row.

    Args:
        alarms: Whose states are shown.
        graphs: The metrics of each graph, by its title.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, alarms: Alarms, graphs: Mapping[str, Sequence[cw.IMetric]]) -> None:
        super().__init__(scope, construct_id)
        states = cw.AlarmStatusWidget(alarms=alarms.alarms, width=COLUMNS, title="Alarms")
        widgets = [cw.GraphWidget(title=title, left=list(metrics), width=COLUMNS // 2) for title, metrics in graphs.items()]
        rows = [widgets[start : start + 2] for start in range(0, len(widgets), 2)]
        self.dashboard = cw.Dashboard(self, "Dashboard", widgets=[[states], *rows])
