"""Names for what AWS gives none, which never stand in the way of a replacement."""

import hashlib
import json
import re
from typing import Any

from aws_cdk import Stack
from constructs import Construct

from ml_constructs.foundation.stack_ids import SHORT_ID, short_id

HASH_LENGTH = 8


def content_hash(scope: Construct, *parts: Any) -> str:
    """Changes with anything in ``parts``, which may hold tokens of the stack of ``scope``."""
    text = json.dumps(Stack.of(scope).resolve(list(parts)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def unique_name(scope: Construct, *forces: Any, max_length: int) -> str:
    """The name of the stack, and a hash of the place of ``scope`` in the app and of what forces a replacement.

    CloudFormation makes the new resource before it deletes the old one, so that the two need different names.

    Args:
        scope: Where the resource is defined.
        forces: What CloudFormation replaces the resource for, tokens included.
        max_length: Characters that AWS allows; lower-case letters, digits and single hyphens are used.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
    """
    slug = re.sub(r"[^a-z0-9]+", "-", Stack.of(scope).stack_name.lower())
    kept = slug[: max_length - HASH_LENGTH - 1].strip("-")
    return f"{kept}-{content_hash(scope, scope.node.path, *forces)}"


def lasting_name(scope: Construct, *forces: Any, max_length: int) -> str:
    """The same for what may be kept when its stack goes: told apart from what an earlier stack of the same name has left.

    Args:
        scope: Where the resource is defined.
        forces: What CloudFormation replaces the resource for, tokens included.
        max_length: Characters that AWS allows.
    """
    return f"{unique_name(scope, *forces, max_length=max_length - SHORT_ID - 1)}-{short_id()}"
