"""Words that rules know: months, streets, companies, first names, and words that name nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?"
    "|Dec(?:ember)?|Januar|Februar|M\u00e4rz|Mai|Juni|Juli|Oktober|Dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre"
    "|octubre|noviembre|diciembre|janvier|f\u00e9vrier|mars|avril|juin|juillet|ao\u00fbt|septembre|octobre|novembre|d\u00e9cembre"
)
STREETS = (
    "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Dr|Way|Court|Ct|Square|Place|Pl|Boulevard|Blvd|Terrace|Row|Hill|Crescent|Gardens"
    "|Walk|Quay"
)
COMPANY_ENDS = (
    r"Ltd|Limited|Inc|LLC|LLP|PLC|plc|Corp|Corporation|GmbH|AG|KG|SE|SA|S\.A\.|SAS|SARL|SpA|Srl|BV|B\.V\.|NV|AB|Oy|ApS|A/S|Pty|Co"
)
INSTITUTIONS = (
    "Bank|University|College|School|Academy|Institute|Observatory|Library|Museum|Hospital|Clinic|Council|Ministry|Department|Agency"
    "|Association|Society|Foundation|Trust|Bakery|Hotel|Restaurant|Pharmacy|Brewery|Airlines|Railways|Insurance|Group|Holdings"
    "|Instruments|Industries"
)
COUNTRIES = (
    "Austria|Australia|Belgium|Brazil|Canada|China|Denmark|Finland|France|Germany|Greece|India|Ireland|Italy|Japan|Mexico|Netherlands"
    "|New Zealand|Norway|Poland|Portugal|Spain|Sweden|Switzerland|Turkey|United Kingdom|United States|England|Scotland|Wales|Utopia"
)
LISTS = Path(__file__).with_name("words.yaml")


def first_names() -> frozenset[str]:
    """Returns common first names."""
    return frozenset(_lists()["first_names"].split())


def languages() -> frozenset[str]:
    """Returns the codes of the languages that Comprehend names."""
    return frozenset(_lists()["languages"].split())


def function_words(code: str) -> frozenset[str]:
    """Returns the words of a language that name nothing; none for a language without a list."""
    return frozenset(_lists()["function_words"].get(code, "").split())


def determiners(code: str) -> frozenset[str]:
    """Returns the words of a language that belong to the noun after them; none for a language without a list."""
    return frozenset(_lists()["determiners"].get(code, "").split())


@cache
def _lists() -> dict[str, Any]:
    lists: dict[str, Any] = yaml.safe_load(LISTS.read_text(encoding="utf-8"))
    return lists
