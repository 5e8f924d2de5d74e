import pytest

from blueprints.simulating.published import findings
from tests.blueprints.simulating import shapes


@pytest.mark.parametrize("kind", ["REAL_TIME", "ASYNCHRONOUS", "COMPONENTS", "SERVERLESS"])
def test_policies_that_look_at_what_their_kind_publishes_are_right(kind: str) -> None:
    assert findings(shapes.only(getattr(shapes, kind))) == []


def test_a_real_time_endpoint_scaled_by_the_backlog_of_asynchronous_ones_is_rejected() -> None:
    (finding,) = findings(shapes.only(shapes.BACKLOG_OF_REAL_TIME))
    assert finding.policy == "Track"
    assert "for a real-time endpoint, got ApproximateBacklogSizePerInstance" in finding.problem
    assert "the policy never acts" in finding.problem


def test_an_asynchronous_endpoint_scaled_by_invocations_is_rejected() -> None:
    wrong, stuck = findings(shapes.only(shapes.INVOCATIONS_OF_ASYNCHRONOUS))
    assert "for a asynchronous endpoint, got InvocationsPerInstance" in wrong.problem
    assert "it counts what instances took from the queue" in wrong.problem
    assert stuck.problem.startswith("nothing leads away from zero")


def test_a_step_policy_that_no_alarm_sets_off_is_rejected() -> None:
    (finding,) = findings(shapes.only({**shapes.ASYNCHRONOUS, **shapes.stepping("HasBacklogWithoutCapacity", AlarmActions=[])}))
    assert finding.problem == "no alarm of the template sets it off"


def test_components_without_a_policy_on_failures_never_leave_zero() -> None:
    resources = {name: body for name, body in shapes.COMPONENTS.items() if name not in ("Leave", "Alarm")}
    (finding,) = findings(shapes.only(resources))
    assert finding.problem == "nothing leads away from zero: a policy must look at one of NoCapacityInvocationFailures"
