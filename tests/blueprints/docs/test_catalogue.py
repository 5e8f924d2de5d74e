from blueprints.docs.catalogue import table
from stacks.catalogue import Entry

ENTRIES = {
    name: Entry(name=name, title=name, tier=tier, summary=f"Does {name}.", services=(), class_prefix="X")
    for name, tier in (("speech", "ai-services"), ("base", "foundation"), ("forms", "ai-services"))
}


def test_blueprints_are_listed_by_tier_and_name_with_their_pages() -> None:
    rows = table("pages", ENTRIES).splitlines()[2:]
    assert rows == [
        "| [base](pages/base.md) | foundation | Does base. |",
        "| [forms](pages/forms.md) | ai-services | Does forms. |",
        "| [speech](pages/speech.md) | ai-services | Does speech. |",
    ]


def test_every_blueprint_of_the_catalogue_is_listed() -> None:
    assert "[document-analysis](pages/document-analysis.md)" in table("pages")
