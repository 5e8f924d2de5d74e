from typing import Any

import pytest

from blueprints.trying import callers
from blueprints.trying.callers import Callers
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from tests.blueprints.trying.cognito import Cognito

OUTPUTS = {"AnswersUrl": "https://abc.execute-api.eu-west-1.amazonaws.com/v1/answers"}
POOL = {"UserPoolId": "pool", "UserPoolClientId": "of the deployment"}


class Aws:
    endpoint_url = "http://127.0.0.1:4566"
    environment = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1"}

    def __init__(self) -> None:
        self.cognito = Cognito()

    def client(self, service: str) -> Cognito:
        assert service == "cognito-idp"
        return self.cognito


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setattr(callers, "Answers", lambda url, authorise=None: (url, authorise))
    monkeypatch.setattr("secrets.token_hex", lambda _: "1")
    monkeypatch.setattr(callers, "bearer", lambda token: token)
    monkeypatch.setattr(callers, "signed", lambda credentials, region: (credentials.access_key, region))
    return Aws()


def calls(aws: Aws, **outputs: str) -> Any:
    return Callers(Session(aws, {**OUTPUTS, **outputs}, Steps(None)))  # type: ignore[arg-type]


def test_a_user_of_a_tenant_is_made_once_and_signed_in(aws: Aws) -> None:
    made = calls(aws, **POOL)
    assert made.of("acme") == made.of("acme") == ("http://127.0.0.1:4566/_aws/execute-api/abc/v1/answers", "token of acme-1@example.com")
    assert aws.cognito.made == {"acme-1@example.com": {"email": "acme-1@example.com", "email_verified": "true", "custom:tenant": "acme"}}


def test_a_user_without_a_tenant_has_no_claim(aws: Aws) -> None:
    assert calls(aws, **POOL).of(None)[1] == "token of nobody-1@example.com"
    assert "custom:tenant" not in aws.cognito.made["nobody-1@example.com"]


def test_all_users_sign_in_with_one_client_of_the_trials_own(aws: Aws) -> None:
    made = calls(aws, **POOL)
    assert [made.of(tenant)[1] for tenant in ("acme", "bolt")] == ["token of acme-1@example.com", "token of bolt-1@example.com"]
    assert aws.cognito.clients == 1


def test_without_a_user_pool_requests_are_signed(aws: Aws) -> None:
    assert calls(aws).of("acme")[1] == ("AKID", "eu-west-1")


def test_somebody_who_is_not_signed_in_shows_nothing(aws: Aws) -> None:
    assert calls(aws, **POOL).unknown()[1] is None
