"""What others have to know of a knowledge base."""

from typing import Protocol


class KnowledgeBaseIds(Protocol):
    """A knowledge base, as far as it has to be named."""

    @property
    def knowledge_base_id(self) -> str:
        """Its id."""

    @property
    def knowledge_base_arn(self) -> str:
        """Its ARN."""
