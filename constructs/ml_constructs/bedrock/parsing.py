"""How the text of documents is read, and what a model adds to it."""

from dataclasses import dataclass
from typing import ClassVar

from aws_cdk import aws_bedrock as bedrock
from constructs import Construct

from ml_constructs.bedrock.limits import check_range
from ml_constructs.bedrock.models import invocation_arns

MAX_PROMPT = 10_000
MULTIMODAL = "MULTIMODAL"

_Configuration = bedrock.CfnDataSource.ParsingConfigurationProperty


@dataclass(frozen=True, kw_only=True)
class FoundationModelParsing:
    """A foundation model reads PDF files and images, page by page; every page is paid for.

    Args:
        model: Id of a model or inference profile that AWS offers for parsing, or its ARN.
        prompt: What the model is told, 1 to 10,000 characters; AWS's own words when left out.
        multimodal: Whether figures and tables are kept as images, for which the knowledge base needs a bucket.

    Raises:
        ValueError: A prompt that is too long, or empty.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-advanced-parsing.html
    """

    model: str
    prompt: str | None = None
    multimodal: bool = False

    def __post_init__(self) -> None:
        if self.prompt is not None:
            check_range("characters of prompt", len(self.prompt), 1, MAX_PROMPT)

    def render(self, scope: Construct) -> _Configuration:
        """As the data source takes it, in the region of ``scope``."""
        model = bedrock.CfnDataSource.BedrockFoundationModelConfigurationProperty(
            model_arn=invocation_arns(scope, self.model)[0],
            parsing_modality=MULTIMODAL if self.multimodal else None,
            parsing_prompt=bedrock.CfnDataSource.ParsingPromptProperty(parsing_prompt_text=self.prompt) if self.prompt else None,
        )
        return _Configuration(parsing_strategy="BEDROCK_FOUNDATION_MODEL", bedrock_foundation_model_configuration=model)


@dataclass(frozen=True, kw_only=True)
class DataAutomationParsing:
    """Bedrock Data Automation reads PDF files and images, and keeps figures and tables in the bucket of the knowledge base.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-advanced-parsing.html
    """

    multimodal: ClassVar[bool] = True

    def render(self, _scope: Construct) -> _Configuration:
        """As the data source takes it; the same in every region."""
        automation = bedrock.CfnDataSource.BedrockDataAutomationConfigurationProperty(parsing_modality=MULTIMODAL)
        return _Configuration(parsing_strategy="BEDROCK_DATA_AUTOMATION", bedrock_data_automation_configuration=automation)


Parsing = FoundationModelParsing | DataAutomationParsing


@dataclass(frozen=True, kw_only=True)
class ContextEnrichment:
    """A model takes entities out of every chunk, which link chunks in a graph; for stores that keep graphs.

    Args:
        model: Id of a model or inference profile that AWS offers for building graphs, or its ARN.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-build-graphs-build.html
    """

    model: str

    def render(self, scope: Construct) -> bedrock.CfnDataSource.ContextEnrichmentConfigurationProperty:
        """As the data source takes it, in the region of ``scope``."""
        source = bedrock.CfnDataSource
        model = source.BedrockFoundationModelContextEnrichmentConfigurationProperty(
            enrichment_strategy_configuration=source.EnrichmentStrategyConfigurationProperty(method="CHUNK_ENTITY_EXTRACTION"),
            model_arn=invocation_arns(scope, self.model)[0],
        )
        return source.ContextEnrichmentConfigurationProperty(type="BEDROCK_FOUNDATION_MODEL", bedrock_foundation_model_configuration=model)
