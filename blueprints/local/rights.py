"""What has to be allowed for a call to Bedrock, S3 Vectors or SageMaker: actions, resources and values of condition keys.

Follows https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html, list_amazons3vectors.html and
list_amazonsagemaker.html there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blueprints.local import identity
from blueprints.local.bedrock import arns
from blueprints.local.operations import Call

Parameters = Mapping[str, Any]
GUARDRAIL_KEY = "bedrock:GuardrailIdentifier"
PROFILE_KEY = "bedrock:InferenceProfileArn"
INVOCATIONS = {
    "Converse": "bedrock:InvokeModel",
    "ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "InvokeModel": "bedrock:InvokeModel",
    "InvokeModelWithResponseStream": "bedrock:InvokeModelWithResponseStream",
}
"""The actions behind the operations that ask a model; conversations have none of their own."""
SAGEMAKER_KINDS = {
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "InferenceComponentName": "inference-component",
    "ModelName": "model",
    "TransformJobName": "transform-job",
}
"""What a request to SageMaker is about, by the parameter that names it."""
KEY_ACTIONS = {
    "CreateIndex": ("kms:GenerateDataKey", "kms:Decrypt"),
    **dict.fromkeys(("DeleteVectors", "GetVectors", "ListVectors", "PutVectors", "QueryVectors"), ("kms:Decrypt",)),
}
"""What has to be allowed with the key that encrypts an index,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html."""


@dataclass(frozen=True)
class Right:
    """One thing that a caller has to be allowed.

    Args:
        action: The IAM action.
        resource: The ARN that policies are matched with.
        context: Values of condition keys.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lookup:
    """What has to be known besides the call.

    Args:
        models_of: Returns the ARNs of the models behind an inference profile or a model.
        key_of: Returns the key that encrypts an index of S3 Vectors, if it is one of the account.
        policy_of: Returns the policy of the vector bucket that an ARN is of, and the account that owns it.
    """

    models_of: Callable[[str], Sequence[str]] = arns.models_behind
    key_of: Callable[[str], str | None] = lambda _index: None
    policy_of: Callable[[str], tuple[str, str] | None] = lambda _arn: None


def needed(call: Call, parameters: Parameters, lookup: Lookup) -> list[Right]:
    """Returns what the caller has to be allowed, the call's own action first; nothing for calls that are not known here."""
    rules = RULES.get(call.service)
    return list(rules(call.operation, parameters, lookup)) if rules else []


def _runtime(operation: str, parameters: Parameters, lookup: Lookup) -> Iterator[Right]:
    if operation == "ApplyGuardrail":
        yield _applying(parameters["guardrailIdentifier"])
    if operation in INVOCATIONS:
        guardrail = parameters.get("guardrailConfig") or parameters
        yield from _invocation(INVOCATIONS[operation], parameters["modelId"], guardrail, lookup)


def _invocation(action: str, model: str, guardrail: Parameters, lookup: Lookup) -> Iterator[Right]:
    """Yields what asking a model takes: the profile, if there is one, the models behind it, and the guardrail."""
    identifier = guardrail.get("guardrailIdentifier")
    key = {GUARDRAIL_KEY: _versioned(identifier, guardrail.get("guardrailVersion", "DRAFT"))} if identifier else {}
    arn = arns.invocable(model)
    yield Right(action, arn, key)
    if ":foundation-model/" not in arn:
        yield from (Right(action, found, {**key, PROFILE_KEY: arn}) for found in lookup.models_of(arn))
    if identifier:
        yield _applying(identifier)


def _applying(guardrail: str) -> Right:
    return Right("bedrock:ApplyGuardrail", arns.own("guardrail", guardrail))


def _versioned(guardrail: str, version: str) -> str:
    """Follows https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html."""
    arn = arns.own("guardrail", guardrail)
    return arn if version == "DRAFT" else f"{arn}:{version}"


def _control(operation: str, parameters: Parameters, _lookup: Lookup) -> Iterator[Right]:
    if "guardrailIdentifier" in parameters:
        yield Right(f"bedrock:{operation}", arns.own("guardrail", parameters["guardrailIdentifier"]))
    elif "inferenceProfileIdentifier" in parameters:
        profile = parameters["inferenceProfileIdentifier"]
        yield Right(f"bedrock:{operation}", arns.own("application-inference-profile", profile))
    elif "resourceARN" in parameters:
        yield Right(f"bedrock:{operation}", parameters["resourceARN"])


