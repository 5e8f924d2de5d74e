"""Personal data: what identifies a person or opens an account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blueprints.local.stand_ins.comprehend import check_digits
from blueprints.local.stand_ins.comprehend.findings import Finding, after, distinct, rule
from blueprints.local.stand_ins.comprehend.words import MONTHS, STREETS, first_names

NAME = r"[A-Z][\w'-]+(?: [A-Z]\.)?(?: (?:(?:de|van|von|der|la|del) )*[A-Z][\w'-]+){0,3}"
STREET = rf"\d{{1,5}}[a-zA-Z]? (?:[A-Z][\w'-]+ ){{1,3}}(?:{STREETS})\b\.?"
TOWN = r"[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}"
POSTCODE = r"[A-Z]{1,2}\d[\dA-Z]? \d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|\d{4,5}"
DATE = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?[ \t]*(?:of )?(?i:{MONTHS})\.?,?[ \t]*\d{{4}}|(?i:{MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
)
END_OF_ADDRESS = rf"[ \t]*[,\n][ \t]*{TOWN}[ \t]*,?[ \t]*(?:{POSTCODE})\b|[ \t]*,[ \t]*{TOWN}|[ \t]*,?[ \t]*(?:{POSTCODE})\b"
NAME_LABEL = "(?:full |first |last |given |family |account holder )?names?|surname|contact|served by|dear|signed by|attn|applicant"
NAME_LABEL_ABOVE = r"(?m:^(?:Surname|Last name|Given names?|First names?)$)\n(?:[A-Z][a-z]+(?: [a-z]+)*\n)?"
CODE = r"[A-Z]{1,2}\d[\dA-Z]? \d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|\d{4,5}"
CODE = r"(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,18}[A-Z0-9]"


def _phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return 9 <= len(digits) <= 15 and (text.startswith(("+", "(", "0")) or bool(re.fullmatch(r"\d{3}[ .-]\d{3}[ .-]\d{4}", text)))


def _given(text: str) -> bool:
    return text.split()[0].capitalize() in first_names()


def _personal(text: str) -> bool:
    return not re.search(r"\b(Ltd|Inc|GmbH|LLC|PLC|Date|Number)\b", text)


RULES = (
    rule("EMAIL", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", 0.99),
    rule("URL", r"\b(?:https?://|www\.)[^\s,;)]+[^\s.,;)]", 0.97),
    rule("AWS_ACCESS_KEY", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", 0.98),
    after("AWS_SECRET_KEY", r"secret(?: access)? key", r"[A-Za-z0-9/+=]{40}", 0.95),
    rule("INTERNATIONAL_BANK_ACCOUNT_NUMBER", r"\b[A-Z]{2}\d{2}(?:[ \t]?[A-Z0-9]{1,4}){3,8}\b", 0.99, check_digits.iban),
    rule("CREDIT_DEBIT_NUMBER", r"\b\d(?:[ -]?\d){12,18}\b", 0.98, check_digits.luhn),
    after("CREDIT_DEBIT_CVV", "cvv|cvc|security code", r"\d{3,4}\b", 0.93),
    after("CREDIT_DEBIT_EXPIRY", "exp(?:iry|ires|iration)?(?: date)?|valid thru", r"(?:0[1-9]|1[0-2])/\d{2}(?:\d{2})?\b", 0.9),
    after("SWIFT_CODE", "swift(?: code)?|bic", r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b", 0.97),
    after("BANK_ROUTING", "routing(?: number)?|aba", r"\d{9}\b", 0.97, check_digits.routing),
    after("BANK_ACCOUNT_NUMBER", "account(?: number| no)?", r"\d{6,17}\b", 0.93),
    after("US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", "itin", r"9\d{2}-?[5-9]\d-?\d{4}\b", 0.95),
    rule("SSN", r"\b\d{3}-\d{2}-\d{4}\b", 0.96, check_digits.social_security),
    rule("UK_NATIONAL_INSURANCE_NUMBER", r"\b[A-CEGHJ-PR-TW-Z]{2}[ \t]?\d{2}[ \t]?\d{2}[ \t]?\d{2}[ \t]?[A-D]\b", 0.95),
    after("PASSPORT_NUMBER", "passport(?: number| no)?", CODE, 0.93),
    after("DRIVER_ID", "(?:driv(?:er|ing)\\S* )?licen[cs]e(?: number| no)?", CODE, 0.9),
    rule("VEHICLE_IDENTIFICATION_NUMBER", r"\b(?=\w*\d)[A-HJ-NPR-Z0-9]{17}\b", 0.95, check_digits.vehicle),
    after("LICENSE_PLATE", "(?:licen[cs]e|number) plate|registration", r"[A-Z0-9]{2,4}[ -]?[A-Z0-9]{2,4}\b", 0.85),
    rule("MAC_ADDRESS", r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b", 0.97),
    rule("IP_ADDRESS", r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b", 0.95),
    after("PASSWORD", "password|passwort", r"\S{4,}", 0.9),
    after("USERNAME", "user ?name|login", r"[\w.-]{3,}", 0.9),
    after("PIN", "pin(?: code)?", r"\d{4,6}\b", 0.9),
    rule("ADDRESS", rf"{STREET}(?:{END_OF_ADDRESS})?", 0.95),
    rule("ADDRESS", rf"(?m:^){TOWN}, (?:[A-Z]{{1,2}}\d[\dA-Z]? \d[A-Z]{{2}}|[A-Z]{{2}} \d{{5}})\b", 0.85),
    rule("DATE_TIME", rf"\b(?:{DATE})(?:[ \t]+\d{{1,2}}:\d{{2}})?\b", 0.97),
    rule("PHONE", r"(?<![\w.,/-])\+?\(?\d[\d ().\-\t]{6,18}\d(?![\w/-])", 0.94, _phone),
    rule("AGE", r"\b(?:(?i:aged?) \d{1,3}|\d{1,3}(?: |-)years?(?: |-)old)\b", 0.9),
    after("NAME", NAME_LABEL, rf"(?-i:{NAME})(?=[ \t]*(?:[,\n]|$))", 0.93, _personal),
    rule("NAME", rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Se\u00f1or|Mme)\.? (?P<it>{NAME})", 0.95),
    rule("NAME", r"\b(?P<it>[A-Z][a-z]+(?: [A-Z]\.)?(?: [A-Z][\w'-]+){1,2})\b", 0.85, _given),
    rule("NAME", r"(?m:^(?P<it>[A-Z]{2,}(?: [A-Z]{2,}){0,2})$)", 0.8, _given),
    rule("NAME", NAME_LABEL_ABOVE + r"(?P<it>[A-Z]{2,}(?: [A-Z]{2,}){0,2})\b", 0.8),
    rule("NAME", r"(?m:^)(?P<it>[A-Z]{2,}(?:<[A-Z]+)*<<[A-Z]+(?:<[A-Z]+)*)<*(?m:$)", 0.8),
    rule("PASSPORT_NUMBER", rf"(?i:(?:document|passport|card|id) (?:number|no\.?))\n(?:[^\n]+\n)?(?P<it>{CODE})(?m:$)", 0.7),
)  # fmt: skip


def personal_data(text: str) -> list[Finding]:
    """Returns the personal data in the text, none overlapping another."""
    return distinct(_all(text))


def _all(text: str) -> Iterator[Finding]:
    for each in RULES:
        yield from each.apply(text)
