"""The permissions section: role by role, what may be done to what."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.docs import markdown
from blueprints.docs.policies import Role, Statement, many, roles
from blueprints.docs.template import Template

LAMBDA = "lambda.amazonaws.com"
HEADER = ("Actions", "On", "Only if")
Row = tuple[str, str, str]


def permissions(templates: Mapping[str, Template]) -> str:
    """Returns the roles of the first template as Markdown, then what roles of the further ones add.

    Args:
        templates: Templates by the names of their samples.
    """
    first = next(iter(templates.values()))
    shared = _shared(first, roles(first))
    parts = {"": markdown.section("Every function", markdown.table(HEADER, shared), level=3)} if shared else {}
    told: dict[str, list[Row]] = {}
    for sample, template in templates.items():
        for role in roles(template):
            name, rows = role.resource.name, [row for row in _rows(template, role) if row not in shared]
            if name not in told:
                parts[name] = markdown.section(name, _trust(template, role), markdown.table(HEADER, rows), level=3)
            elif LAMBDA not in role.services and (further := [row for row in rows if _is_new(row, told[name])]):
                parts[name] += f"\nWith `{sample}.yaml` also:\n\n{markdown.table(HEADER, further)}"
            told.setdefault(name, []).extend(rows)
    return "\n".join(parts.values())


def _is_new(row: Row, told: Sequence[Row]) -> bool:
    """Whether a row has an action, or a condition, that no row so far has."""
    actions = {action for known, _, _ in told for action in known.split(", ")}
    return not actions.issuperset(row[0].split(", ")) or bool(row[2] and row[2] not in {known[2] for known in told})


def _shared(template: Template, found: list[Role]) -> list[Row]:
    """Rows that all functions have in common."""
    functions = [role for role in found if LAMBDA in role.services and not role.resource.is_framework]
    counts = Counter(row for role in functions for row in set(_rows(template, role)))
    return sorted(row for row, count in counts.items() if len(functions) > 2 and count == len(functions))


def _rows(template: Template, role: Role) -> list[Row]:
    managed = [
        (f"all of {markdown.code(template.text(arn).rsplit('/', 1)[-1])}", "what the managed policy names", "") for arn in role.managed
    ]
    return managed + [_row(template, statement) for statement in role.statements]


def _row(template: Template, statement: Statement) -> Row:
    actions = ", ".join(markdown.code(action) for action in statement.actions)
    resources = ", ".join(dict.fromkeys(markdown.code(template.text(resource)) for resource in statement.resources))
    return ("**denied:** " + actions if statement.effect == "Deny" else actions, resources, condition(template, statement.condition))


def condition(template: Template, conditions: Mapping[str, Any]) -> str:
    """Returns a condition block in one line."""
    return "; ".join(
        f"{markdown.code(key)} {operator} {' or '.join(markdown.code(template.text(value)) for value in many(values))}"
        for operator, pairs in conditions.items()
        for key, values in pairs.items()
    )


def _trust(template: Template, role: Role) -> str:
    conditions = [condition(template, statement["Condition"]) for statement in role.trust if "Condition" in statement]
    who = " and ".join(markdown.code(service) for service in role.services) or "another principal"
    return f"Assumed by {who}{', only if ' + '; '.join(conditions) if conditions else ''}.\n"
