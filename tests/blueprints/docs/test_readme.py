"""The examples in the README are run as they stand there."""

import json
import os
import subprocess
import sys
from pathlib import Path

from blueprints.docs import markdown

README = Path(__file__).resolve().parents[3] / "README.md"


def example(name: str) -> str:
    text = markdown.region(README.read_text(encoding="utf-8"), name)
    return text.removeprefix("```python\n").removesuffix("```\n")


def run(command: list[str], folder: Path, **environment: str) -> str:
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=folder, env={**inherited, "PATH": tools, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_foreign_app_uses_the_constructs(tmp_path: Path) -> None:
    code = example("foreign-app")
    assert len(code.splitlines()) <= 12
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    run([sys.executable, "app.py"], tmp_path, CDK_OUTDIR=str(tmp_path / "cdk.out"))
    template = json.loads((tmp_path / "cdk.out" / "Scans.template.json").read_text(encoding="utf-8"))
    types = [resource["Type"] for resource in template["Resources"].values()]
    assert types.count("AWS::S3::Bucket") == 2
    assert types.count("AWS::KMS::Key") == 1


def test_a_foreign_test_writes_its_snapshot_and_then_passes(tmp_path: Path) -> None:
    (tmp_path / "test_scans.py").write_text(example("foreign-test"), encoding="utf-8")
    options = f"['-q', '-p', 'no:cacheprovider', '--rootdir', {str(tmp_path)!r}]"
    twice = f"import pytest; pytest.main([*{options}, '--snapshot-update']); raise SystemExit(pytest.main({options}))"
    written = run([sys.executable, "-c", twice], tmp_path)
    assert "1 snapshot generated" in written
    assert "1 snapshot passed" in written
