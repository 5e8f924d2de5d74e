"""Adaptations of how ministack names principals in conditions."""

from __future__ import annotations

from typing import Any

SESSION = ":assumed-role/"


def sessions_are_known_by_their_roles() -> None:
    """``aws:PrincipalArn`` of a session is the ARN of its role, not that of the session.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn.
    """
    from ministack.core import iam_evaluator
    from ministack.services import iam

    resolve = iam_evaluator._resolve_condition_key

    def resolve_role(key: str, context: Any) -> Any:
        found = resolve(key, context)
        if key.lower() != "aws:principalarn" or SESSION not in (found or ""):
            return found
        role = iam._roles.get(found.partition(SESSION)[2].partition("/")[0])
        return role["Arn"] if role else found

    iam_evaluator._resolve_condition_key = resolve_role
