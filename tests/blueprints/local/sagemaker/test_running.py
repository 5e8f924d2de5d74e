"""What is known of requests, answers and failures."""

from blueprints.local.sagemaker.running import Invocation, ModelFailedError, Reply


def test_payloads_are_not_shown() -> None:
    assert "secret" not in repr(Invocation(b"secret", headers={"secret": ""})) + repr(Reply("text/csv", (b"secret",)))


def test_an_answer_is_all_of_its_parts() -> None:
    assert Reply("text/csv", (b"a", b"b")).body == b"ab"


def test_failures_name_the_side_that_is_wrong() -> None:
    assert str(ModelFailedError("primary", 415, "no")) == 'Received client error (415) from primary with message "no"'
    assert str(ModelFailedError("primary", 0, "no")) == 'Received server error (0) from primary with message "no"'
