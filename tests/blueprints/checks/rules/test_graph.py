from blueprints.checks.rules.graph import dependencies, references, resources

TEMPLATE = {
    "Resources": {
        "A": {"Type": "One", "Properties": {"X": {"Ref": "B"}}},
        "B": {"Type": "Two", "DependsOn": ["C"]},
        "C": {"Type": "Two", "Properties": {"X": {"Fn::Sub": "${A.Arn}"}}},
    }
}


def test_resources_are_chosen_by_type() -> None:
    assert [name for name, _ in resources(TEMPLATE, "Two")] == ["B", "C"]
    assert [name for name, _ in resources(TEMPLATE)] == ["A", "B", "C"]


def test_references_in_every_notation_are_found() -> None:
    value = [{"Ref": "A"}, {"Fn::GetAtt": "B.Arn"}, {"Fn::GetAtt": ["C", "Arn"]}, {"Fn::Sub": ["${D} ${x} ${!y}", {"x": {"Ref": "E"}}]}]
    assert references(value) == {"A", "B", "C", "D", "E"}


def test_dependencies_are_followed_even_in_a_circle() -> None:
    assert dependencies(TEMPLATE, "A") == {"A", "B", "C"}
