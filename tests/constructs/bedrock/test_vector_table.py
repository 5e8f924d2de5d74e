import pytest

from blueprints.checks.rules.graph import dependencies
from tests.constructs.bedrock.aurora_scene import AuroraScene, aurora_scene


@pytest.fixture(scope="module")
def scene() -> AuroraScene:
    return aurora_scene()


def test_its_function_is_told_where_and_how_long(scene: AuroraScene) -> None:
    properties = scene.properties(scene.kept.table.resource)
    assert {name: properties[name] for name in ("Database", "Dimensions", "OnDelete", "Schema")} == {
        "Database": "vectors",
        "Dimensions": "1024",
        "OnDelete": "keep",
        "Schema": "bedrock_integration",
    }
    assert properties["ClusterArn"] == scene.stack.resolve(scene.kept.cluster.arn)
    assert properties["SecretArn"] == scene.stack.resolve(scene.kept.cluster.secret_arn)
    assert f"bedrock_integration.{properties['Table']}" == scene.kept.table.name


def test_a_table_that_may_go_is_dropped(scene: AuroraScene) -> None:
    assert scene.properties(scene.passing.table.resource)["OnDelete"] == "drop"


def test_it_waits_for_the_database_and_for_what_its_function_may_do(scene: AuroraScene) -> None:
    before = dependencies(scene.template, scene.logical_id(scene.kept.table.resource))
    resources = scene.template["Resources"]
    writers = {name for name, found in resources.items() if found["Type"] == "AWS::RDS::DBInstance" and name.startswith("Kept")}
    role = scene.kept.table.function.execution_role
    policies = {
        name
        for name, found in resources.items()
        if found["Type"] == "AWS::IAM::Policy" and {"Ref": scene.logical_id(role)} in found["Properties"]["Roles"]
    }
    assert writers
    assert policies
    assert writers | policies <= before


def test_its_function_runs_statements_on_one_database_and_needs_no_network(scene: AuroraScene) -> None:
    function = scene.kept.table.function
    assert "VpcConfig" not in scene.properties(function)
    assert scene.allowed(function.execution_role, "rds-data:ExecuteStatement") == [scene.stack.resolve(scene.kept.cluster.arn)]
    assert scene.allowed(function.execution_role, "rds-data:BatchExecuteStatement") == []


def test_cloudformation_waits_longer_than_the_function_takes(scene: AuroraScene) -> None:
    timeout = scene.properties(scene.kept.table.function)["Timeout"]
    assert int(scene.properties(scene.kept.table.resource)["ServiceTimeout"]) > timeout
