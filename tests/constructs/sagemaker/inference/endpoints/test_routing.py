from typing import Any

import pytest

from ml_constructs.sagemaker.inference.endpoints.routing import Routing


def test_the_least_busy_instance_gets_a_request() -> None:
    rendered = Routing().render()
    assert (rendered.routing_strategy, rendered.prefix_aware_routing_config) == ("LEAST_OUTSTANDING_REQUESTS", None)


def test_the_same_beginnings_go_to_the_same_instance_where_that_is_asked_for() -> None:
    rendered = Routing(strategy="PREFIX_AWARE", prefix_length=2048, concurrency_threshold=4).render()
    prefixes: Any = rendered.prefix_aware_routing_config
    assert (rendered.routing_strategy, prefixes.prefix_length, prefixes.concurrency_threshold) == ("PREFIX_AWARE", 2048, 4)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"strategy": "ROUND_ROBIN"}, "strategy must be one of LEAST_OUTSTANDING_REQUESTS, RANDOM, PREFIX_AWARE, got 'ROUND_ROBIN'"),
        ({"prefix_length": 1023}, "prefix_length must be from 1024 to 65536, got 1023"),
        ({"concurrency_threshold": 1025}, "concurrency_threshold must be from 1 to 1024, got 1025"),
    ],
)
def test_values_out_of_their_ranges_are_refused(arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        Routing(**arguments)
