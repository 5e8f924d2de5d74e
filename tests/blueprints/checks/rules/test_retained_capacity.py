from blueprints.checks.rules.retained_capacity import check
from tests.blueprints.simulating import shapes


def test_a_scaled_endpoint_that_forgets_its_capacity_is_found() -> None:
    (finding,) = check(shapes.named_endpoint(retain=False))
    assert (finding.logical_id, finding.message[:9]) == ("Endpoint", "is scaled")


def test_an_endpoint_that_keeps_its_capacity_or_has_nothing_to_keep_is_accepted() -> None:
    assert list(check(shapes.named_endpoint())) == []
    assert list(check(shapes.template(shapes.endpoint(shapes.ON_CPU)))) == []
    assert list(check(shapes.template(shapes.COMPONENTS))) == []
