from blueprints.checks.needs.facts import Facts


def test_nothing_is_told_unless_it_is_said() -> None:
    facts = Facts()
    assert (facts.named, facts.also, facts.unused) == ({}, {}, frozenset())
