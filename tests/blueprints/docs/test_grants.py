from blueprints.docs.grants import grants
from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge


def test_reads_and_writes_follow_from_the_actions_allowed(template: Template) -> None:
    edges = list(grants(template))
    assert {Edge("Read", "Index"), Edge("Index", "Read"), Edge("Inbox", "Read")} <= set(edges)
    assert Edge("Read", "Inbox") not in edges


def test_the_functions_of_the_cdk_itself_are_left_out(template: Template) -> None:
    assert "CustomHandler" not in {edge.source for edge in grants(template)}


def test_a_service_with_a_role_publishes(template: Template) -> None:
    assert Edge("service:textract", "Notices") in list(grants(template))


def test_an_answer_to_a_waiting_task_is_dashed(template: Template) -> None:
    assert Edge("Answer", "Machine", "answers the waiting task", dashed=True) in list(grants(template))
