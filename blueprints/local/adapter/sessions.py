"""Sessions of roles that services assume: ministack has no services that could."""

from __future__ import annotations

import hashlib

from blueprints.local import identity
from blueprints.local.clients import Credentials


def role_credentials(role_arn: str, session_name: str) -> Credentials:
    """Returns credentials of the role, the same ones each time, as the service gets them that it trusts."""
    from ministack.services import sts

    role = role_arn.rpartition("/")[2]
    digest = hashlib.sha256(f"{session_name}:{role_arn}".encode()).hexdigest()
    credentials = Credentials(f"ASIA{digest[:16].upper()}", digest[16:56], digest[:48])
    session = {
        "Arn": f"arn:aws:sts::{identity.ACCOUNT_ID}:assumed-role/{role}/{session_name}",
        "UserId": f"{role}:{session_name}",
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
    }
    sts.register_session(credentials.access_key_id, session)
    return credentials
