"""The table of all blueprints, for the README and the index of the documentation."""

from collections.abc import Mapping

from blueprints.docs import markdown
from stacks.catalogue import CATALOGUE, TIERS, Entry


def table(pages: str, entries: Mapping[str, Entry] = CATALOGUE) -> str:
    """Returns the catalogue by tier, with links to the pages.

    Args:
        pages: Where the pages lie, seen from the file that the table stands in.
        entries: The blueprints by name.
    """
    ordered = sorted(entries.values(), key=lambda entry: (TIERS.index(entry.tier), entry.name))
    rows = [(f"[{entry.name}]({pages}/{entry.name}.md)", entry.tier, entry.summary) for entry in ordered]
    return markdown.table(("Blueprint", "Tier", "What it does"), rows)
