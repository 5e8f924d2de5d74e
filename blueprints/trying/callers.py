"""Those who ask: users of a deployment that signs them in with Cognito, or an IAM identity."""

import secrets
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
        cognito: Any = self._aws.client("cognito-idp")
        pool, client = self._outputs["UserPoolId"], self._outputs["UserPoolClientId"]
        name, password = f"{tenant or NOBODY}@example.com", f"{secrets.token_urlsafe(24)}aA1!"
        attributes = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
        if tenant is not None:
            attributes.append({"Name": TENANT_CLAIM, "Value": tenant})
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        asked = {"USERNAME": name, "PASSWORD": password}
        signed_in = cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
        return str(signed_in["AuthenticationResult"]["IdToken"])

    def _signed(self) -> Any:
        environment = self._aws.environment
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        return signed(credentials, environment["AWS_DEFAULT_REGION"])
