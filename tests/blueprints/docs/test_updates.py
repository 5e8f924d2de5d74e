from typing import Any

from blueprints.docs.template import Template
from blueprints.docs.updates import change, create_only


def table(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties, "Metadata": {"aws:cdk:path": f"stack/{name}/Resource"}}


def names(resources: Any) -> list[str]:
    return [resource.name for resource in resources]


def test_fixed_properties_come_from_the_registry_schema() -> None:
    assert "TableName" in create_only("AWS::DynamoDB::Table")


def test_a_type_that_the_registry_does_not_know_has_none() -> None:
    assert create_only("AWS::Made::Up") == ()


def test_a_changed_fixed_property_replaces_and_another_does_not() -> None:
    before = Template({"Resources": {"A": table("A", TableName="x"), "B": table("B", BillingMode="PROVISIONED")}})
    after = Template({"Resources": {"A": table("A", TableName="y"), "B": table("B", BillingMode="PAY_PER_REQUEST")}})
    found = change(before, after)
    assert (names(found.replaced), names(found.updated)) == (["A"], ["B"])


def test_a_new_logical_id_at_the_same_place_replaces() -> None:
    found = change(Template({"Resources": {"A1": table("A")}}), Template({"Resources": {"A2": table("A")}}))
    assert (names(found.replaced), found.removed, found.added) == (["A"], (), ())


def test_what_hangs_on_a_replaced_resource_by_a_fixed_property_is_replaced_with_it() -> None:
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": {"Fn::GetAtt": ["A", "StreamArn"]}}}
    before = Template({"Resources": {"A": table("A", TableName="x"), "M": mapping}})
    after = Template({"Resources": {"A": table("A", TableName="y"), "M": mapping}})
    assert names(change(before, after).replaced) == ["A", "M"]


def test_what_is_only_in_one_template_is_removed_or_added() -> None:
    found = change(Template({"Resources": {"A": table("A")}}), Template({"Resources": {"B": table("B")}}))
    assert (names(found.removed), names(found.added)) == (["A"], ["B"])


def test_metadata_is_no_change() -> None:
    before, after = table("A"), table("A")
    after["Metadata"]["more"] = True
    assert change(Template({"Resources": {"A": before}}), Template({"Resources": {"A": after}})).updated == ()


def test_a_resource_whose_id_follows_its_content_is_replaced_with_the_content() -> None:
    before, after = ({"Resources": {f"V{end}": table(f"Rail/Version{end}")}} for end in ("417e2da008", "b9b0832e78"))
    found = change(Template(before), Template(after))
    assert (names(found.replaced), found.removed, found.added) == (["Rail/Versionb9b0832e78"], (), ())


def test_resources_that_only_their_hashes_tell_apart_are_not_taken_for_one() -> None:
    both = {"A": table("Access12345678"), "B": table("Access87654321")}
    found = change(Template({"Resources": both}), Template({"Resources": {"A": both["A"]}}))
    assert names(found.replaced) == []
