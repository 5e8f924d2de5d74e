"""Which framework stands in for a container image."""

from __future__ import annotations

REPOSITORIES = {
    "sagemaker-xgboost": "xgboost",
    "sagemaker-scikit-learn": "scikit-learn",
    "sagemaker-tritonserver": "triton",
    "djl-inference": "language-model",
    "vllm": "language-model",
    "huggingface-vllm": "language-model",
    "huggingface-vllm-inference-neuronx": "language-model",
    "huggingface-pytorch-tgi-inference": "language-model",
    "pytorch-inference-vllm-neuronx": "language-model",
    "sglang": "language-model",
}
"""The framework for each repository of an image that AWS publishes."""


class UnsupportedImageError(ValueError):
    """Nothing here loads models the way the image does."""


def framework_of(image_uri: str) -> str:
    """Returns the framework that stands in for the image: a key of ``frameworks.MODULES``.

    Args:
        image_uri: ``account.dkr.ecr.region.amazonaws.com/repository:tag``, or with ``@digest``; ``public.ecr.aws/…`` too.

    Raises:
        UnsupportedImageError: Its repository is none of ``REPOSITORIES``.
    """
    repository = image_uri.split("@")[0].rpartition("/")[2].split(":")[0]
    if repository not in REPOSITORIES:
        raise UnsupportedImageError(f"the image's repository must be one of {', '.join(sorted(REPOSITORIES))}, got {repository!r}")
    return REPOSITORIES[repository]
