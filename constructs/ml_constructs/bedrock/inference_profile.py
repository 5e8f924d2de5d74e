"""Who may invoke a model, through what, and under which guardrail."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from aws_cdk import Names, Stack, Tags
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.models import invocation_arns, profile_geography
from ml_constructs.foundation.compliance import acknowledge
from ml_constructs.foundation.roles import finding_name

INVOKE = "bedrock:InvokeModel"
STREAM = "bedrock:InvokeModelWithResponseStream"
GUARDRAIL_KEY = "bedrock:GuardrailIdentifier"
PROFILE_KEY = "bedrock:InferenceProfileArn"
LONGEST_NAME = 64

_GEOGRAPHY = "A geographic profile sends the call to any region of its geography; it is one model, and reachable through the profile alone."


class InferenceProfile(Construct):
    """An application inference profile: a model, or a geographic or global profile, under an ARN whose tags split the cost.

    Everything about a profile but its tags is fixed when it is made, so its name carries the hash of the rest: the next one never meets
    the name of the one that it replaces.

    Args:
        model_id: Of a model, or of a geographic or global profile; its prefix says where prompts may go.
        description: At most 200 letters, digits, colons and full stops, with single spaces, underscores and hyphens between them.
        tags: Tags beside those of the stack.

    Raises:
        ValueError: An ARN in place of an id.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-create.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, model_id: str, description: str | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(scope, construct_id)
        if model_id.startswith("arn:"):
            raise ValueError(f"model_id must be the id of a model or of a geographic or global profile, got {model_id!r}")
        self.model_id = model_id
        source, *behind = invocation_arns(self, model_id)
        self._models = behind or [source]
        self.resource = bedrock.CfnApplicationInferenceProfile(
            self,
            "Resource",
            inference_profile_name=self._name(description),
            description=description,
            model_source=bedrock.CfnApplicationInferenceProfile.InferenceProfileModelSourceProperty(copy_from=source),
        )
        for tag, value in (tags or {}).items():
            Tags.of(self.resource).add(tag, value)
        self.arn = self.resource.attr_inference_profile_arn

    def grant_invoke(
        self, role: iam.Role, *, guardrail: Guardrail | None = None, streaming: bool = False, unguarded: Sequence[str] = ()
    ) -> None:
        """Lets ``role`` invoke the model through this profile and not otherwise.

        Args:
            role: Gets the permission.
            guardrail: As in ``grant_invoke_model``.
            streaming: As there.
            unguarded: As there.
        """
        _allow(role, self.arn, self._models, guardrail, streaming)
        if guardrail is not None:
            _deny_unguarded(role, self, guardrail, unguarded)

    def _name(self, description: str | None) -> str:
        digest = hashlib.sha256(f"{self.model_id}\0{description}".encode()).hexdigest()[:8]
        name = Names.unique_resource_name(self, max_length=LONGEST_NAME - len(digest) - 1, separator="-")
        return f"{re.sub('-+', '-', name).strip('-')}-{digest}"


def grant_invoke_model(
    role: iam.Role,
    scope: Construct,
    model_id: str,
    *,
    guardrail: Guardrail | None = None,
    streaming: bool = False,
    unguarded: Sequence[str] = (),
) -> None:
    """Lets ``role`` invoke a model, or a geographic or global profile, from the region of ``scope``.

    Args:
        role: Gets the permission.
        scope: Gives account, region and partition.
        model_id: Of the model or profile; a profile's model can be invoked through the profile alone.
        guardrail: Its current version has to be named by every call of a model that the role makes, whatever else allows the call.
        streaming: Whether answers are streamed, instead of given as a whole.
        unguarded: Ids of models that the role may be allowed without the guardrail, such as rerankers, which take none.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
    """
    arns = invocation_arns(scope, model_id)
    if profile_geography(model_id) is None:
        _allow(role, None, arns, guardrail, streaming)
    else:
        _allow(role, arns[0], arns[1:], guardrail, streaming)
    if guardrail is not None:
        _deny_unguarded(role, scope, guardrail, unguarded)


def _allow(role: iam.Role, profile: str | None, models: Sequence[str], guardrail: Guardrail | None, streaming: bool) -> None:
    actions = [STREAM if streaming else INVOKE]
    guarded = {GUARDRAIL_KEY: guardrail.versioned_arn} if guardrail else {}
    if profile is not None:
        role.add_to_policy(_statement(actions, [profile], guarded))
    through = {PROFILE_KEY: profile} if profile is not None else {}
    role.add_to_policy(_statement(actions, models, {**guarded, **through}))
    names = [f"AwsSolutions::AwsSolutions-IAM5[Resource::{finding_name(Stack.of(role), arn)}]" for arn in models if "*" in arn]
    if names:
        acknowledge(role, names, _GEOGRAPHY)


def _statement(actions: Sequence[str], resources: Sequence[str], equals: Mapping[str, str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=list(actions), resources=list(resources), conditions={"StringEquals": dict(equals)} if equals else None
    )


def _deny_unguarded(role: iam.Role, scope: Construct, guardrail: Guardrail, unguarded: Sequence[str]) -> None:
    """A negated condition is met by a call that lacks the key as well, so a call without any guardrail is denied too.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    spared = [arn for model_id in unguarded for arn in invocation_arns(scope, model_id)]
    role.add_to_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=[INVOKE, STREAM],
            resources=None if spared else ["*"],
            not_resources=spared or None,
            conditions={"StringNotEquals": {GUARDRAIL_KEY: guardrail.versioned_arn}},
        )
    )
