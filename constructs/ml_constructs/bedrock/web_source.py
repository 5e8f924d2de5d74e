"""Web sites that a knowledge base crawls."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from aws_cdk import aws_bedrock as bedrock

from ml_constructs.bedrock.knowledge_sources import KnowledgeSource, SourceConfiguration
from ml_constructs.bedrock.limits import check_choice, check_patterns, check_range, check_text

MAX_URLS = 100
SCOPES = ("HOST_ONLY", "SUBDOMAINS")
MAX_RATE = 300
MAX_PAGES = 25_000
USER_AGENT = (15, 40)


@dataclass(frozen=True)
class WebSource(KnowledgeSource):
    """Pages of web sites that you may crawl, found from seed URLs; AWS offers it for OpenSearch Serverless, as a preview.

    Args:
        urls: Where the crawler starts, 1 to 100.
        scope: ``HOST_ONLY`` crawls the whole host, ``SUBDOMAINS`` the domain; only what lies below the URLs when left out.
        include: Regular expressions for URLs that are crawled, at most 25 of up to 1,000 characters; every URL when left out.
        exclude: Regular expressions for URLs that aren't, whatever ``include`` says, likewise.
        rate_limit: Pages per host and minute, 1 to 300.
        max_pages: 1 to 25,000; a site with more fails the whole ingestion.
        user_agent: Ends the name that the crawler gives web servers, 15 to 40 characters.

    Raises:
        ValueError: A value that Bedrock doesn't take.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/webcrawl-data-source-connector.html
    """

    kind: ClassVar[str] = "WEB"
    urls: tuple[str, ...]
    scope: Literal["HOST_ONLY", "SUBDOMAINS"] | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rate_limit: int = MAX_RATE
    max_pages: int = MAX_PAGES
    user_agent: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("number of urls", len(self.urls), 1, MAX_URLS)
        for url in self.urls:
            check_text("url", url, r"https?://[A-Za-z0-9]\S*", "an http or https address")
        if self.scope is not None:
            check_choice("scope", self.scope, SCOPES)
        check_patterns("include", self.include)
        check_patterns("exclude", self.exclude)
        check_range("rate_limit", self.rate_limit, 1, MAX_RATE)
        check_range("max_pages", self.max_pages, 1, MAX_PAGES)
        if self.user_agent is not None:
            check_range("characters of user_agent", len(self.user_agent), *USER_AGENT)

    def configuration(self) -> SourceConfiguration:
        """The seed URLs, and how far the crawler goes."""
        source = bedrock.CfnDataSource
        seeds = [source.SeedUrlProperty(url=url) for url in self.urls]
        crawler = source.WebCrawlerConfigurationProperty(
            crawler_limits=source.WebCrawlerLimitsProperty(max_pages=self.max_pages, rate_limit=self.rate_limit),
            exclusion_filters=list(self.exclude) or None,
            inclusion_filters=list(self.include) or None,
            scope=self.scope,
            user_agent=self.user_agent,
        )
        urls = source.WebSourceConfigurationProperty(url_configuration=source.UrlConfigurationProperty(seed_urls=seeds))
        web = source.WebDataSourceConfigurationProperty(source_configuration=urls, crawler_configuration=crawler)
        return SourceConfiguration(type=self.kind, web_configuration=web)
