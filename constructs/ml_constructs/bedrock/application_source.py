"""What the applications that a knowledge base crawls have in common: credentials, and filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from ml_constructs.bedrock.knowledge_sources import KnowledgeSource
from ml_constructs.bedrock.limits import MAX_PATTERNS, check_choice, check_patterns
from ml_constructs.foundation.grants import READ, WRITE, grant_key


@dataclass(frozen=True, kw_only=True)
class ObjectFilter:
    """Which objects of one type are crawled, by regular expressions on their names.

    Args:
        object_type: As the application calls it, such as ``Page``.
        include: Names that are crawled, at most 25 patterns of up to 1,000 characters; every name when left out.
        exclude: Names that aren't, whatever ``include`` says, likewise.

    Raises:
        ValueError: More or longer patterns, or none at all.
    """

    object_type: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_patterns("include", self.include)
        check_patterns("exclude", self.exclude)
        if not self.include and not self.exclude:
            raise ValueError(f"include or exclude must have a pattern for {self.object_type}, got none")

    def render(self) -> bedrock.CfnDataSource.PatternObjectFilterProperty:
        """As the data source takes it."""
        return bedrock.CfnDataSource.PatternObjectFilterProperty(
            object_type=self.object_type, exclusion_filters=list(self.exclude) or None, inclusion_filters=list(self.include) or None
        )


@dataclass(frozen=True, kw_only=True)
class ApplicationSource(KnowledgeSource):
    """The base of every application; AWS offers them for OpenSearch Serverless, as a preview, and for text only.

    Args:
        credentials: A secret in the region of the knowledge base, with the members that the page of the application names.
        filters: Which objects are crawled, at most 25; every object when left out.

    Raises:
        ValueError: More filters than Bedrock takes, or one on a type of object that the application doesn't have.
    """

    text_only: ClassVar[bool] = True
    object_types: ClassVar[tuple[str, ...]]
    refreshes_credentials: ClassVar[bool] = False
    credentials: secretsmanager.ISecret
    filters: tuple[ObjectFilter, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.filters) > MAX_PATTERNS:
            raise ValueError(f"filters must be at most {MAX_PATTERNS}, got {len(self.filters)}")
        for wanted in self.filters:
            check_choice("object_type", wanted.object_type, self.object_types)

    def secret_actions(self) -> Sequence[str]:
        """What Bedrock does with the secret."""
        return ("secretsmanager:GetSecretValue",)

    def grant_reading(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base use the credentials.

        See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
        """
        actions = self.secret_actions()
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[self.credentials.secret_arn]))
        grant_key(self.credentials.encryption_key, role, READ if len(actions) == 1 else WRITE, service="secretsmanager")

    def filter_configuration(self) -> dict[str, Any]:
        """The filters as the crawler takes them; nothing without filters."""
        if not self.filters:
            return {}
        patterns = bedrock.CfnDataSource.PatternObjectFilterConfigurationProperty(filters=[wanted.render() for wanted in self.filters])
        return {
            "filter_configuration": bedrock.CfnDataSource.CrawlFilterConfigurationProperty(type="PATTERN", pattern_object_filter=patterns)
        }
