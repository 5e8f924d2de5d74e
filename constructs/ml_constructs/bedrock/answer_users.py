"""People who ask without AWS credentials."""

from typing import Literal

from aws_cdk import RemovalPolicy
from constructs import Construct

from ml_constructs.bedrock.answer_options import Tenancy
from ml_constructs.foundation.user_pool import UserPool, existing_pool

__all__ = ["AnswerUsers", "existing_pool"]


class AnswerUsers(UserPool):
    """A user pool whose members belong to tenants, set when they are made and by nobody changed afterwards.

    Args:
        tenancy: Gives members a tenant by its claim; they have none when left out.
        mfa: Whether a second factor is ``required`` or ``optional``.
        threat_protection: Watches for stolen passwords and odd sign-ins, for a price.
        removal_policy: ``DESTROY`` deletes the pool with the stack.

    Raises:
        ValueError: A factor that is neither, or a claim that a pool can't fill.

    See https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        tenancy: Tenancy | None = None,
        mfa: Literal["optional", "required"] = "optional",
        threat_protection: bool = False,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        claim = tenancy.claim if tenancy else None
        super().__init__(scope, construct_id, claim=claim, mfa=mfa, threat_protection=threat_protection, removal_policy=removal_policy)
