"""SageMaker's resources of one kind by their names, told as the service tells them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.local.sagemaker.naming import arn, invalid

Record = dict[str, Any]
Request = Mapping[str, Any]
PAGE = 10


class Records:
    """Keeps resources, and pages through them.

    Args:
        kind: The kind as ARNs name it, ``endpoint-config`` for example.
        member: The beginning of the names of its members in the API, ``EndpointConfig`` for example.
        words: What messages call it.
    """

    def __init__(self, kind: str, member: str, words: str) -> None:
        self.kind, self.member, self._words = kind, member, words
        self._lock = threading.Lock()
        self._kept: dict[str, Record] = {}

    def __iter__(self) -> Iterator[Record]:
        """Yields what is kept now."""
        return iter(list(self._kept.values()))

    def add(self, request: Request) -> Record:
        """Keeps a new resource and returns it, with its ARN and times.

        Raises:
            StandInError: The name is taken.
        """
        name = request[f"{self.member}Name"]
        now = datetime.now(UTC)
        given = {key: value for key, value in request.items() if key != "Tags"}
        record = {**given, f"{self.member}Arn": arn(self.kind, name), "CreationTime": now, "LastModifiedTime": now}
        with self._lock:
            if name in self._kept:
                raise invalid(f'Cannot create already existing {self._words} "{arn(self.kind, name)}".')
            self._kept[name] = record
        return record

    def get(self, name: str) -> Record:
        """Returns a resource.

        Raises:
            StandInError: There is none of this name.
        """
        if name not in self._kept:
            raise invalid(f'Could not find {self._words} "{arn(self.kind, name)}".')
        return self._kept[name]

    def find(self, name: str) -> Record | None:
        """Returns a resource, if there is one of this name."""
        return self._kept.get(name)

    def remove(self, name: str) -> Record:
        """Forgets a resource and returns it.

        Raises:
            StandInError: There is none of this name.
        """
        record = self.get(name)
        with self._lock:
            self._kept.pop(name, None)
        return record

    def list(self, request: Request, members: Iterable[str], *, status: str = "", only: Callable[[Record], bool] = bool) -> Record:
        """Answers a ``List`` operation with the ``members`` of each resource.

        Args:
            request: The operation's input.
            members: What is told of each.
            status: The member that ``StatusEquals`` is about.
            only: Tells which resources may be told at all.
        """
        found = [record for record in self if only(record) and self._asked_for(record, request, status)]
        by = f"{self.member}Name" if request.get("SortBy") == "Name" else "CreationTime"
        found.sort(key=lambda record: record[by], reverse=request.get("SortOrder", "Descending") == "Descending")
        start, most = int(request.get("NextToken") or 0), int(request.get("MaxResults") or PAGE)
        rows = [{name: record[name] for name in members if name in record} for record in found[start : start + most]]
        rest = {"NextToken": str(start + most)} if start + most < len(found) else {}
        return {f"{self.member}s": rows, **rest}

    def _asked_for(self, record: Record, request: Request, status: str) -> bool:
        wanted = request.get("StatusEquals")
        return str(request.get("NameContains") or "").lower() in record[f"{self.member}Name"].lower() and (
            not wanted or record.get(status) == wanted
        )
