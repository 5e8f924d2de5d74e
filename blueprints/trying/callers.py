"""Those who ask: users of a deployment that signs them in with Cognito, or an IAM identity."""

import secrets
from functools import cached_property
from typing import Any

from botocore.credentials import Credentials

from blueprints.trying.answers import Answers, bearer, signed
from blueprints.trying.reviews import reachable
from blueprints.trying.trial import Session

TENANT_CLAIM = "custom:tenant"
NOBODY = "nobody"
"""What the user without a tenant is called."""


class Callers:
    """Lets users of different tenants ask a deployment on the embedded AWS.

    Args:
        session: The deployment.
    """

    def __init__(self, session: Session) -> None:
        self._aws = session.aws
        self._outputs = session.outputs
        self._url = reachable(session.aws.endpoint_url, session.outputs["AnswersUrl"])
        self._known: dict[str | None, Answers] = {}

    def of(self, tenant: str | None) -> Answers:
        """Returns the API as a user of ``tenant`` finds it, or as one without a tenant does."""
        if tenant not in self._known:
            self._known[tenant] = Answers(self._url, bearer(self._token(tenant)) if "UserPoolId" in self._outputs else self._signed())
        return self._known[tenant]

    def unknown(self) -> Answers:
        """Returns the API as somebody finds it who isn't signed in."""
        return Answers(self._url)

    def _token(self, tenant: str | None) -> str:
        """Makes a user, as administrators of the pool do, and signs the user in.

        A client of the trial's own takes the password as it is; that of the deployment takes part in the SRP protocol only.
        """
        pool, name = self._outputs["UserPoolId"], f"{tenant or NOBODY}-{secrets.token_hex(4)}@example.com"
        password = f"{secrets.token_urlsafe(24)}aA1!"
        attributes = {"email": name, "email_verified": "true", **({TENANT_CLAIM: tenant} if tenant is not None else {})}
        listed = [{"Name": attribute, "Value": value} for attribute, value in attributes.items()]
        self._cognito.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=listed, TemporaryPassword=password, MessageAction="SUPPRESS"
        )
        self._cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        asked = {"USERNAME": name, "PASSWORD": password}
        signed_in = self._cognito.initiate_auth(ClientId=self._client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
        return str(signed_in["AuthenticationResult"]["IdToken"])

    @cached_property
    def _cognito(self) -> Any:
        return self._aws.client("cognito-idp")

    @cached_property
    def _client(self) -> str:
        made = self._cognito.create_user_pool_client(
            UserPoolId=self._outputs["UserPoolId"],
            ClientName="trial",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            WriteAttributes=["name"],
        )
        return str(made["UserPoolClient"]["ClientId"])

    def _signed(self) -> Any:
        environment = self._aws.environment
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        return signed(credentials, environment["AWS_DEFAULT_REGION"])
