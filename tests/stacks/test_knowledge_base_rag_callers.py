import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.knowledge_base_rag_callers import LimitSettings, TenancySettings, UserSettings


def test_users_need_a_second_factor_unless_told_otherwise() -> None:
    assert (UserSettings().mfa, UserSettings(mfa="optional").mfa) == ("required", "optional")


def test_documents_belong_to_nobody_unless_told_otherwise() -> None:
    tenancy = TenancySettings()
    assert (tenancy.enabled, tenancy.claim, tenancy.attribute) == (False, "custom:tenant", "tenant")


@pytest.mark.parametrize(
    ("part", "settings", "message"),
    [
        (TenancySettings, {"claim": "sub"}, "pattern"),
        (TenancySettings, {"attribute": "1st"}, "pattern"),
        (UserSettings, {"pool_arn": "eu-west-1_Abc123XyZ"}, "pattern"),
        (UserSettings, {"client_ids": ("an app",)}, "pattern"),
        (UserSettings, {"client_ids": ("app",) * 21}, "at most 20"),
        (LimitSettings, {"question_characters": 20_001}, "less than or equal to 20000"),
        (LimitSettings, {"requests_per_address": 9}, "greater than or equal to 10"),
    ],
)
def test_values_that_aws_does_not_take_are_refused(part: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        part.model_validate(settings)
