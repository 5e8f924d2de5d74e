from typing import Any

from blueprints.trying.members import Members
from tests.blueprints.trying.cognito import Cognito


class Aws:
    """Has a user pool and nothing else."""

    def __init__(self) -> None:
        self.cognito = Cognito()

    def client(self, service: str) -> Any:
        assert service == "cognito-idp"
        return self.cognito


def members(aws: Aws) -> Members:
    return Members(aws, "pool")  # type: ignore[arg-type]


def test_a_member_belongs_to_its_tenant_and_is_signed_in() -> None:
    aws = Aws()
    token = members(aws).token("acme")
    ((name, attributes),) = aws.cognito.made.items()
    assert token == f"token of {name}"
    assert name.startswith("acme-")
    assert attributes == {"email": name, "email_verified": "true", "custom:tenant": "acme"}


def test_a_member_of_no_tenant_has_no_claim() -> None:
    aws = Aws()
    members(aws).token(None)
    ((name, attributes),) = aws.cognito.made.items()
    assert name.startswith("nobody-")
    assert "custom:tenant" not in attributes


def test_all_members_sign_in_by_one_client_with_passwords_of_their_own() -> None:
    aws = Aws()
    made = members(aws)
    assert made.token("acme") != made.token("acme")
    assert aws.cognito.clients == 1
    assert len(set(aws.cognito.passwords.values())) == 2
