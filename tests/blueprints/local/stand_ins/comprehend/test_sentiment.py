"""The mood is the one with the largest share."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend.sentiment import sentiment


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Thank you, the bread was excellent and the staff were wonderful!", "POSITIVE"),
        ("The delivery was late, the goods were damaged and nobody helped. Terrible.", "NEGATIVE"),
        ("The invoice is dated 4 June.", "NEUTRAL"),
        ("I love the bread but I hate the long wait.", "MIXED"),
    ],
)
def test_judges_the_mood(text: str, mood: str) -> None:
    found, shares = sentiment(text)
    assert found == mood
    assert sum(shares.values()) == pytest.approx(1)
    assert all(0 <= share < 1 for share in shares.values())
    assert max(shares, key=lambda each: shares[each]).upper() == mood
