"""Confluence, SharePoint and Salesforce."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from aws_cdk import aws_bedrock as bedrock

from ml_constructs.bedrock.application_source import ApplicationSource
from ml_constructs.bedrock.knowledge_sources import SourceConfiguration
from ml_constructs.bedrock.limits import check_choice, check_range, check_text

OAUTH2 = "OAUTH2_CLIENT_CREDENTIALS"
HTTPS = r"https://[A-Za-z0-9]\S{0,2039}"
MAX_SITES = 100
MAX_DOMAIN = 50

_Source = bedrock.CfnDataSource


@dataclass(frozen=True, kw_only=True)
class ConfluenceSource(ApplicationSource):
    """Spaces, pages, blogs, comments and attachments of Confluence Cloud.

    Args:
        url: Such as ``https://example.atlassian.net``.
        authentication: ``BASIC`` (``username``, ``password``) or ``OAUTH2_CLIENT_CREDENTIALS``, whose tokens Bedrock renews in the secret.

    Raises:
        ValueError: A value that Bedrock doesn't take.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/confluence-data-source-connector.html
    """

    kind: ClassVar[str] = "CONFLUENCE"
    object_types: ClassVar[tuple[str, ...]] = ("Attachment", "Blog", "Comment", "Page", "Space")
    url: str
    authentication: Literal["BASIC", "OAUTH2_CLIENT_CREDENTIALS"] = "BASIC"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("url", self.url, r"https://[A-Za-z0-9][^\s/]*\.atlassian\.net", "an address like https://example.atlassian.net")
        check_choice("authentication", self.authentication, ("BASIC", OAUTH2))

    def secret_actions(self) -> Sequence[str]:
        """Reading the secret; and writing it, where tokens are renewed."""
        renewed = ("secretsmanager:PutSecretValue",) if self.authentication == OAUTH2 else ()
        return (*super().secret_actions(), *renewed)

    def configuration(self) -> SourceConfiguration:
        """The site, and what of it is crawled."""
        site = _Source.ConfluenceSourceConfigurationProperty(
            auth_type=self.authentication, credentials_secret_arn=self.credentials.secret_arn, host_type="SAAS", host_url=self.url
        )
        crawler = _Source.ConfluenceCrawlerConfigurationProperty(**self.filter_configuration()) if self.filters else None
        confluence = _Source.ConfluenceDataSourceConfigurationProperty(source_configuration=site, crawler_configuration=crawler)
        return SourceConfiguration(type=self.kind, confluence_configuration=confluence)


@dataclass(frozen=True, kw_only=True)
class SharePointSource(ApplicationSource):
    """Pages, events and files of SharePoint Online.

    It logs in through Microsoft Entra ID (``clientId``, ``clientSecret``): Microsoft retired the app-only way in April 2026.

    Args:
        domain: Such as ``example`` of ``example.sharepoint.com``, 1 to 50 characters.
        site_urls: Such as ``https://example.sharepoint.com/sites/handbook``, 1 to 100.
        tenant_id: Of Microsoft 365.

    Raises:
        ValueError: A value that Bedrock doesn't take.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/sharepoint-data-source-connector.html
    """

    kind: ClassVar[str] = "SHAREPOINT"
    object_types: ClassVar[tuple[str, ...]] = ("Event", "File", "Page")
    domain: str
    site_urls: tuple[str, ...]
    tenant_id: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("characters of domain", len(self.domain), 1, MAX_DOMAIN)
        check_range("number of site_urls", len(self.site_urls), 1, MAX_SITES)
        for url in self.site_urls:
            check_text(
                "site url", url, r"https://[A-Za-z0-9]\S*sharepoint\.com/\S+", "an address like https://example.sharepoint.com/sites/x"
            )
        check_text("tenant_id", self.tenant_id, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a UUID in lower case")

    def configuration(self) -> SourceConfiguration:
        """The sites, and what of them is crawled."""
        sites = _Source.SharePointSourceConfigurationProperty(
            auth_type=OAUTH2,
            credentials_secret_arn=self.credentials.secret_arn,
            domain=self.domain,
            host_type="ONLINE",
            site_urls=list(self.site_urls),
            tenant_id=self.tenant_id,
        )
        crawler = _Source.SharePointCrawlerConfigurationProperty(**self.filter_configuration()) if self.filters else None
        share_point = _Source.SharePointDataSourceConfigurationProperty(source_configuration=sites, crawler_configuration=crawler)
        return SourceConfiguration(type=self.kind, share_point_configuration=share_point)


@dataclass(frozen=True, kw_only=True)
class SalesforceSource(ApplicationSource):
    """Objects of Salesforce, read by a connected app (``consumerKey``, ``consumerSecret``, ``authenticationUrl``).

    Args:
        url: Such as ``https://example.salesforce.com/``.

    Raises:
        ValueError: A value that Bedrock doesn't take.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/salesforce-data-source-connector.html
    """

    kind: ClassVar[str] = "SALESFORCE"
    object_types: ClassVar[tuple[str, ...]] = (
        *("Account", "Attachment", "Campaign", "Case", "CollaborationGroup", "Contact", "ContentVersion", "Contract", "Document"),
        *("FeedComment", "FeedItem", "Idea", "Knowledge__kav", "Lead", "Opportunity", "Partner", "Pricebook2", "Product2", "Solution"),
        *("Task", "User"),
    )
    url: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("url", self.url, HTTPS, "an https address")

    def configuration(self) -> SourceConfiguration:
        """The instance, and what of it is crawled."""
        instance = _Source.SalesforceSourceConfigurationProperty(
            auth_type=OAUTH2, credentials_secret_arn=self.credentials.secret_arn, host_url=self.url
        )
        crawler = _Source.SalesforceCrawlerConfigurationProperty(**self.filter_configuration()) if self.filters else None
        salesforce = _Source.SalesforceDataSourceConfigurationProperty(source_configuration=instance, crawler_configuration=crawler)
        return SourceConfiguration(type=self.kind, salesforce_configuration=salesforce)
