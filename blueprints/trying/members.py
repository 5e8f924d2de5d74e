"""Members of a deployment's user pool, made and signed in."""

import secrets
from functools import cached_property
from typing import Any

from blueprints.local.embedded import EmbeddedAws

TENANT_CLAIM = "custom:tenant"
NOBODY = "nobody"
"""What the user without a tenant is called."""


class Members:
    """Makes users of a pool, as its administrators do, and signs them in.

    A client of the trial's own takes the password as it is; that of the deployment takes part in the SRP protocol only.

    Args:
        aws: Where the pool is.
        pool: Its id.
    """

    def __init__(self, aws: EmbeddedAws, pool: str) -> None:
        self._aws = aws
        self._pool = pool

    def token(self, tenant: str | None) -> str:
        """Makes a user of ``tenant``, or of none, and returns the user's ID token."""
        name = f"{tenant or NOBODY}-{secrets.token_hex(4)}@example.com"
        password = f"{secrets.token_urlsafe(24)}aA1!"
        attributes = {"email": name, "email_verified": "true", **({TENANT_CLAIM: tenant} if tenant is not None else {})}
        listed = [{"Name": attribute, "Value": value} for attribute, value in attributes.items()]
        self._cognito.admin_create_user(
            UserPoolId=self._pool, Username=name, UserAttributes=listed, TemporaryPassword=password, MessageAction="SUPPRESS"
        )
        self._cognito.admin_set_user_password(UserPoolId=self._pool, Username=name, Password=password, Permanent=True)
        asked = {"USERNAME": name, "PASSWORD": password}
        signed_in = self._cognito.initiate_auth(ClientId=self._client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
        return str(signed_in["AuthenticationResult"]["IdToken"])

    @cached_property
    def _cognito(self) -> Any:
        return self._aws.client("cognito-idp")

    @cached_property
    def _client(self) -> str:
        made = self._cognito.create_user_pool_client(
            UserPoolId=self._pool,
            ClientName="trial",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            WriteAttributes=["name"],
        )
        return str(made["UserPoolClient"]["ClientId"])
