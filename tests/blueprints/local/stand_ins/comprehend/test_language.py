"""Languages are told apart."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend.language import languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The instruments remain the property of the company until they are paid for in full.", "en"),
        ("Los instrumentos siguen siendo propiedad de la empresa hasta que se hayan pagado.", "es"),
        ("Die Geräte bleiben bis zur vollständigen Bezahlung Eigentum der Firma.", "de"),
        ("Les instruments restent la propriété de la société jusqu'au paiement complet.", "fr"),
        ("代金が全額支払われるまで、機器は会社の所有物です。", "ja"),
    ],
)
def test_names_the_language(text: str, code: str) -> None:
    found = languages(text)
    assert found[0][0] == code
    assert 0.7 < found[0][1] < 1
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_a_text_that_could_be_many_languages_is_not_sure() -> None:
    found = languages("LINDQVIST K48209173")
    assert found[0][1] < 0.9
