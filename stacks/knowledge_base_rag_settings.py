"""Parts of the settings of a knowledge base: what it holds, how it is searched, how it answers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stacks.settings.models import BucketName, KeyArn, SettingsModel

ModelId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,2047}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2048)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Expressions = Annotated[tuple[Expression, ...], Field(max_length=25)]
SecretArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$")]
UserPoolArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[\w-]+_[0-9A-Za-z]+$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+]{1,128}$")]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
Geography = Literal["none", "us", "eu", "apac", "jp", "au", "us-gov", "global"]
Strength = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
Share = Annotated[float, Field(ge=0, le=0.99)]


class OpenSearchSettings(SettingsModel):
    """The collection of OpenSearch Serverless."""

    standby_replicas: bool = True
    """Whether a second availability zone stands by; without, it costs half."""
    scale_to_zero: bool = False
    """Whether the collection rests after ten idle minutes; the first query afterwards waits for 10 to 30 seconds."""
    max_capacity_units: Annotated[int, Field(ge=1, le=1696)] = 4
    """At most so many OpenSearch compute units for indexing, and as many for searching, where the collection rests when idle."""


class AuroraSettings(SettingsModel):
    """The cluster of Aurora PostgreSQL."""

    min_capacity_units: Annotated[float, Field(ge=0.5, le=256, multiple_of=0.5)] = 0.5
    """At least so many Aurora capacity units."""
    max_capacity_units: Annotated[float, Field(ge=1, le=256, multiple_of=0.5)] = 4
    """At most so many."""


class EmbeddingSettings(SettingsModel):
    """How text becomes vectors; a change makes a new knowledge base."""

    model: ModelId = "amazon.titan-embed-text-v2:0"
    """The embedding model."""
    dimensions: Annotated[int, Field(ge=1, le=4096)] = 1024
    """The length of a vector; the model decides what is possible."""


class FixedChunkingSettings(SettingsModel):
    """Passages of about the same length."""

    strategy: Literal["fixed"] = "fixed"
    """How documents are cut."""
    max_tokens: Annotated[int, Field(ge=1, le=8192)] = 300
    """The length of a passage at most."""
    overlap_percent: Annotated[int, Field(ge=1, le=99)] = 20
    """How much of a passage stands in the next one too."""


class HierarchicalChunkingSettings(SettingsModel):
    """Small passages are searched, the large ones around them are answered from."""

    strategy: Literal["hierarchical"]
    """How documents are cut."""
    parent_tokens: Annotated[int, Field(ge=1, le=8192)] = 1500
    """The length of a large passage at most."""
    child_tokens: Annotated[int, Field(ge=1, le=8192)] = 300
    """The length of a small passage at most."""
    overlap_tokens: Annotated[int, Field(ge=1, le=8191)] = 60
    """How much of a passage stands in the next one too."""


class SemanticChunkingSettings(SettingsModel):
    """Passages end where the meaning changes; each document is embedded twice."""

    strategy: Literal["semantic"]
    """How documents are cut."""
    max_tokens: Annotated[int, Field(ge=20, le=8192)] = 300
    """The length of a passage at most."""
    buffer_size: Annotated[int, Field(ge=0, le=1)] = 0
    """How many sentences around a sentence are compared with it."""
    breakpoint_percentile: Annotated[int, Field(ge=50, le=99)] = 95
    """The higher, the fewer passages."""


class NoChunkingSettings(SettingsModel):
    """Every document is one passage."""

    strategy: Literal["none"]
    """How documents are cut."""


ChunkingSettings = FixedChunkingSettings | HierarchicalChunkingSettings | SemanticChunkingSettings | NoChunkingSettings


class ParsingSettings(SettingsModel):
    """How text is read from documents; a model also reads tables and pictures, and is billed by the page."""

    strategy: Literal["default", "foundation-model", "data-automation"] = "default"
    """Who reads; data-automation takes documents to other regions of the geography."""
    model: ModelId | None = None
    """The model that reads, with foundation-model."""
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=10_000)] | None = None
    """What it is told, with foundation-model; left out, what Bedrock tells it."""


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


class RerankSettings(SettingsModel):
    """A second model puts the passages found in order."""

    model: ModelId = "amazon.rerank-v1:0"
    """The reranking model; Amazon's is in ap-northeast-1, ca-central-1, eu-central-1 and us-west-2, Cohere's in us-east-1 as well."""
    candidates: Annotated[int, Field(ge=1, le=100)] = 20
    """How many passages are found for it to choose from."""


class RetrievalSettings(SettingsModel):
    """How passages are found."""

    passages: Annotated[int, Field(ge=1, le=100)] = 5
    """How many a question is answered from."""
    search: Literal["semantic", "hybrid"] = "semantic"
    """By meaning, or by meaning and words; S3 Vectors knows meaning only."""
    rerank: RerankSettings | None = None
    """Whether a second model puts them in order."""


class GenerationSettings(SettingsModel):
    """How answers are written."""

    model: ModelId = "amazon.nova-lite-v1:0"
    """A model, or a geographic or global inference profile."""
    max_output_tokens: Annotated[int, Field(ge=1, le=32_768)] = 1024
    """The length of an answer at most."""
    temperature: Annotated[float, Field(ge=0, le=1)] = 0
    """How freely the model chooses its words."""
    instructions: Annotated[str, StringConstraints(max_length=2000)] = ""
    """What the model is told beside what it is always told, such as the tone."""
    prompt_caching: bool = False
    """Whether what the model is told is cached by Bedrock, where the model can."""
    application_profile: bool = True
    """Whether calls go through an application inference profile, whose tags split the cost."""


class TopicSettings(SettingsModel):
    """Something that is not talked about."""

    name: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z][0-9a-zA-Z _!?.-]{0,99}$")]
    """What it is called in reports."""
    definition: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """What it is."""
    examples: Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...], Field(max_length=5)] = ()
    """What somebody might say about it."""


class PersonalDataSettings(SettingsModel):
    """One kind of personal data."""

    kind: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,49}$")]
    """Such as EMAIL, by the names of Bedrock Guardrails."""
    action: Literal["BLOCK", "ANONYMIZE"] = "ANONYMIZE"
    """Whether an answer with it is blocked, or it is taken out."""


class GuardrailSettings(SettingsModel):
    """What is neither asked nor answered."""

    content: Strength = "HIGH"
    """How strictly hate, insults, sexual content, violence and misconduct are filtered."""
    prompt_attacks: Strength = "HIGH"
    """How strictly attempts to take over the model are filtered, in questions and in documents."""
    topics: Annotated[tuple[TopicSettings, ...], Field(max_length=30)] = ()
    """What is not talked about."""
    words: Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...], Field(max_length=10_000)] = ()
    """Words that are not used."""
    profanity: bool = True
    """Whether AWS's list of profane words is among them."""
    personal_data: Annotated[tuple[PersonalDataSettings, ...], Field(max_length=31)] = ()
    """Personal data that answers don't hold."""
    grounding: Share | None = 0.7
    """Answers that stand in the passages less surely than this are withheld; null doesn't check. Bedrock checks up to 5,000 characters."""
    relevance: Share | None = 0.5
    """Answers that have less to do with the question than this are withheld; null doesn't check."""
    tier: Literal["CLASSIC", "STANDARD"] = "CLASSIC"
    """STANDARD knows more languages and needs data_may_move_to."""
    message: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "This can't be answered here."
    """What is said instead."""


