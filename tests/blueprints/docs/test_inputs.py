from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from blueprints.docs.inputs import inputs, outputs, shown
from blueprints.docs.template import Template


class Review(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    hours: int = Field(24, ge=1, le=72)
    """How long a reviewer has."""


class Settings(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    mode: Literal["fast", "slow"] = "fast"
    """How it
    works."""
    owner: str
    """Who is asked."""
    review: Review = Review()
    """Review by people."""


def test_a_setting_has_its_values_default_and_description_from_the_model() -> None:
    assert "| `mode` | text | fast, slow | `fast` | How it works. |" in inputs(Settings)


def test_a_setting_without_default_is_required() -> None:
    assert "| `owner` | text |  | required | Who is asked. |" in inputs(Settings)


def test_nested_settings_are_named_by_their_path() -> None:
    assert "| `review.hours` |" in inputs(Settings)
    assert "| `24` | How long a reviewer has. |" in inputs(Settings)


def test_values_are_shown_as_in_a_settings_file() -> None:
    assert [shown(value) for value in (None, True, "x", ["ä"])] == ["not set", "`true`", "`x`", '`["ä"]`']


def test_outputs_say_what_they_refer_to(template: Template) -> None:
    assert "| `InboxName` | Put pages here | Storage/Inbox |" in outputs(template, {})


def test_an_output_without_description_gets_the_hand_written_one_and_those_of_the_cdk_are_left_out() -> None:
    template = Template({"Outputs": {"QueueUrl": {"Value": "x"}, "ApiRestEndpoint4D57D423": {"Value": "y"}}})
    assert outputs(template, {"QueueUrl": "Where to send"}).splitlines()[2:] == ["| `QueueUrl` | Where to send | x |"]
