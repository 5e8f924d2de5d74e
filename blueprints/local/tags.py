"""Tags of resources, as the services of Bedrock and S3 Vectors keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blueprints.local.stand_ins import StandInError

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


class Tags:
    """Keeps the tags of one service's resources.

    Args:
        exists: Tells whether a resource of this ARN exists.
        arn: The name of the parameter that holds the ARN.
        listed: Whether the service writes tags as a list of keys and values; otherwise it writes a map.
        missing: The name of the service's error for an ARN that does not exist.
    """

    def __init__(
        self, exists: Callable[[str], bool], *, arn: str = "resourceArn", listed: bool = False, missing: str = "ResourceNotFoundException"
    ) -> None:
        self._exists, self._arn, self._listed, self._missing = exists, arn, listed, missing
        self._tags: dict[str, dict[str, str]] = {}
        self.answers: Mapping[str, Answer] = {"TagResource": self._tag, "UntagResource": self._untag, "ListTagsForResource": self._list}

    def put(self, arn: str, tags: Any) -> None:
        """Adds the tags of a request, if there are any."""
        plain = {tag["key"]: tag["value"] for tag in tags or ()} if self._listed else dict(tags or {})
        self._tags.setdefault(arn, {}).update(plain)

    def forget(self, arn: str) -> None:
        """Removes the tags of a resource that is gone."""
        self._tags.pop(arn, None)

    def _tag(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.put(self._known(request), request["tags"])
        return {}

    def _untag(self, request: Mapping[str, Any]) -> dict[str, Any]:
        tags = self._tags.get(self._known(request), {})
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        tags = self._tags.get(self._known(request), {})
        return {"tags": [{"key": key, "value": value} for key, value in tags.items()] if self._listed else dict(tags)}

    def _known(self, request: Mapping[str, Any]) -> str:
        arn: str = request[self._arn]
        if not self._exists(arn):
            raise StandInError(self._missing, f"Resource {arn} not found.", 404)
        return arn
