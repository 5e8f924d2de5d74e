from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, model_validator

from stacks.settings.models import ExistingNetwork, NetworkChoice, SettingsModel, TagKey
from stacks.settings.problems import Problem, SettingsError, collect, located, nearest, shown


class Inner(SettingsModel):
    size: Annotated[int, Field(ge=1, le=9)] = 1
    kinds: tuple[Literal["forms", "tables"], ...] = ()


class Circle(SettingsModel):
    shape: Literal["circle"]
    radius: Annotated[int, Field(ge=1)] = 1


class Square(SettingsModel):
    shape: Literal["square"]


class Model(SettingsModel):
    mode: Literal["keep", "destroy"] = "keep"
    inner: Inner = Inner()
    inners: tuple[Inner, ...] = ()
    network: NetworkChoice | None = None
    tags: Mapping[TagKey, str] = {}
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    needed: str | None = None
    figure: Annotated[Circle | Square, Field(discriminator="shape")] = Circle(shape="circle")

    @model_validator(mode="after")
    def _share_suits_mode(self) -> "Model":
        if self.mode == "destroy" and self.share == 1:
            raise ValueError("share must be below 1 when mode is destroy, got 1")
        return self


def found(data: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate(data)
    return {problem.path: problem.message for problem in collect(caught.value, data, Model)}


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({"mode": "destory"}, "mode", '"destory" is not allowed; allowed: keep, destroy; did you mean destroy?'),
        ({"mode": 3}, "mode", "3 is not allowed; allowed: keep, destroy"),
        ({"inner": {"size": 0}}, "inner.size", "0 is not allowed; allowed: a whole number, 1 to 9"),
        ({"inner": {"size": "many"}}, "inner.size", '"many" is not allowed; allowed: a whole number, 1 to 9'),
        (
            {"inner": {"kinds": ["forms", "tabels"]}},
            "inner.kinds[1]",
            '"tabels" is not allowed; allowed: forms, tables; did you mean tables?',
        ),
        ({"inner": {"kinds": "forms"}}, "inner.kinds", '"forms" is not allowed; allowed: a list, each forms, tables'),
        ({"inners": [{"size": 1}, {"size": 10}]}, "inners[1].size", "10 is not allowed; allowed: a whole number, 1 to 9"),
        ({"share": 0}, "share", "0 is not allowed; allowed: a number above 0 and at most 1"),
        ({"network": "wifi"}, "network", '"wifi" is not allowed; allowed: own, foundation, none'),
        ({"tags": {"aws:x": "y"}}, "tags.aws:x", "a tag must not start with aws:, got aws:x"),
        ({"tags": {"": "y"}}, "tags.", '"" is not allowed as a key'),
        ({"figure": {"shape": "line"}}, "figure", 'shape "line" is not allowed; allowed: circle, square'),
        ({"figure": {"radius": 2}}, "figure", "shape is missing; allowed: circle, square"),
        ({"figure": {"shape": "circle", "radius": 0}}, "figure.radius", "0 is not allowed; allowed: a whole number, at least 1"),
        ({"inner": None}, "inner", "null is not allowed; allowed: a mapping with size, kinds"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(data: Any, path: str, message: str) -> None:
    assert found(data)[path].startswith(message)


def test_an_unknown_key_is_named_with_the_known_ones() -> None:
    assert found({"inner": {"sise": 3}}) == {"inner.sise": "is not a setting here; did you mean size?; allowed: kinds, size"}


def test_a_missing_key_is_named_with_what_it_takes() -> None:
    network = {"vpc_id": "vpc-0123456789abcdef0", "subnet_ids": ["subnet-0123456789abcdef0"], "availability_zones": ["eu-west-1a"]}
    (problem,) = found({"network": network}).items()
    assert problem == (
        "network.security_group_ids",
        "is missing; allowed: a list of 1 to 5 entries, each text matching ^sg-[0-9a-f]{8,17}$",
    )


def test_everything_is_reported_at_once_and_each_place_once() -> None:
    data = {"mode": "x", "inner": {"size": "x", "kinds": [1, 2]}, "network": {"vpc_id": 3}, "other": 1}
    assert sorted(found(data)) == [
        *("inner.kinds[0]", "inner.kinds[1]", "inner.size", "mode", "network.availability_zones"),
        *("network.security_group_ids", "network.subnet_ids", "network.vpc_id", "other"),
    ]


def test_a_rule_across_settings_speaks_for_itself() -> None:
    assert found({"mode": "destroy", "share": 1}) == {"": "share must be below 1 when mode is destroy, got 1"}


def test_subnets_need_as_many_zones() -> None:
    network = {"vpc_id": "vpc-01234567", "subnet_ids": ["subnet-01234567"] * 2, "availability_zones": ["eu-west-1a"]}
    with pytest.raises(ValidationError, match="must be equally many, got 2 subnet_ids and 1 availability_zones"):
        ExistingNetwork(**network, security_group_ids=("sg-01234567",))  # type: ignore[arg-type]


def test_an_error_lists_its_problems_by_line_with_file_and_path() -> None:
    problems = [Problem(("b", 0), "is wrong", line=7), Problem((), "is empty"), Problem(("a",), "is wrong too", line=3)]
    assert str(SettingsError(Path("x.yaml"), problems)) == "x.yaml: is empty\nx.yaml:3: a: is wrong too\nx.yaml:7: b[0]: is wrong"


def test_lines_are_added_where_they_are_not_known() -> None:
    problems = located([Problem(("a",), "x"), Problem(("b",), "y", line=9)], lambda location: len(location))
    assert [problem.line for problem in problems] == [1, 9]


def test_a_name_far_from_all_others_gets_no_suggestion() -> None:
    assert nearest("quantum", ["text", "forms"]) == ""


def test_a_long_value_is_shortened() -> None:
    assert shown("x" * 200) == '"' + "x" * 76 + "..."
