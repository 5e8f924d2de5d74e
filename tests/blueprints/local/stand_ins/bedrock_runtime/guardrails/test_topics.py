"""Topics are recognised by their meaning."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.bedrock_runtime.guardrails.topics import assess

INVESTMENT = {
    "name": "Investment advice",
    "definition": "Recommendations about buying or selling stocks, bonds, funds or other investments.",
    "examples": ["Should I buy Tesla stock?", "Which fund is best for my savings?"],
    "type": "DENY",
}


@pytest.mark.parametrize(
    ("text", "detected"),
    [
        ("Is it a good moment to purchase Apple shares?", True),
        ("Hello. Which funds should I put my savings into? Thank you.", True),
        ("buy Tesla stock", True),
        ("How many days of leave do I have?", False),
        ("## Pension fund\nThe employer pays nine percent. It is paid monthly.", False),
    ],
)
def test_a_sentence_about_the_topic_is_enough(text: str, detected: bool) -> None:
    expected = {"name": "Investment advice", "type": "DENY", "action": "BLOCKED" if detected else "NONE", "detected": detected}
    assert assess({"topics": [INVESTMENT]}, "input", [text]) == {"topics": [expected]}


def test_a_topic_needs_no_examples_and_can_be_off() -> None:
    plain = {key: value for key, value in INVESTMENT.items() if key != "examples"}
    assert assess({"topics": [plain]}, "input", ["Buy stocks and bonds, not funds."])["topics"][0]["detected"]
    assert assess({"topics": [{**plain, "inputEnabled": False}]}, "input", ["Buy stocks and bonds."]) == {"topics": []}


def test_nothing_is_about_no_topic() -> None:
    assert not assess({"topics": [INVESTMENT]}, "input", [])["topics"][0]["detected"]
