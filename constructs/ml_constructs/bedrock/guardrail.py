"""Guardrails, with a version for everything that they ever said."""

import hashlib
import json
from dataclasses import asdict

from aws_cdk import Names, Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from ml_constructs.bedrock.guardrail_policy import GuardrailPolicy
from ml_constructs.bedrock.guardrail_properties import properties
from ml_constructs.bedrock.model_list import regions_of
from ml_constructs.foundation.compliance import acknowledge
from ml_constructs.foundation.grants import READ, grant_key
from ml_constructs.foundation.roles import finding_name

LONGEST_NAME = 50


class Guardrail(Construct):
    """A guardrail, encrypted with a customer-managed key, and the numbered version that callers name.

    A version is a snapshot. Its id carries the hash of what is enforced, so an edit makes a new version before callers are told of it, and
    CloudFormation takes the old one away when the whole update has succeeded and nothing in the stack names it any more. Callers belong
    into the same stack for that reason.

    Args:
        policy: What is enforced.
        key: Encrypts the guardrail; its policy must leave access to the identities of the account, as that of a ``DataKey`` does.
        description: At most 200 characters.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-deploy.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-kms.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, policy: GuardrailPolicy, key: kms.IKey | None, description: str | None = None
    ) -> None:
        super().__init__(scope, construct_id)
        self.policy = policy
        self.key = key
        self._profile = f"{policy.geography}.guardrail.v1:0"
        self.resource = bedrock.CfnGuardrail(
            self,
            "Resource",
            name=Names.unique_resource_name(self, max_length=LONGEST_NAME, separator="-", allowed_special_characters="-_"),
            description=description,
            blocked_input_messaging=policy.input_message,
            blocked_outputs_messaging=policy.output_message,
            cross_region_config=self._cross_region(),
            kms_key_arn=key.key_arn if key else None,
            **properties(policy),
        )
        content = self._content_hash()
        self.guardrail_arn = self.resource.attr_guardrail_arn
        self.guardrail_id = self.resource.attr_guardrail_id
        self.snapshot = bedrock.CfnGuardrailVersion(
            self, f"Version{content}", guardrail_identifier=self.guardrail_id, description=f"Content {content}"
        )
        self.version = self.snapshot.attr_version

    @property
    def versioned_arn(self) -> str:
        """The value of ``bedrock:GuardrailIdentifier`` in a call that names this version.

        See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
        """
        return f"{self.guardrail_arn}:{self.version}"

    def grant_apply(self, role: iam.Role) -> None:
        """Lets ``role`` have texts checked, in a call of its own or with a call of a model.

        See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrail-profiles-permissions.html
        """
        profiles = [self._profile_arn(region) for region in regions_of(self, self.policy.geography)]
        resources = [self.guardrail_arn, *profiles]
        role.add_to_policy(iam.PolicyStatement(actions=["bedrock:ApplyGuardrail"], resources=resources))
        names = [f"AwsSolutions::AwsSolutions-IAM5[Resource::{finding_name(Stack.of(role), arn)}]" for arn in profiles if "*" in arn]
        if names:
            acknowledge(role, names, "A guardrail profile checks texts in any region of its geography, which the settings name.")
        grant_key(self.key, role, READ, service="bedrock")

    def _cross_region(self) -> bedrock.CfnGuardrail.GuardrailCrossRegionConfigProperty | None:
        if self.policy.geography is None:
            return None
        here = self._profile_arn(Stack.of(self).region)
        return bedrock.CfnGuardrail.GuardrailCrossRegionConfigProperty(guardrail_profile_arn=here)

    def _profile_arn(self, region: str) -> str:
        return Stack.of(self).format_arn(service="bedrock", region=region, resource="guardrail-profile", resource_name=self._profile)

    def _content_hash(self) -> str:
        """Ten digits of what a version holds: of the policy, and of what becomes of it, which another version of this library may change.

        They are the same in every synthesis: tokens are numbered anew each time, so they are resolved.
        """
        held = [json.dumps([asdict(self.policy), self.resource.kms_key_arn]), *properties(self.policy).values()]
        content = [Stack.of(self).resolve(part) for part in held]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]
