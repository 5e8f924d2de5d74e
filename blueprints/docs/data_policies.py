"""The section on what becomes of prompts and answers, model by model."""

from blueprints.docs import markdown
from ml_constructs.bedrock.model_list import DataPolicy, ModelFacts, listed_on, models

ACCESS = {True: "yes", False: "no", None: "depends on the account, or nobody says"}
HEADER = ("Provider", "Models", "Operated by", "Provider gets prompts and answers", "Kept", "Opt-out", "Source")


def data_policies() -> str:
    """Returns who sees what is said to the listed models, by provider and policy."""
    groups: dict[tuple[str, DataPolicy], list[ModelFacts]] = {}
    for facts in models().values():
        groups.setdefault((facts.provider, facts.data_policy), []).append(facts)
    return _INTRODUCTION.format(date=listed_on()) + markdown.table(HEADER, [_row(*key, found) for key, found in groups.items()])


def _row(provider: str, policy: DataPolicy, found: list[ModelFacts]) -> tuple[str, ...]:
    names = ", ".join(markdown.code(facts.id) for facts in found)
    access = ACCESS[policy.provider_access]
    return (provider, names, policy.operator, access, policy.retention, policy.opt_out or "none", f"[AWS]({policy.source})")


_INTRODUCTION = (
    "As AWS described them on {date}. Other models work too, with a warning at synthesis. A `compliance` profile other than baseline "
    "refuses models whose provider gets prompts and answers, or may get them, and models that are not listed. Which regions text may be "
    "taken to, `data_may_move_to` says.\n\n"
)
