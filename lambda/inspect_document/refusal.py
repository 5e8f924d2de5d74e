"""Why a document is not analysed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One of EMPTY, TOO_LARGE, UNSUPPORTED_TYPE, CORRUPT, ENCRYPTED, TOO_MANY_PAGES, GONE, with a sentence for the sender."""

    code: str
    message: str


class Refused(Exception):  # noqa: N818 - a verdict, not an error
    """Ends an inspection with a refusal."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.reason = Refusal(code, message)
