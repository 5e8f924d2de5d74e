"""Draws the data flow of a template as a Mermaid flowchart."""

from blueprints.docs.flow import Flow, function_name
from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge

SHAPES = {
    "bucket": ("[(", ")]"),
    "table": ("[(", ")]"),
    "queue": ("[[", "]]"),
    "topic": ("{{", "}}"),
    "API": ("([", "])"),
    "state machine": ("[", "]"),
    "function": ("(", ")"),
    "user pool": ("[(", ")]"),
    "data source": ("(", ")"),
    "knowledge base": ("[", "]"),
    "guardrail": ("{{", "}}"),
    "inference profile": ("[/", "/]"),
    "S3 vector index": ("[(", ")]"),
    "OpenSearch collection": ("[(", ")]"),
    "Aurora cluster": ("[(", ")]"),
    "endpoint": ("[", "]"),
    "inference component": ("(", ")"),
    "model": ("[/", "/]"),
    "service": ("[/", "/]"),
}
GENERIC = ("Api", "Bucket", "Function", "Machine", "Queue", "Rest", "StateMachine", "Table", "Topic")
SERVICES = {"textract": "Amazon Textract", "comprehend": "Amazon Comprehend", "bedrock": "Models of Amazon Bedrock", "schedule": "Schedule"}


def flowchart(flow: Flow, direction: str = "LR") -> str:
    """Returns the flow as Mermaid text, its nodes grouped by construct."""
    lines = [f"flowchart {direction}"]
    groups: dict[str, list[str]] = {}
    for node in flow.nodes:
        groups.setdefault(_group(flow.template, node), []).append(node)
    for group, nodes in groups.items():
        drawn = [_node(flow, node) for node in nodes]
        lines += _indent(drawn, 1) if len(nodes) == 1 or not group else [f'  subgraph {group}["{group}"]', *_indent(drawn, 2), "  end"]
    lines += _indent([_edge(edge) for edge in _paired(flow.edges)], 1)
    return "\n".join(lines) + "\n"


def _group(template: Template, node: str) -> str:
    return "" if node.startswith("service:") else template.resources[node].group


def _node(flow: Flow, node: str) -> str:
    before, after = SHAPES[flow.nodes[node]]
    return f'{_id(node)}{before}"{_label(flow, node)}"{after}'


def _label(flow: Flow, node: str) -> str:
    kind = flow.nodes[node]
    if kind == "service":
        name = node.removeprefix("service:")
        return SERVICES.get(name, f"AWS {name}")
    resource = flow.template.resources[node]
    if kind == "data source":
        kind = f"{resource.properties['DataSourceConfiguration']['Type']} {kind}"
    if kind == "function":
        return f"{function_name(resource)}<br/>function"
    inside = [function_name(flow.template.resources[name]) for name in flow.members.get(node, [])]
    name = next((part for part in reversed(resource.path) if part not in GENERIC), resource.path[0])
    told = [kind] if _says(kind, name) else [name, kind]
    return "<br/>".join([f"<b>{' '.join(told)}</b>" if inside else "<br/>".join(told), *inside])


def _says(kind: str, name: str) -> bool:
    """Whether the kind ends with the name, so that the name tells nothing more."""
    return kind.replace(" ", "").lower().endswith(name.lower())


def _paired(edges: list[Edge]) -> list[Edge]:
    """Two plain edges between the same ends become one with two heads."""
    plain = {(edge.source, edge.target) for edge in edges if not edge.label and not edge.dashed}
    both = {(source, target) for source, target in plain if (target, source) in plain and source < target}
    kept = [edge for edge in edges if edge.label or edge.dashed or ((edge.target, edge.source) not in both)]
    return [Edge(e.source, e.target, "<->") if (e.source, e.target) in both and not e.label and not e.dashed else e for e in kept]


def _edge(edge: Edge) -> str:
    if edge.label == "<->":
        return f"{_id(edge.source)} <--> {_id(edge.target)}"
    label = f'|"{edge.label}"|' if edge.label else ""
    return f"{_id(edge.source)} {'-.->' if edge.dashed else '-->'}{label} {_id(edge.target)}"


def _id(node: str) -> str:
    return node.replace("service:", "service_").replace("-", "_")


def _indent(lines: list[str], depth: int) -> list[str]:
    return ["  " * depth + line for line in lines]
