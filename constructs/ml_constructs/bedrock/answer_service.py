"""Functions that answer questions from a knowledge base."""

import json
from dataclasses import asdict
from typing import cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ml_constructs.bedrock.answer_environment import option_variables, table_variables
from ml_constructs.bedrock.answer_options import AnswerOptions
from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.inference_profile import InferenceProfile, grant_invoke_model
from ml_constructs.bedrock.knowledge_base import KnowledgeBase
from ml_constructs.bedrock.limits import check_range
from ml_constructs.bedrock.models import warn_if_unknown
from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_items
from ml_constructs.foundation.metrics import metric_namespace
from ml_constructs.foundation.tables import RecordTable

WHOLE_ANSWER = Duration.seconds(29)
"""How long API Gateway waits for one, unless the account has asked for more."""
STREAMED_ANSWER = Duration.minutes(15)
"""How long API Gateway passes one on."""
MEMORY_MB = 1024
MOST_CONCURRENT = 1000
WRAPPER = "/var/task/streaming/wrapper"


class AnswerService(Construct):
    """Functions that answer questions from a knowledge base, by a model that they can't invoke without the guardrail.

    Conversations, and answers that are given again, lie in tables encrypted with the key of the functions until their time is up.

    Args:
        knowledge_base: Where passages are looked for.
        model: The model of ``options``, by an application profile or by its id.
        guardrail: Sees what the model is told and what it says.
        options: How questions are answered.
        defaults: What the functions share with others, a key included.
        streaming: Whether there is a function whose answers come in parts, too.
        max_concurrency: Questions that each function works on at once, 1 to 1,000, taken from those of the account; left out, only the
            account limits them.

    Raises:
        ValueError: A search that the store doesn't offer, a model that is not that of ``options``, no key, too much concurrency, or
            questions that are too long for the guardrail.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html,
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper and
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        knowledge_base: KnowledgeBase,
        model: InferenceProfile | str,
        guardrail: Guardrail,
        options: AnswerOptions,
        defaults: HandlerDefaults,
        streaming: bool = True,
        max_concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        knowledge_base.store.check_search_type(options.retrieval.search_type)
        _check_model(model, options.generation.model_id)
        options.check_grounding(guardrail.policy.grounding)
        if max_concurrency is not None:
            check_range("max_concurrency", max_concurrency, 1, MOST_CONCURRENT)
        warn_if_unknown(self, "generation model", options.generation.model_id)
        if options.retrieval.rerank_model is not None:
            knowledge_base.allow_reranking(options.retrieval.rerank_model)
        self.knowledge_base, self.model, self.guardrail, self.options = knowledge_base, model, guardrail, options
        self._defaults, self._max_concurrency = defaults, max_concurrency
        self.sessions = self._table("Sessions") if options.sessions else None
        self.cache = self._table("Cache") if options.cache else None
        self.configuration_id = self._configuration_id()
        self.answer = self._function("AnswerQuestion", "answer_question", WHOLE_ANSWER)
        self._allow(self.answer.execution_role)
        self.stream = self._function("StreamAnswer", "stream_answer", STREAMED_ANSWER, "streaming") if streaming else None
        if self.stream is not None:
            self.stream.add_environment("AWS_LAMBDA_EXEC_WRAPPER", WRAPPER)
            self._allow(self.stream.execution_role, streaming=True)

    @property
    def functions(self) -> list[HandlerFunction]:
        """All functions that answer."""
        return [self.answer, *([self.stream] if self.stream else [])]

    def _table(self, construct_id: str) -> RecordTable:
        if self._defaults.key is None:
            raise ValueError("defaults must have a key to encrypt questions and answers with, got none")
        return RecordTable(self, construct_id, key=self._defaults.key, removal_policy=self._defaults.removal_policy)

    def _environment(self) -> dict[str, str]:
        return {
            "CONFIGURATION_ID": self.configuration_id,
            "GUARDRAIL_ARN": self.guardrail.guardrail_arn,
            "GUARDRAIL_VERSION": self.guardrail.version,
            "KNOWLEDGE_BASE_ID": self.knowledge_base.knowledge_base_id,
            "MODEL_ID": self.model if isinstance(self.model, str) else self.model.arn,
            "POWERTOOLS_METRICS_NAMESPACE": metric_namespace(self),
            **option_variables(self, self.options),
            **table_variables(self.options, sessions=self.sessions, cache=self.cache),
        }

    def _configuration_id(self) -> str:
        base = self.knowledge_base
        influences = json.dumps([asdict(self.guardrail.policy), base.store.identity, asdict(base.embedding)])
        return self.options.configuration_id(Stack.of(self).resolve(influences))  # tokens have other numbers in every synthesis

    def _function(self, construct_id: str, package: str, timeout: Duration, *shared: str) -> HandlerFunction:
        function = HandlerFunction(
            self,
            construct_id,
            package=package,
            defaults=self._defaults,
            environment=self._environment(),
            timeout=timeout,
            memory_mb=MEMORY_MB,
            shared=("questions", *shared),
        )
        cast("lambda_.CfnFunction", function.node.default_child).reserved_concurrent_executions = self._max_concurrency
        return function

    def _allow(self, role: iam.Role, *, streaming: bool = False) -> None:
        self.knowledge_base.grant_retrieve(role)
        self.guardrail.grant_apply(role)
        if isinstance(self.model, str):
            grant_invoke_model(role, self, self.model, guardrail=self.guardrail, streaming=streaming)
        else:
            self.model.grant_invoke(role, guardrail=self.guardrail, streaming=streaming)
        if self.sessions:
            grant_items(self.sessions, role, "GetItem", "UpdateItem")
        if self.cache:
            grant_items(self.cache, role, "GetItem", "PutItem")


def _check_model(model: InferenceProfile | str, wanted: str) -> None:
    given = model if isinstance(model, str) else model.model_id
    if given != wanted:
        raise ValueError(f"model must be {wanted} as in options, or a profile of it, got {given}")
