from ml_constructs.bedrock.base_ids import KnowledgeBaseIds
from tests.constructs.bedrock.sync_scene import Base, plain


def test_whatever_has_an_id_and_an_arn_can_be_kept_in_step() -> None:
    base: KnowledgeBaseIds = Base()
    scene = plain()
    substitutions = scene.properties(scene.sync.workflow.machine)["DefinitionSubstitutions"]
    assert substitutions["KnowledgeBase"] == base.knowledge_base_id
    assert scene.allowed(scene.sync.workflow.role)["bedrock:StartIngestionJob"] == base.knowledge_base_arn
