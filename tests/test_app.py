import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from constructs import IValidation

from app import compose, main
from ml_constructs.foundation.compliance import attach_rules
from stacks.settings import load

Write = Callable[[str], Path]
Synthesise = Callable[[Path], Path]


@jsii.implements(IValidation)
class Refusing:
    def validate(self) -> list[str]:
        return ["this is wrong"]


@pytest.fixture
def synthesise(tmp_path_factory: pytest.TempPathFactory, feature_flags: Mapping[str, Any]) -> Synthesise:
    """Synthesises a settings file and returns the folder of the assembly."""

    def run(settings: Path) -> Path:
        app = cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")), context=feature_flags, analytics_reporting=False)
        compose(app, load(settings))
        return Path(app.synth().directory)

    return run


def manifest(assembly: Path) -> dict[str, Any]:
    artifacts: dict[str, Any] = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    return {name: artifact for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"}


def contents(assembly: Path) -> dict[str, bytes]:
    return {str(path.relative_to(assembly)): path.read_bytes() for path in assembly.rglob("*") if path.is_file()}


def test_each_deployment_is_a_stack_of_its_name(synthesise: Synthesise, settings_file: Write) -> None:
    text = "rules: off\ndeployments: {foundation: {}, second: {blueprint: foundation, network: none}}"
    assert set(manifest(synthesise(settings_file(text)))) == {"foundation", "second"}


def test_what_joins_the_network_of_a_foundation_is_deployed_after_it(synthesise: Synthesise, settings_file: Write) -> None:
    text = "rules: off\nnetwork: foundation\ndeployments: {document-analysis: {}, foundation: {}}"
    stacks = manifest(synthesise(settings_file(text)))
    assert "foundation" in stacks["document-analysis"]["dependencies"]
    assert "document-analysis" not in stacks["foundation"]["dependencies"]


def test_what_joins_the_network_of_a_foundation_elsewhere_stands_alone(synthesise: Synthesise, settings_file: Write) -> None:
    text = "rules: off\nnetwork: foundation\nfoundation: shared\ndeployments: {document-analysis: {}}"
    assembly = synthesise(settings_file(text))
    assert set(manifest(assembly)) == {"document-analysis"}
    assert "/ml-blueprints/shared/network/vpc-id" in (assembly / "document-analysis.template.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "region"), [("region: eu-west-1", "eu-west-1"), ("", "unknown-region")])
def test_the_region_is_the_one_of_the_file_or_that_of_the_deployment(
    synthesise: Synthesise, settings_file: Write, line: str, region: str
) -> None:
    stacks = manifest(synthesise(settings_file(f"rules: off\n{line}\ndeployments: {{foundation: {{network: none}}}}")))
    assert stacks["foundation"]["environment"] == f"aws://unknown-account/{region}"


@pytest.mark.parametrize(
    ("line", "attached"),
    [
        ("", {"AwsSolutions", "Serverless"}),
        ("compliance: pci", {"AwsSolutions", "Serverless", "PCI.DSS.321"}),
        ("rules: off", set()),
    ],
)
def test_the_rule_packs_of_the_compliance_profile_find_what_is_planted(
    feature_flags: Mapping[str, Any], settings_file: Write, tmp_path: Path, line: str, attached: set[str]
) -> None:
    context = {**feature_flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
    app = cdk.App(outdir=str(tmp_path / "cdk.out"), context=context, analytics_reporting=False)
    compose(app, load(settings_file(f"{line}\ndeployments: {{}}")))
    planted = cdk.Stack(app, "Planted")
    cdk.aws_s3.Bucket(planted, "Bucket")
    cdk.aws_sns.CfnSubscription(planted, "Subscription", protocol="email", topic_arn="arn:aws:sns:eu-west-1:111122223333:topic")
    app.synth()
    report = tmp_path / "cdk.out/validation-report.json"
    plugins = json.loads(report.read_text(encoding="utf-8"))["pluginReports"] if report.exists() else []
    assert {plugin["pluginName"] for plugin in plugins if plugin["violations"]} == attached


def test_two_syntheses_are_equal_to_the_byte(synthesise: Synthesise, root: Path) -> None:
    sample = root / "settings/foundation/comprehensive.yaml"
    assert contents(synthesise(sample)) == contents(synthesise(sample))


@pytest.fixture
def run(root: Path, tmp_path: Path) -> Callable[[str], "subprocess.CompletedProcess[str]"]:
    """Runs `app.py` as the CDK command line does, writing to the folder `out`."""

    def start(settings: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "CDK_OUTDIR": str(tmp_path / "out"), "CDK_CONTEXT_JSON": json.dumps({"settings": settings})}
        return subprocess.run([sys.executable, "app.py"], cwd=root, env=environment, capture_output=True, text=True, check=False)

    return start


def test_the_context_names_the_settings_file(run: Callable[[str], Any], settings_file: Write, tmp_path: Path) -> None:
    finished = run(str(settings_file("rules: off\ndeployments: {here: {blueprint: foundation, network: none, audit: null}}")))
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert (tmp_path / "out/here.template.json").is_file()


def test_no_folder_of_this_machine_gets_into_an_assembly(run: Callable[[str], Any], tmp_path: Path, root: Path) -> None:
    run("settings/foundation/comprehensive.yaml")
    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.json")}
    assert "foundation.metadata.json" in files
    assert [name for name, text in files.items() if str(root) in text or tempfile.gettempdir() + os.sep in text] == []


def test_wrong_settings_are_all_told_and_nothing_is_written(run: Callable[[str], Any], settings_file: Write, tmp_path: Path) -> None:
    path = settings_file("compliance: iso\ndeployments: {foundation: {}, fundation: {}}")
    finished = run(str(path))
    assert (finished.returncode, finished.stdout) == (2, "")
    assert [line.split(": ")[1] for line in finished.stderr.splitlines()] == ["compliance", "deployments.fundation"]
    assert not list((tmp_path / "out").rglob("*"))


def test_what_a_region_does_not_have_is_told_without_a_traceback(run: Callable[[str], Any], settings_file: Write) -> None:
    models = "models: {texts: {artifact: s3://example/texts/}}"
    path = settings_file(f"region: eu-south-2\ndeployments: {{llm-inference: {{instance_types: [ml.p5.48xlarge], {models}}}}}")
    finished = run(str(path))
    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (2, "", 1)
    assert finished.stderr.startswith(f"{path}: deployments.llm-inference: instance_types must be a type that runs")


def test_a_settings_file_that_is_not_there_is_named(run: Callable[[str], Any]) -> None:
    finished = run("nowhere.yaml")
    assert (finished.returncode, finished.stderr) == (2, "nowhere.yaml: cannot be read: No such file or directory\n")


def test_findings_of_the_rules_end_the_synthesis_without_a_traceback(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    def plant(app: cdk.App, _: Any) -> None:
        cdk.aws_s3.Bucket(cdk.Stack(app, "Planted"), "Bucket")
        attach_rules(app)

    monkeypatch.chdir(root)
    monkeypatch.setattr("app.compose", plant)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1


def test_another_failure_is_not_hidden(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    def plant(app: cdk.App, _: Any) -> None:
        cdk.Stack(app, "Planted").node.add_validation(Refusing())

    monkeypatch.chdir(root)
    monkeypatch.setattr("app.compose", plant)
    with pytest.raises(RuntimeError, match="this is wrong"):
        main()


def test_cdk_json_has_every_recommended_flag_as_recommended(feature_flags: Mapping[str, Any], root: Path) -> None:
    recommended = root / "node_modules/aws-cdk/lib/init-templates/.recommended-feature-flags.json"
    assert json.loads(recommended.read_text(encoding="utf-8")) == feature_flags
