import pytest

from ml_constructs.bedrock.aurora_vector_store import AuroraVectorStore
from ml_constructs.testing import rule_findings
from tests.constructs.bedrock.aurora_scene import AuroraScene

UNPROTECTED = "AwsSolutions::AwsSolutions-RDS10"


@pytest.fixture(scope="module")
def scene() -> AuroraScene:
    return AuroraScene()


def explained(store: AuroraVectorStore) -> str:
    return str([entry.data for entry in store.cluster.cluster.node.metadata])


def test_a_database_that_goes_with_the_stack_says_why_it_is_not_protected(scene: AuroraScene) -> None:
    assert UNPROTECTED in explained(scene.passing)


def test_a_database_that_is_kept_needs_no_excuse(scene: AuroraScene) -> None:
    assert "RDSInBackupPlan" in explained(scene.kept)
    assert UNPROTECTED not in explained(scene.kept)


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(scene: AuroraScene) -> None:
    assert rule_findings(scene.app) == {}
