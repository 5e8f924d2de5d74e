import datetime
import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from blueprints import refresh_images

DAY = datetime.date(2027, 1, 31)
SDK = {"versions": {"1": {"repository": "boosting", "registries": {"us-east-1": "222222222222", "eu-west-1": "111111111111"}}}}


def kept(**image: Any) -> dict[str, Any]:
    fields = {"repository": "boosting", "tag": "1", "accounts_of": ["boosting", "versions", "1"], "accounts": 7, **image}
    return {"generated_by": "hand", "images": {"boosting": {"title": "Boosting", "versions": {"1": {"cpu": fields, "gpu": fields}}}}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "boosting.json").write_text(json.dumps(SDK), encoding="utf-8")
    return tmp_path


def built(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(refresh_images.table(table, folder, "9.9.9", DAY))
    return content


def test_accounts_come_from_the_sdk_and_are_written_once(folder: Path) -> None:
    content = built(kept(), folder)
    assert content["accounts"] == [{"eu-west-1": "111111111111", "us-east-1": "222222222222"}]
    assert content["generated_from"] == "sagemaker-core 9.9.9"
    assert content["generated_on"] == "2027-01-31"


def test_images_and_tags_stay_as_they_are_kept(folder: Path) -> None:
    content = built(kept(cuda="13.0"), folder)
    expected = kept(cuda="13.0", accounts=0)["images"]
    assert content["images"] == expected
    assert built(content, folder) == content


def test_an_image_that_the_sdk_does_not_know_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="must lead to an image of the SDK, got boosting/versions/2 for boosting 1"):
        built(kept(accounts_of=["boosting", "versions", "2"]), folder)
    with pytest.raises(ValueError, match="must start with a file of the SDK, got bagging"):
        built(kept(accounts_of=["bagging", "versions", "1"]), folder)


def test_an_image_of_another_repository_has_to_say_that_the_sdk_does_not_list_it(folder: Path) -> None:
    with pytest.raises(ValueError, match="repository must be boosting as in the SDK, got another for boosting 1"):
        built(kept(repository="another"), folder)
    assert built(kept(repository="another", unlisted=True), folder)["accounts"]


def test_the_command_writes_the_table(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "images.json"
    target.write_text(json.dumps(kept()), encoding="utf-8")
    monkeypatch.setattr(refresh_images, "TARGET", target)
    monkeypatch.setattr(refresh_images, "installed", lambda: (folder, "9.9.9"))
    refresh_images.main()
    assert json.loads(target.read_text(encoding="utf-8"))["generated_from"] == "sagemaker-core 9.9.9"


def test_without_the_sdk_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ModuleNotFoundError, match=r"sagemaker-core must be installed.*pip install --no-deps sagemaker-core==2\.27\.0"):
        refresh_images.main()


def test_with_the_sdk_its_files_are_found_beside_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Distribution:
        version = "2.27.0"

        def locate_file(self, path: Path) -> Path:
            return tmp_path / path

    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Distribution())
    assert refresh_images.installed() == (tmp_path / "sagemaker" / "core" / "image_uri_config", "2.27.0")


def test_the_shipped_table_is_written_the_way_that_the_command_writes_it() -> None:
    shipped = refresh_images.TARGET.read_text(encoding="utf-8")
    table = json.loads(shipped)
    head = {key: table[key] for key in ("generated_by", "generated_from", "generated_on")}
    assert refresh_images._text(head, table["accounts"], table["images"]) == shipped
    assert table["generated_from"] == f"sagemaker-core {refresh_images.VERSION}"
