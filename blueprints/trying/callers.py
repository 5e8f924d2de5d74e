"""Those who ask: users of a deployment that signs them in with Cognito, or an IAM identity."""

from functools import cached_property
from typing import Any

from botocore.credentials import Credentials

from blueprints.trying.answers import Answers, bearer, signed
from blueprints.trying.members import Members
from blueprints.trying.reviews import reachable
from blueprints.trying.trial import Session


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
            self._known[tenant] = Answers(
                self._url, bearer(self._members.token(tenant)) if "UserPoolId" in self._outputs else self._signed()
            )
        return self._known[tenant]

    def unknown(self) -> Answers:
        """Returns the API as somebody finds it who isn't signed in."""
        return Answers(self._url)

    @cached_property
    def _members(self) -> Members:
        return Members(self._aws, self._outputs["UserPoolId"])

    def _signed(self) -> Any:
        environment = self._aws.environment
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        return signed(credentials, environment["AWS_DEFAULT_REGION"])
