"""The blueprints by tier; defining one imports that one only."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from stacks.base import BlueprintStack
    from stacks.settings.models import BlueprintSettings

TIERS = ("foundation", "ai-services", "bedrock", "sagemaker", "compute", "operations")


@dataclass(frozen=True)
class Entry:
    """What is known of a blueprint without importing it.

    Args:
        name: Its name in settings files and on the command line.
        title: Its name in prose.
        tier: One of ``TIERS``.
        summary: What it does, in one sentence.
        services: The machine-learning services it uses, by their names in ``service_status.yaml``.
        class_prefix: What its classes are called before ``Stack`` and ``Settings``.
    """

    name: str
    title: str
    tier: str
    summary: str
    services: tuple[str, ...]
    class_prefix: str

    @property
    def module(self) -> str:
        """The module that defines it."""
        return f"stacks.{self.name.replace('-', '_')}"

    def settings_model(self) -> type["BlueprintSettings"]:
        """Imports its settings model."""
        return cast("type[BlueprintSettings]", getattr(importlib.import_module(self.module), f"{self.class_prefix}Settings"))

    def stack_class(self) -> type["BlueprintStack"]:
        """Imports its stack."""
        return cast("type[BlueprintStack]", getattr(importlib.import_module(self.module), f"{self.class_prefix}Stack"))


def _by_name(*entries: Entry) -> Mapping[str, Entry]:
    return MappingProxyType({entry.name: entry for entry in entries})


CATALOGUE = _by_name(
    Entry(
        name="foundation",
        title="Foundation",
        tier="foundation",
        summary="What deployments share: an isolated network, a key, an access-log bucket, an audit trail and an alarm topic.",
        services=(),
        class_prefix="Foundation",
    ),
    Entry(
        name="document-analysis",
        title="Document analysis",
        tier="ai-services",
        summary="Reads documents that arrive in a bucket: text, forms, tables, entities, redaction, and human review of doubtful fields.",
        services=("comprehend", "textract"),
        class_prefix="DocumentAnalysis",
    ),
    Entry(
        name="knowledge-base-rag",
        title="Knowledge base",
        tier="bedrock",
        summary="Answers questions from documents with citations, under a guardrail, each tenant from its own.",
        services=("bedrock",),
        class_prefix="KnowledgeBaseRag",
    ),
    Entry(
        name="real-time-inference",
        title="Real-time inference",
        tier="sagemaker",
        summary="Serves a model that answers while the caller waits, on instances that follow the load, behind an API.",
        services=("sagemaker",),
        class_prefix="RealTimeInference",
    ),
    Entry(
        name="serverless-inference",
        title="Serverless inference",
        tier="sagemaker",
        summary="Serves a model that answers while the caller waits, without instances and from nothing, behind an API.",
        services=("sagemaker",),
        class_prefix="ServerlessInference",
    ),
    Entry(
        name="llm-inference",
        title="Language models",
        tier="sagemaker",
        summary="Serves language models and their LoRA adapters on shared GPUs, Inferentia2 or Trainium, from no copies to many and back.",
        services=("sagemaker",),
        class_prefix="LlmInference",
    ),
    Entry(
        name="multi-model-inference",
        title="Multi-model inference",
        tier="sagemaker",
        summary="Serves the models of many tenants on shared instances behind an API; each caller reaches those of one tenant only.",
        services=("sagemaker",),
        class_prefix="MultiModelInference",
    ),
    Entry(
        name="async-inference",
        title="Asynchronous inference",
        tier="sagemaker",
        summary="Works uploads off by the queue with a model on no instances to many and back, and says what became of each.",
        services=("sagemaker",),
        class_prefix="AsyncInference",
    ),
    Entry(
        name="batch-transform",
        title="Batch transform",
        tier="sagemaker",
        summary="Has a model work through many objects at once, by manifest, by prefix or every day, with caps on what that may cost.",
        services=("sagemaker",),
        class_prefix="BatchTransform",
    ),
)
