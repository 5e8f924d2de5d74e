from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from aws_cdk import aws_secretsmanager as secretsmanager

from ml_constructs.bedrock.application_source import ApplicationSource, ObjectFilter
from ml_constructs.bedrock.parsing import DataAutomationParsing
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene


@dataclass(frozen=True, kw_only=True)
class Wiki(ApplicationSource):
    """An application."""

    kind: ClassVar[str] = "WIKI"
    object_types: ClassVar[tuple[str, ...]] = ("Page", "Space")


@pytest.fixture(scope="module")
def scene() -> KnowledgeScene:
    return KnowledgeScene()


@pytest.fixture(scope="module")
def secret(scene: KnowledgeScene) -> secretsmanager.Secret:
    return secretsmanager.Secret(scene.stack, "Secret", encryption_key=scene.key)


def test_everything_is_crawled_by_default(secret: secretsmanager.Secret) -> None:
    assert Wiki(credentials=secret).filter_configuration() == {}


def test_objects_are_crawled_by_their_names(scene: KnowledgeScene, secret: secretsmanager.Secret) -> None:
    filters = (ObjectFilter(object_type="Page", include=(".*public.*",)), ObjectFilter(object_type="Space", exclude=("HR",)))
    rendered = scene.stack.resolve(Wiki(credentials=secret, filters=filters).filter_configuration()["filter_configuration"])
    assert rendered["type"] == "PATTERN"
    assert rendered["patternObjectFilter"]["filters"] == [
        {"objectType": "Page", "inclusionFilters": [".*public.*"]},
        {"objectType": "Space", "exclusionFilters": ["HR"]},
    ]


def test_a_role_reads_the_credentials(scene: KnowledgeScene, secret: secretsmanager.Secret) -> None:
    role = service_role(scene.stack, "Role", service="bedrock.amazonaws.com")
    Wiki(credentials=secret).grant_reading(role)
    assert scene.allowed(role, "secretsmanager:GetSecretValue") == [scene.stack.resolve(secret.secret_arn)]
    assert scene.allowed(role, "secretsmanager:PutSecretValue") == []
    assert scene.allowed(role, "kms:Decrypt") == [scene.stack.resolve(scene.key.key_arn)]
    assert scene.allowed(role, "kms:GenerateDataKey") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"object_type": "Page"}, "include or exclude must have a pattern for Page, got none"),
        ({"object_type": "Page", "include": ("x",) * 26}, "include must be at most 25 patterns, got 26"),
        ({"object_type": "Page", "exclude": ("",)}, "a pattern of exclude must have 1 to 1000 characters, got 0"),
    ],
)
def test_patterns_that_bedrock_does_not_take_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ObjectFilter(**arguments)


def test_objects_that_the_application_does_not_have_are_refused(secret: secretsmanager.Secret) -> None:
    with pytest.raises(ValueError, match="object_type must be one of Page, Space, got 'Case'"):
        Wiki(credentials=secret, filters=(ObjectFilter(object_type="Case", include=("x",)),))


def test_more_filters_than_bedrock_takes_are_refused(secret: secretsmanager.Secret) -> None:
    with pytest.raises(ValueError, match="filters must be at most 25, got 26"):
        Wiki(credentials=secret, filters=(ObjectFilter(object_type="Page", include=("x",)),) * 26)


def test_figures_are_refused(secret: secretsmanager.Secret) -> None:
    with pytest.raises(ValueError, match="parsing must be left out or read text only for WIKI"):
        Wiki(credentials=secret, parsing=DataAutomationParsing())
