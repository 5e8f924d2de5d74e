"""Personal data, and other texts of a known form, that a guardrail blocks or masks."""

from dataclasses import dataclass

from ml_constructs.bedrock.guardrail_checks import check_choice, check_length

ACTIONS = ("BLOCK", "ANONYMIZE", "NONE")
KINDS = (
    *("ADDRESS", "AGE", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "CA_HEALTH_NUMBER", "CA_SOCIAL_INSURANCE_NUMBER", "CREDIT_DEBIT_CARD_CVV"),
    *("CREDIT_DEBIT_CARD_EXPIRY", "CREDIT_DEBIT_CARD_NUMBER", "DRIVER_ID", "EMAIL", "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "IP_ADDRESS"),
    *("LICENSE_PLATE", "MAC_ADDRESS", "NAME", "PASSWORD", "PHONE", "PIN", "SWIFT_CODE", "UK_NATIONAL_HEALTH_SERVICE_NUMBER"),
    *("UK_NATIONAL_INSURANCE_NUMBER", "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER", "URL", "USERNAME", "US_BANK_ACCOUNT_NUMBER"),
    *("US_BANK_ROUTING_NUMBER", "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", "US_PASSPORT_NUMBER", "US_SOCIAL_SECURITY_NUMBER"),
    "VEHICLE_IDENTIFICATION_NUMBER",
)


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """One kind of personal data.

    Args:
        kind: One of ``KINDS``.
        action: ``BLOCK``, ``ANONYMIZE`` to put the kind in its place, or ``NONE`` to report alone.
        input_action: The same for questions and documents only.
        output_action: The same for answers only.

    Raises:
        ValueError: A kind or an action that guardrails don't offer.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html
    """

    kind: str
    action: str = "ANONYMIZE"
    input_action: str | None = None
    output_action: str | None = None

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, KINDS)
        _check_actions(self.action, self.input_action, self.output_action)


@dataclass(frozen=True, kw_only=True)
class Regex:
    """Texts that match a regular expression, such as the numbers of customers.

    Args:
        name: What stands in place of a masked text, at most 100 characters.
        pattern: At most 500 characters, without looking around.
        description: At most 1000 characters.
        action: ``BLOCK``, ``ANONYMIZE``, or ``NONE`` to report alone.
        input_action: The same for questions and documents only.
        output_action: The same for answers only.

    Raises:
        ValueError: A text that is empty or too long, or an action that guardrails don't offer.
    """

    name: str
    pattern: str
    description: str | None = None
    action: str = "ANONYMIZE"
    input_action: str | None = None
    output_action: str | None = None

    def __post_init__(self) -> None:
        check_length("name", self.name, 100)
        check_length("pattern", self.pattern, 500)
        if self.description is not None:
            check_length("description", self.description, 1000)
        _check_actions(self.action, self.input_action, self.output_action)


def _check_actions(action: str, input_action: str | None, output_action: str | None) -> None:
    for name, given in (("action", action), ("input_action", input_action), ("output_action", output_action)):
        if given is not None:
            check_choice(name, given, ACTIONS)
