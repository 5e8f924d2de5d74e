from typing import Any

import pytest
from aws_cdk import aws_secretsmanager as secretsmanager

from ml_constructs.bedrock.application_source import ObjectFilter
from ml_constructs.bedrock.application_sources import ConfluenceSource, SalesforceSource, SharePointSource
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

WIKI = "https://example.atlassian.net"
SITE = "https://example.sharepoint.com/sites/handbook"
TENANT = "888d0b57-69f1-4fb8-957f-e1f0bedf64de"
OAUTH2 = "OAUTH2_CLIENT_CREDENTIALS"
SITES = {"domain": "example", "site_urls": (SITE,), "tenant_id": TENANT}


@pytest.fixture(scope="module")
def scene() -> KnowledgeScene:
    return KnowledgeScene()


@pytest.fixture(scope="module")
def secret(scene: KnowledgeScene) -> secretsmanager.Secret:
    return secretsmanager.Secret(scene.stack, "Secret", encryption_key=scene.key)


def test_confluence_is_read_with_a_password_or_a_token(scene: KnowledgeScene, secret: secretsmanager.Secret) -> None:
    rendered = scene.stack.resolve(ConfluenceSource(url=WIKI, credentials=secret).configuration())
    arn = scene.stack.resolve(secret.secret_arn)
    site = {"authType": "BASIC", "credentialsSecretArn": arn, "hostType": "SAAS", "hostUrl": WIKI}
    assert rendered == {"type": "CONFLUENCE", "confluenceConfiguration": {"sourceConfiguration": site}}


def test_bedrock_renews_tokens_of_confluence_in_the_secret(scene: KnowledgeScene, secret: secretsmanager.Secret) -> None:
    role = service_role(scene.stack, "Role", service="bedrock.amazonaws.com")
    source = ConfluenceSource(url=WIKI, credentials=secret, authentication="OAUTH2_CLIENT_CREDENTIALS")
    source.grant_reading(role)
    assert scene.stack.resolve(source.configuration())["confluenceConfiguration"]["sourceConfiguration"]["authType"] == OAUTH2
    assert scene.allowed(role, "secretsmanager:PutSecretValue") == [scene.stack.resolve(secret.secret_arn)]
    assert scene.allowed(role, "kms:GenerateDataKey") == [scene.stack.resolve(scene.key.key_arn)]


def test_sharepoint_is_read_through_entra_id(scene: KnowledgeScene, secret: secretsmanager.Secret) -> None:
    rendered = scene.stack.resolve(SharePointSource(credentials=secret, **SITES).configuration())
    assert rendered["type"] == "SHAREPOINT"
    assert rendered["sharePointConfiguration"] == {
        "sourceConfiguration": {
            "authType": OAUTH2,
            "credentialsSecretArn": scene.stack.resolve(secret.secret_arn),
            "domain": "example",
            "hostType": "ONLINE",
            "siteUrls": [SITE],
            "tenantId": TENANT,
        }
    }


def test_salesforce_is_read_by_a_connected_app(scene: KnowledgeScene, secret: secretsmanager.Secret) -> None:
    url = "https://example.salesforce.com/"
    rendered = scene.stack.resolve(SalesforceSource(url=url, credentials=secret).configuration())
    site = {"authType": OAUTH2, "credentialsSecretArn": scene.stack.resolve(secret.secret_arn), "hostUrl": url}
    assert rendered == {"type": "SALESFORCE", "salesforceConfiguration": {"sourceConfiguration": site}}


@pytest.mark.parametrize(
    ("kind", "arguments", "object_type", "member"),
    [
        (ConfluenceSource, {"url": WIKI}, "Space", "confluenceConfiguration"),
        (SharePointSource, SITES, "File", "sharePointConfiguration"),
        (SalesforceSource, {"url": "https://example.salesforce.com/"}, "Knowledge__kav", "salesforceConfiguration"),
    ],
)
def test_objects_are_chosen_by_their_names(
    scene: KnowledgeScene, secret: secretsmanager.Secret, kind: Any, arguments: dict[str, Any], object_type: str, member: str
) -> None:
    wanted = (ObjectFilter(object_type=object_type, include=(".*",)),)
    rendered = scene.stack.resolve(kind(credentials=secret, filters=wanted, **arguments).configuration())
    filters = rendered[member]["crawlerConfiguration"]["filterConfiguration"]["patternObjectFilter"]["filters"]
    assert filters == [{"objectType": object_type, "inclusionFilters": [".*"]}]


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (
            ConfluenceSource,
            {"url": "https://wiki.example.com"},
            "url must be an address like https://example.atlassian.net, got 'https://wiki",
        ),
        (ConfluenceSource, {"url": WIKI, "authentication": "TOKEN"}, "authentication must be one of BASIC, OAUTH2_CLIENT_CREDENTIALS, got"),
        (SharePointSource, {**SITES, "domain": ""}, "characters of domain must be from 1 to 50, got 0"),
        (SharePointSource, {**SITES, "site_urls": ()}, "number of site_urls must be from 1 to 100, got 0"),
        (
            SharePointSource,
            {**SITES, "site_urls": ("http://example.sharepoint.com/x",)},
            "site url must be an address like https://example",
        ),
        (SharePointSource, {**SITES, "tenant_id": "example"}, "tenant_id must be a UUID in lower case, got 'example'"),
        (SalesforceSource, {"url": "example.salesforce.com"}, "url must be an https address, got 'example.salesforce.com'"),
    ],
)
def test_values_that_bedrock_does_not_take_are_refused(
    secret: secretsmanager.Secret, kind: Any, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kind(credentials=secret, **arguments)
