"""How far an Aurora cluster scales."""

from dataclasses import dataclass

STEP = 0.5
LEAST_MAXIMUM, MAX_UNITS = 1.0, 256.0


@dataclass(frozen=True, kw_only=True)
class AuroraCapacity:
    """How far a serverless cluster scales, in Aurora capacity units of 2 GiB of memory.

    Args:
        minimum: 0.5 to 256, in steps of 0.5; a cluster that pauses at 0 lets the first ingestions fail.
        maximum: 1 to 256, in steps of 0.5, and no less than the minimum.

    Raises:
        ValueError: Another number.

    See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    """

    minimum: float = 0.5
    maximum: float = 4

    def __post_init__(self) -> None:
        for name, least in (("minimum", STEP), ("maximum", max(LEAST_MAXIMUM, self.minimum))):
            value = getattr(self, name)
            if not least <= value <= MAX_UNITS or value % STEP:
                raise ValueError(f"{name} must be from {least:g} to {MAX_UNITS:g} in steps of {STEP}, got {value}")
