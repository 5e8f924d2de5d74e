"""What Textract demands of a request, beyond what its model says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins import StandInError

FEATURES = ("TABLES", "FORMS", "QUERIES", "SIGNATURES", "LAYOUT")
QUERIES_SYNCHRONOUS, QUERIES_ASYNCHRONOUS = 15, 30
QUERY_SIGNS = re.compile(r"""^[a-zA-Z0-9\s!"#$%'&()*+,\-./:;=?@\[\\\]^_`{|}~><]{1,200}$""")
PAGES = re.compile(r"^(\*|[1-9]\d*(-([1-9]\d*|\*))?)$")
TOKEN = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
TAG = re.compile(r"^[a-zA-Z0-9_.\-:]{1,64}$")


@dataclass(frozen=True)
class Features:
    """What to look for besides text.

    See https://docs.aws.amazon.com/textract/latest/dg/API_AnalyzeDocument.html
    """

    kinds: frozenset[str] = frozenset()
    queries: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, request: dict[str, Any], *, asynchronous: bool) -> Features:
        """Reads and checks the features of a request.

        Raises:
            StandInError: ``InvalidParameterException``.
        """
        kinds = request.get("FeatureTypes") or []
        if not kinds or not set(kinds) <= set(FEATURES):
            raise invalid(f"FeatureTypes must be one or more of {', '.join(FEATURES)}, got {kinds}")
        for name in ("HumanLoopConfig", "AdaptersConfig"):
            if name in request:
                raise invalid(f"{name} is not available in this account")
        queries = (request.get("QueriesConfig") or {}).get("Queries") or []
        if bool(queries) != ("QUERIES" in kinds):
            raise invalid("QueriesConfig must be given if and only if FeatureTypes contains QUERIES")
        most = QUERIES_ASYNCHRONOUS if asynchronous else QUERIES_SYNCHRONOUS
        if len(queries) > most:
            raise invalid(f"QueriesConfig must hold at most {most} queries, got {len(queries)}")
        for query in queries:
            _check_query(query)
        return cls(frozenset(kinds), tuple(queries))


def check_start(request: dict[str, Any]) -> None:
    """Checks what all asynchronous requests have in common.

    Raises:
        StandInError: ``InvalidParameterException``.
    """
    for name, pattern in (("ClientRequestToken", TOKEN), ("JobTag", TAG)):
        if name in request and not pattern.match(request[name]):
            raise invalid(f"{name} must match {pattern.pattern}, got {request[name]!r}")
    if "DocumentLocation" not in request:
        raise invalid("DocumentLocation is missing")
    if "KMSKeyId" in request and "OutputConfig" not in request:
        raise invalid("KMSKeyId needs OutputConfig")


def invalid(message: str) -> StandInError:
    """Returns an ``InvalidParameterException``."""
    return StandInError("InvalidParameterException", f"Request has invalid parameters: {message}")


def _check_query(query: dict[str, Any]) -> None:
    for name in ("Text", "Alias"):
        text = query.get(name, "" if name == "Text" else "unnamed")
        if not QUERY_SIGNS.match(text) or not text.strip():
            raise invalid(f"{name} of a query must be 1 to 200 of the signs that Textract allows, got {text!r}")
    pages = query.get("Pages") or []
    if not all(PAGES.match(part) for part in pages) or ("*" in pages and len(pages) > 1):
        raise invalid(f"Pages of a query must be like ['1', '3-5'] or ['*'], got {pages}")
