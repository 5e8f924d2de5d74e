"""People who call without AWS credentials."""

from typing import Literal, cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from ml_constructs.foundation.checks import check_choice, check_text
from ml_constructs.foundation.compliance import acknowledge

MFA = {"optional": cognito.Mfa.OPTIONAL, "required": cognito.Mfa.REQUIRED}
CUSTOM = "custom:"
LONGEST_ATTRIBUTE = 128
PASSWORD_CHARACTERS = 14
PASSWORDS_REMEMBERED = 12
TOKENS_LAST = Duration.minutes(30)
SIGNED_IN_FOR = Duration.hours(12)


class UserPool(Construct):
    """A user pool whose members are made by its administrators, and a client for them to sign in with.

    The claim of a member is set when the member is made, and by nobody changed afterwards: the attribute is immutable, and no client may
    write it.

    Args:
        claim: Given to each member, such as the tenant: ``custom:`` and a name of at most 20 letters, digits, ``_`` and ``-``.
        mfa: Whether a second factor, an authenticator app, is ``required`` or ``optional``.
        threat_protection: Watches for stolen passwords and odd sign-ins; it needs the Plus plan, which is billed from the first member on.
        removal_policy: ``DESTROY`` deletes the pool with the stack; else deleting it takes two steps.

    Raises:
        ValueError: A factor that is neither, or a claim that a pool can't fill.

    See https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-security-best-practices.html,
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html and
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        claim: str | None = None,
        mfa: Literal["optional", "required"] = "optional",
        threat_protection: bool = False,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        check_choice("mfa", mfa, MFA)
        attribute = _attribute(claim)
        protection = cognito.StandardThreatProtectionMode.FULL_FUNCTION
        self.pool = cognito.UserPool(
            self,
            "Pool",
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            custom_attributes={attribute: _immutable()} if attribute else None,
            deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
            enable_sms_role=False,
            feature_plan=cognito.FeaturePlan.PLUS if threat_protection else cognito.FeaturePlan.ESSENTIALS,
            mfa=MFA[mfa],
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=_passwords(),
            removal_policy=removal_policy,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            standard_threat_protection_mode=protection if threat_protection else None,
        )
        self.client = cognito.UserPoolClient(
            self,
            "Client",
            user_pool=self.pool,
            access_token_validity=TOKENS_LAST,
            auth_flows=cognito.AuthFlow(user_srp=True),
            disable_o_auth=True,
            enable_token_revocation=True,
            generate_secret=False,
            id_token_validity=TOKENS_LAST,
            prevent_user_existence_errors=True,
            read_attributes=_readable(attribute),
            refresh_token_validity=SIGNED_IN_FOR,
            # Cognito takes an empty list as leave to write everything.
            write_attributes=cognito.ClientAttributes().with_standard_attributes(fullname=True),
        )
        if mfa == "optional":
            acknowledge(self.pool, "AwsSolutions::AwsSolutions-COG2", "The settings leave the second factor to each member.")
        if not threat_protection:
            reason = (
                "The Plus plan is billed from the first member on; the settings have to ask for it. Members are made by administrators."
            )
            acknowledge(self.pool, "AwsSolutions::AwsSolutions-COG8", reason)


def existing_pool(scope: Construct, construct_id: str, arn: str) -> cognito.IUserPool:
    """A user pool that somebody else looks after.

    The authorizer of an API takes the tokens of every client of the pool: functions have to be told the clients that are served. Where a
    claim decides what a caller may see, none of these may write its attribute.

    Args:
        scope: Where it is known.
        construct_id: By which name.
        arn: Of the pool.

    Raises:
        ValueError: Something else than the ARN of a user pool.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
    """
    check_text("arn", arn, r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+_[0-9a-zA-Z]+", "the ARN of a user pool")
    return cognito.UserPool.from_user_pool_arn(scope, construct_id, arn)


def _attribute(claim: str | None) -> str | None:
    if claim is None:
        return None
    check_text("claim", claim, rf"{CUSTOM}[\w-]{{1,20}}", f"{CUSTOM} and 1 to 20 letters, digits, _ and -")
    return claim.removeprefix(CUSTOM)


def _immutable() -> cognito.ICustomAttribute:
    # A class that jsii implements, which mypy takes for none of the interface.
    return cast("cognito.ICustomAttribute", cognito.StringAttribute(min_len=1, max_len=LONGEST_ATTRIBUTE, mutable=False))


def _readable(attribute: str | None) -> cognito.ClientAttributes:
    """Tokens carry what the client may read."""
    readable = cognito.ClientAttributes().with_standard_attributes(email=True, email_verified=True, fullname=True)
    return readable.with_custom_attributes(attribute) if attribute else readable


def _passwords() -> cognito.PasswordPolicy:
    return cognito.PasswordPolicy(
        min_length=PASSWORD_CHARACTERS,
        password_history_size=PASSWORDS_REMEMBERED,
        require_digits=True,
        require_lowercase=True,
        require_symbols=True,
        require_uppercase=True,
        temp_password_validity=Duration.days(1),
    )
