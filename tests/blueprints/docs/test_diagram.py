from typing import Any

from blueprints.docs.diagram import flowchart
from blueprints.docs.flow import flow
from blueprints.docs.template import Template


def test_nodes_are_grouped_by_construct_and_labelled(template: Template) -> None:
    text = flowchart(flow(template))
    assert text.startswith("flowchart LR\n")
    assert '  subgraph Intake["Intake"]\n    Lost[["Lost<br/>queue"]]\n    Queue[["Intake<br/>queue"]]\n' in text
    assert 'Machine["<b>Work state machine</b><br/>read_page"]' in text


def test_services_have_the_names_that_people_know(template: Template) -> None:
    assert 'service_textract[/"Amazon Textract"/]' in flowchart(flow(template))


def test_reading_and_writing_make_one_line_with_two_heads(template: Template) -> None:
    text = flowchart(flow(template))
    assert "Index <--> Machine" in text
    assert "Machine --> Index" not in text


def test_labels_and_dashes_are_drawn(template: Template) -> None:
    text = flowchart(flow(template))
    assert 'Inbox -->|"Object Created"| Queue' in text
    assert 'Queue -.->|"after 5 tries"| Lost' in text


def test_a_name_that_its_kind_repeats_is_not_said_twice_and_a_data_source_says_of_what(body: dict[str, Any]) -> None:
    source = {"DataSourceConfiguration": {"Type": "WEB"}, "KnowledgeBaseId": {"Ref": "Base"}}
    parts = {"Base": ("KnowledgeBase", "KnowledgeBase/Resource", {}), "Source": ("DataSource", "KnowledgeBase/Pages", source)}
    body["Resources"] |= {
        name: {"Type": f"AWS::Bedrock::{kind}", "Properties": properties, "Metadata": {"aws:cdk:path": f"stack/{path}"}}
        for name, (kind, path, properties) in parts.items()
    }
    text = flowchart(flow(Template(body)))
    assert 'Base["knowledge base"]' in text
    assert 'Source("Pages<br/>WEB data source")' in text
