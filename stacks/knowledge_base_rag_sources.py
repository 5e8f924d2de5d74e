"""Settings of a knowledge base: where documents come from, and when they are taken in."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stacks.settings.models import BucketName, KeyArn, SettingsModel

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2048)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Expressions = Annotated[tuple[Expression, ...], Field(max_length=25)]
SecretArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$")]


class S3SourceSettings(SettingsModel):
    """Documents in a bucket that stands already; they are taken in on schedule, as all sources are.

    With tenancy, whoever writes their `.metadata.json` files says whose they are.
    """

    type: Literal["s3"]
    """What kind of source it is."""
    bucket: BucketName
    """The bucket."""
    prefix: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    """Only keys that start so."""
    key_arn: KeyArn | None = None
    """The customer-managed key that its objects are encrypted with, if there is one; the key's policy must allow this account."""


class WebSourceSettings(SettingsModel):
    """Pages of websites that you may crawl."""

    type: Literal["web"]
    """What kind of source it is."""
    urls: Annotated[tuple[Url, ...], Field(min_length=1, max_length=100)]
    """Where the crawler starts."""
    scope: Literal["HOST_ONLY", "SUBDOMAINS"] = "HOST_ONLY"
    """How far it goes."""
    include: Expressions = ()
    """Regular expressions of addresses that it keeps to."""
    exclude: Expressions = ()
    """Regular expressions of addresses that it leaves out."""
    pages_per_minute: Annotated[int, Field(ge=1, le=300)] = 60
    """Requests to a host a minute at most."""
    max_pages: Annotated[int, Field(ge=1, le=25_000)] = 1000
    """Pages at most."""


class ConfluenceSourceSettings(SettingsModel):
    """Pages of Confluence Cloud."""

    type: Literal["confluence"]
    """What kind of source it is."""
    url: Url
    """Its address."""
    secret_arn: SecretArn
    """The secret with the credentials."""
    authentication: Literal["BASIC", "OAUTH2_CLIENT_CREDENTIALS"] = "BASIC"
    """How Bedrock signs in."""


class SharePointSourceSettings(SettingsModel):
    """Sites of SharePoint Online."""

    type: Literal["sharepoint"]
    """What kind of source it is."""
    domain: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    """The domain."""
    site_urls: Annotated[tuple[Url, ...], Field(min_length=1, max_length=100)]
    """The sites."""
    tenant_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    """The Microsoft 365 tenant."""
    secret_arn: SecretArn
    """The secret with the credentials."""


class SalesforceSourceSettings(SettingsModel):
    """Objects of Salesforce."""

    type: Literal["salesforce"]
    """What kind of source it is."""
    url: Url
    """Its address."""
    secret_arn: SecretArn
    """The secret with the credentials."""


class CustomSourceSettings(SettingsModel):
    """Documents that your own programs hand over by the API of Bedrock; with tenancy, these programs say whose they are."""

    type: Literal["custom"]
    """What kind of source it is."""


OnlineSourceSettings = WebSourceSettings | ConfluenceSourceSettings | SharePointSourceSettings | SalesforceSourceSettings
SourceSettings = S3SourceSettings | OnlineSourceSettings | CustomSourceSettings


class SyncSettings(SettingsModel):
    """When documents are taken in."""

    debounce_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    """How long uploads are gathered before they are taken in together."""
    schedule_hours: Annotated[int, Field(ge=0, le=8760)] = 24
    """How often all sources are looked through; 0 only when asked for. Uploads have the bucket of the deployment taken in at once."""
    poll_seconds: Annotated[int, Field(ge=1, le=3600)] = 15
    """How often it is asked whether a run has ended."""
    timeout_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """How long a run may take."""
