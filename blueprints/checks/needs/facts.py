"""What neither a template nor the code of its functions says about their permissions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# The name of a handler package, or of a state, and an IAM action.
Use = tuple[str, str]


@dataclass(frozen=True)
class Facts:
    """What settings and events decide.

    Args:
        named: ARNs of the resources that events name, by use. ``textract:Read`` stands for the documents that Textract reads.
        also: ARNs by use for permissions that decide what a call answers, such as ``s3:ListBucket`` for a missing object, and for the
            keys of buckets that no template defines; those of models' files by their address.
        unused: Actions that the code can take and the settings switch off, for all packages or as ``package action`` for one.
    """

    named: Mapping[Use, Sequence[str]] = field(default_factory=dict)
    also: Mapping[Use, Sequence[str]] = field(default_factory=dict)
    unused: frozenset[str] = frozenset()