class TenancySettings(SettingsModel):
    """Callers see the passages of their own tenant only."""

    enabled: bool = False
    """Whether documents belong to tenants: they lie below `tenants/NAME/` in the bucket. Labels that stand there already count."""
    claim: Annotated[str, StringConstraints(pattern=r"^custom:[A-Za-z0-9_-]{1,20}$")] = "custom:tenant"
    """The claim of the caller's token that names the tenant."""
    attribute: AttributeName = "tenant"
    """The metadata attribute of a passage that names it."""


class UserSettings(SettingsModel):
    """Who may ask, with Cognito."""

    pool_arn: UserPoolArn | None = None
    """A user pool that stands already; left out, one is made."""
    client_ids: Annotated[tuple[ClientId, ...], Field(max_length=20)] = ()
    """The clients of that pool whose users may ask; all of them when empty. With tenancy, name those that can't write the tenancy.claim."""
    mfa: Literal["optional", "required"] = "required"
    """Whether users of the pool that is made need a second factor."""


class SessionSettings(SettingsModel):
    """Questions that go on from earlier ones."""

    enabled: bool = True
    """Whether they may."""
    hours: Annotated[int, Field(ge=1, le=8760)] = 24
    """How long a session is kept after its last question."""
    turns: Annotated[int, Field(ge=1, le=20)] = 6
    """How many earlier questions and answers the model sees."""


class CacheSettings(SettingsModel):
    """Answers to the same question are given again."""

    hours: Annotated[int, Field(ge=0, le=720)] = 0
    """How long; 0 writes each anew. An answer in the cache doesn't know of documents that came, or were deleted, later."""


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


class LimitSettings(SettingsModel):
    """What callers may do, and what it may cost."""

    question_characters: Annotated[int, Field(ge=1, le=20_000)] = 1000
    """The length of a question at most; 1,000 where guardrail.grounding or guardrail.relevance is checked."""
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Questions a second at most."""
    burst: Annotated[int, Field(ge=1, le=5000)] = 40
    """Questions at once at most."""
    requests_per_address: Annotated[int, Field(ge=10, le=2_000_000_000)] = 1000
    """Questions of one address in five minutes at most."""
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Questions that each of the functions works on at once, taken from those of the account; left out, only the account limits them."""


class AnswerAlarmSettings(SettingsModel):
    """When alarms are raised."""

    latency_seconds: Annotated[float, Field(gt=0, le=900)] = 20
    """What 95 of 100 answers take at most."""
    tokens_per_day: Annotated[int, Field(ge=1000, le=1_000_000_000_000)] = 5_000_000
    """Tokens read and written in a day; each is billed."""
    blocked_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """Questions and answers that the guardrail blocks in an hour."""
    interventions_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """What it blocks or masks in an hour."""
    no_passages_percent: Annotated[float, Field(gt=0, le=100)] = 50
    """Questions of an hour for which nothing is found, of all."""
