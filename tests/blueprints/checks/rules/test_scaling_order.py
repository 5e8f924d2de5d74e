from blueprints.checks.rules.scaling_order import check
from tests.blueprints.simulating import shapes


def test_a_target_that_may_be_made_before_its_endpoint_is_found() -> None:
    (finding,) = check(shapes.named_endpoint(depends=False))
    assert finding.message == "may be made before Endpoint, which it scales: make it depend on that"


def test_a_target_after_what_it_scales_is_accepted() -> None:
    assert list(check(shapes.named_endpoint())) == []
    assert list(check(shapes.template(shapes.REAL_TIME))) == []
    assert list(check(shapes.template(shapes.COMPONENTS))) == []


def test_targets_of_elsewhere_are_left_alone() -> None:
    assert list(check(shapes.template(shapes.target(shapes.VARIANT, shapes.COUNT, 1, 2) | shapes.endpoint(shapes.ON_CPU)))) == []
    other = {"Fn::Join": ["", ["endpoint/", "elsewhere", "/variant/AllTraffic"]]}
    assert list(check(shapes.template(shapes.target(other, shapes.COUNT, 1, 2)))) == []
