"""A guardrail's policy in the words of CloudFormation."""

from typing import Any

from aws_cdk import aws_bedrock as bedrock

from ml_constructs.bedrock.guardrail_filters import ContentFilter, Grounding, Topic
from ml_constructs.bedrock.guardrail_policy import GuardrailPolicy

Cfn = bedrock.CfnGuardrail


def properties(policy: GuardrailPolicy) -> dict[str, Any]:
    """The properties of ``AWS::Bedrock::Guardrail`` that say what is enforced; those without content are left out.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-bedrock-guardrail.html
    """
    rendered = {
        "content_policy_config": _content(policy),
        "topic_policy_config": _topics(policy),
        "word_policy_config": _words(policy),
        "sensitive_information_policy_config": _sensitive(policy),
        "contextual_grounding_policy_config": _grounding(policy.grounding),
        "automated_reasoning_policy_config": _reasoning(policy),
    }
    return {name: value for name, value in rendered.items() if value is not None}


def _content(policy: GuardrailPolicy) -> Any:
    if not policy.filters:
        return None
    return Cfn.ContentPolicyConfigProperty(
        filters_config=[_filter(found) for found in policy.filters],
        content_filters_tier_config=Cfn.ContentFiltersTierConfigProperty(tier_name=policy.tier),
    )


def _filter(found: ContentFilter) -> Any:
    modalities = None if found.modalities == ("TEXT",) else list(found.modalities)
    return Cfn.ContentFilterConfigProperty(
        type=found.kind,
        input_strength=found.input_strength,
        output_strength=found.answers,
        input_modalities=modalities,
        output_modalities=None if found.kind == "PROMPT_ATTACK" else modalities,
        input_action=_reporting(found.action),
        output_action=_reporting(found.action),
    )


def _topics(policy: GuardrailPolicy) -> Any:
    if not policy.topics:
        return None
    return Cfn.TopicPolicyConfigProperty(
        topics_config=[_topic(topic) for topic in policy.topics],
        topics_tier_config=Cfn.TopicsTierConfigProperty(tier_name=policy.tier),
    )


def _topic(topic: Topic) -> Any:
    return Cfn.TopicConfigProperty(
        name=topic.name,
        definition=topic.definition,
        type="DENY",
        examples=list(topic.examples) or None,
        input_action=_reporting(topic.action),
        output_action=_reporting(topic.action),
    )


def _words(policy: GuardrailPolicy) -> Any:
    if not policy.words and not policy.profanity:
        return None
    return Cfn.WordPolicyConfigProperty(
        words_config=[Cfn.WordConfigProperty(text=word) for word in policy.words] or None,
        managed_word_lists_config=[Cfn.ManagedWordsConfigProperty(type="PROFANITY")] if policy.profanity else None,
    )


def _sensitive(policy: GuardrailPolicy) -> Any:
    kinds = [
        Cfn.PiiEntityConfigProperty(
            type=found.kind, action=found.action, input_action=found.input_action, output_action=found.output_action
        )
        for found in policy.personal_data
    ]
    regexes = [
        Cfn.RegexConfigProperty(
            name=regex.name,
            pattern=regex.pattern,
            description=regex.description,
            action=regex.action,
            input_action=regex.input_action,
            output_action=regex.output_action,
        )
        for regex in policy.regexes
    ]
    if not kinds and not regexes:
        return None
    return Cfn.SensitiveInformationPolicyConfigProperty(pii_entities_config=kinds or None, regexes_config=regexes or None)


def _grounding(grounding: Grounding | None) -> Any:
    if grounding is None:
        return None
    thresholds = {"GROUNDING": grounding.grounding, "RELEVANCE": grounding.relevance}
    return Cfn.ContextualGroundingPolicyConfigProperty(
        filters_config=[
            Cfn.ContextualGroundingFilterConfigProperty(type=kind, threshold=threshold, action=_reporting(grounding.action))
            for kind, threshold in thresholds.items()
            if threshold is not None
        ]
    )


def _reasoning(policy: GuardrailPolicy) -> Any:
    if not policy.reasoning_policies:
        return None
    return Cfn.AutomatedReasoningPolicyConfigProperty(policies=list(policy.reasoning_policies))


def _reporting(action: str) -> str | None:
    """Blocking is what guardrails do by default."""
    return None if action == "BLOCK" else action
