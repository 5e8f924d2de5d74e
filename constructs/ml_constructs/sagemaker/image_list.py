"""The list of AWS's container images: pinned tags, and the accounts that hold them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Hub:
    """The environment variables by which an image is told of a model of the Hugging Face Hub.

    Args:
        model: Takes the model's id.
        revision: Takes a branch, tag or commit; ``None`` if the image takes none.
        folder: Whether the first takes a folder, too, and has to name that of files from S3.
    """

    model: str
    revision: str | None = None
    folder: bool = False


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What is known about one image.

    Args:
        framework: Its name in the list.
        version: Of the framework.
        accelerator: What it is built for.
        repository: Its name, the same in every account.
        tag: Pinned.
        accounts: Account by region.
        architectures: The processors it is built for.
        neuron_sdk: Version of the Neuron SDK in it.
        cuda: Version of CUDA in it.
        multi_model: Whether multi-model endpoints take it, as https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-support.html
            lists them.
        hub: How it is told of a model of the Hugging Face Hub.
    """

    framework: str
    version: str
    accelerator: str
    repository: str
    tag: str
    accounts: Mapping[str, str]
    architectures: frozenset[str]
    neuron_sdk: str | None
    cuda: str | None
    multi_model: bool
    hub: Hub | None

    def account(self, region: str) -> str:
        """The account that holds the image in ``region``.

        Raises:
            ValueError: A region without one; it names the regions that have one.
        """
        if region not in self.accounts:
            name = f"{self.framework} {self.version} for {self.accelerator}"
            raise ValueError(f"{name} must be in {region}; according to {generated_from()} it is in {', '.join(sorted(self.accounts))}")
        return self.accounts[region]


def frameworks() -> tuple[str, ...]:
    """The names of the frameworks in the list."""
    return tuple(_data()["images"])


def generated_from() -> str:
    """The source of the accounts, with its version."""
    return str(_data()["generated_from"])


@cache
def framework_image(framework: str, version: str | None, accelerator: str) -> ImageFacts:
    """What is known about an image.

    Args:
        framework: One of ``frameworks()``.
        version: One of those pinned; the newest for ``None``.
        accelerator: ``cpu``, ``gpu`` or ``neuron``.

    Raises:
        ValueError: An image that isn't in the list.
    """
    if framework not in frameworks():
        raise ValueError(f"framework must be one of {', '.join(frameworks())}, got {framework!r}")
    facts = _data()["images"][framework]
    versions = facts["versions"]
    chosen = next(iter(versions)) if version is None else version
    if chosen not in versions:
        raise ValueError(f"version of {framework} must be one of {', '.join(versions)}, got {chosen!r}")
    if accelerator not in versions[chosen]:
        raise ValueError(f"accelerator of {framework} {chosen} must be one of {', '.join(versions[chosen])}, got {accelerator!r}")
    image = versions[chosen][accelerator]
    return ImageFacts(
        framework=framework,
        version=chosen,
        accelerator=accelerator,
        repository=image["repository"],
        tag=image["tag"],
        accounts=_data()["accounts"][image["accounts"]],
        architectures=frozenset(image.get("architectures", ["x86_64"])),
        neuron_sdk=image.get("neuron_sdk"),
        cuda=image.get("cuda"),
        multi_model=accelerator in facts["multi_model"],
        hub=Hub(**facts["hub"]) if "hub" in facts else None,
    )


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files(__package__).joinpath("images.json").read_text(encoding="utf-8"))
    return loaded
