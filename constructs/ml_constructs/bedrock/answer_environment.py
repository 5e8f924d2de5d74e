"""What functions that answer questions are told."""

import json

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from ml_constructs.bedrock.answer_options import AnswerOptions, Generation, Retrieval
from ml_constructs.bedrock.models import invocation_arns


def option_variables(scope: Construct, options: AnswerOptions) -> dict[str, str]:
    """The options as environment variables; what is switched off is left out.

    Args:
        scope: Gives region and partition.
        options: How questions are answered.
    """
    variables = {
        **_generation(options.generation),
        **_retrieval(scope, options.retrieval),
        "MAX_QUESTION_CHARACTERS": str(options.max_question_characters),
    }
    if options.tenancy is not None:
        variables |= {"TENANT_CLAIM": options.tenancy.claim, "TENANT_ATTRIBUTE": options.tenancy.attribute}
    if options.allowed_clients:
        variables["ALLOWED_CLIENTS"] = json.dumps(options.allowed_clients)
    return variables


def table_variables(options: AnswerOptions, *, sessions: dynamodb.ITable | None, cache: dynamodb.ITable | None) -> dict[str, str]:
    """The tables there are, and for how long they keep what.

    Args:
        options: How questions are answered.
        sessions: Keeps conversations.
        cache: Keeps answers that are given again.
    """
    variables: dict[str, str] = {}
    if sessions is not None and options.sessions is not None:
        variables |= {
            "SESSIONS_TABLE": sessions.table_name,
            "SESSION_HOURS": str(options.sessions.hours),
            "SESSION_TURNS": str(options.sessions.turns),
        }
    if cache is not None:
        variables |= {"CACHE_TABLE": cache.table_name, "CACHE_HOURS": str(options.cache_hours)}
    return variables


def _generation(generation: Generation) -> dict[str, str]:
    return {
        "INSTRUCTIONS": generation.instructions,
        "MODEL_NAME": generation.model_id,
        "MAX_OUTPUT_TOKENS": str(generation.max_output_tokens),
        "PROMPT_CACHING": str(generation.prompt_caching).lower(),
        "TEMPERATURE": "" if generation.temperature is None else str(generation.temperature),
    }


def _retrieval(scope: Construct, retrieval: Retrieval) -> dict[str, str]:
    variables = {"PASSAGES": str(retrieval.passages), "SEARCH_TYPE": retrieval.search_type}
    if retrieval.rerank_model is None:
        return variables
    return {
        **variables,
        "CANDIDATES": str(retrieval.candidates),
        "RERANK_MODEL_ARN": invocation_arns(Stack.of(scope), retrieval.rerank_model)[0],
    }