def _agent(operation: str, parameters: Parameters, _lookup: Lookup) -> Iterator[Right]:
    if "knowledgeBaseId" in parameters and "agentId" not in parameters:
        yield Right(f"bedrock:{operation}", arns.own("knowledge-base", parameters["knowledgeBaseId"]))
    elif "resourceArn" in parameters:
        yield Right(f"bedrock:{operation}", parameters["resourceArn"])


def _agent_runtime(operation: str, parameters: Parameters, lookup: Lookup) -> Iterator[Right]:
    if operation == "Retrieve":
        yield Right("bedrock:Retrieve", arns.own("knowledge-base", parameters["knowledgeBaseId"]))
        if guardrail := parameters.get("guardrailConfiguration"):
            yield _applying(guardrail["guardrailId"])
    elif operation == "Rerank":
        yield Right("bedrock:Rerank")
        configuration = (parameters.get("rerankingConfiguration") or {}).get("bedrockRerankingConfiguration") or {}
        if model := (configuration.get("modelConfiguration") or {}).get("modelArn"):
            yield from _invocation("bedrock:InvokeModel", model, {}, lookup)


def _vectors(operation: str, parameters: Parameters, lookup: Lookup) -> Iterator[Right]:
    arn = _vectors_arn(parameters)
    yield Right(f"s3vectors:{operation}", arn)
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_S3VectorBuckets_QueryVectors.html and _ListVectors.html
    if operation in ("ListVectors", "QueryVectors") and any(parameters.get(name) for name in ("filter", "returnData", "returnMetadata")):
        yield Right("s3vectors:GetVectors", arn)
    asked = (parameters.get("encryptionConfiguration") or {}).get("kmsKeyArn")
    actions = KEY_ACTIONS.get(operation, ())
    if actions and (key := asked or lookup.key_of(arn)):
        via = {"kms:ViaService": f"s3vectors.{identity.region()}.amazonaws.com", "kms:CallerAccount": identity.ACCOUNT_ID}
        yield from (Right(action, key, via) for action in actions)


def _vectors_arn(parameters: Parameters) -> str:
    """Returns the ARN of the index, of the vector bucket, or of what is tagged."""
    for given in ("indexArn", "resourceArn"):
        if given in parameters:
            return str(parameters[given])
    bucket, index = parameters.get("vectorBucketArn", "*"), parameters.get("indexName")
    if "vectorBucketName" in parameters:
        name = parameters["vectorBucketName"]
        bucket = f"arn:aws:s3vectors:{identity.region()}:{identity.ACCOUNT_ID}:bucket/{name}"
    return f"{bucket}/index/{index}" if index else bucket


def _endpoints(operation: str, parameters: Parameters, _lookup: Lookup) -> Iterator[Right]:
    """Yields the right to invoke an endpoint, and its inference component where one is named."""
    model = parameters.get("TargetModel")
    context = {"sagemaker:TargetModel": model} if model else {}
    yield Right(f"sagemaker:{operation}", _of_sagemaker("endpoint", parameters["EndpointName"]), context)
    if component := parameters.get("InferenceComponentName"):
        yield Right(f"sagemaker:{operation}", _of_sagemaker("inference-component", component), context)


def _serving(operation: str, parameters: Parameters, _lookup: Lookup) -> Iterator[Right]:
    """Yields the rights to make, change, tell of and delete what models are served by."""
    kind = re.match("(?:Create|Describe|Update|Delete|Stop)(EndpointConfig|Endpoint|InferenceComponent|Model|TransformJob)", operation)
    named = [f"{kind[1]}Name"] if kind else []
    named += ["EndpointConfigName"] if operation in ("CreateEndpoint", "UpdateEndpoint") else []
    named += ["EndpointName"] if operation == "CreateInferenceComponent" else []
    for name in named:
        yield Right(f"sagemaker:{operation}", _of_sagemaker(SAGEMAKER_KINDS[name], parameters[name]))
    if operation in ("CreateModel", "CreateEndpointConfig") and "ExecutionRoleArn" in parameters:
        yield Right("iam:PassRole", parameters["ExecutionRoleArn"], {"iam:PassedToService": "sagemaker.amazonaws.com"})


def _of_sagemaker(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{identity.region()}:{identity.ACCOUNT_ID}:{kind}/{name}"


Rules = Callable[[str, Parameters, Lookup], Iterator[Right]]
RULES: Mapping[str, Rules] = {
    "bedrock": _control,
    "bedrock-agent": _agent,
    "bedrock-agent-runtime": _agent_runtime,
    "bedrock-runtime": _runtime,
    "s3vectors": _vectors,
    "sagemaker": _serving,
    "sagemaker-runtime": _endpoints,
}
"""What yields the rights for a call of a service."""
