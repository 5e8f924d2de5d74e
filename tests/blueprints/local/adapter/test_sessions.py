"""Roles that services assume."""

from ministack.services import sts

from blueprints.local.adapter.sessions import role_credentials

ROLE = "arn:aws:iam::123456789012:role/path/notices"


def test_a_session_has_the_name_of_role_and_service() -> None:
    credentials = role_credentials(ROLE, "textract")
    session = sts._sessions[credentials.access_key_id]
    assert session["Arn"] == "arn:aws:sts::123456789012:assumed-role/notices/textract"
    assert session["SecretAccessKey"] == credentials.secret_access_key
    assert session["SessionToken"] == credentials.session_token


def test_the_same_session_has_the_same_credentials() -> None:
    assert role_credentials(ROLE, "textract") == role_credentials(ROLE, "textract")
    assert role_credentials(ROLE, "textract") != role_credentials(ROLE, "states")
