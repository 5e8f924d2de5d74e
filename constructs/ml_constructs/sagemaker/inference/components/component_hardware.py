"""The accelerators that language models run on, with the image, the instances and the variables that go with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.fit import check_fit
from ml_constructs.sagemaker.instance_types import instance_type, offered

MOST_LORAS_AT_ONCE = 8
OFFLINE = {"HF_HUB_OFFLINE": "1"}
LMI = {
    "OPTION_ASYNC_MODE": "true",
    "OPTION_ENTRYPOINT": "djl_python.lmi_vllm.vllm_async_service",
    "OPTION_ROLLING_BATCH": "disable",
    "SAGEMAKER_ENABLE_LOAD_AWARE": "1",
}


@dataclass(frozen=True, kw_only=True)
class ModelShape:
    """What a server of a language model is set up for.

    Args:
        accelerators: That one copy is spread over.
        context_tokens: Of prompt and answer together.
        sequences: Answered at once by one copy.
        adapters: LoRA adapters beside the model.
        adapter_rank: The highest of their ranks.
    """

    accelerators: int = 1
    context_tokens: int = 4096
    sequences: int = 16
    adapters: int = 0
    adapter_rank: int = 64


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """One kind of accelerator.

    Args:
        framework: The image, by its name in the table of images.
        accelerator: ``gpu`` or ``neuron``.
        devices: The accelerators by EC2's names; any of the kind when empty.
        instance_type: The smallest that serves a model of some billion parameters.
        cores: Of one accelerator, each of which holds a part of the model.
        adapters: Whether the image loads LoRA adapters.
    """

    framework: str
    accelerator: Literal["gpu", "neuron"]
    devices: frozenset[str] = frozenset()
    instance_type: str
    cores: int
    adapters: bool

    @property
    def image(self) -> FrameworkImage:
        """What runs."""
        return FrameworkImage(self.framework, accelerator=self.accelerator)

    def check(self, instance_types: Sequence[str], region: str | None = None) -> None:
        """Refuses instance types without this accelerator, or that can't run the image.

        Raises:
            ValueError: It names types that fit.
        """
        check_fit(self.image, instance_types, setting="instance_types", region=region)
        for name in instance_types:
            found = instance_type(name).accelerator
            if self.devices and (found is None or found.name not in self.devices):
                fitting = [kind.name for kind in offered("hosting") if kind.accelerator and kind.accelerator.name in self.devices]
                raise ValueError(f"instance_types must be of {', '.join(fitting)} for {', '.join(self.devices)}, got {name}")

    def environment(self, shape: ModelShape) -> dict[str, str]:
        """How the model server is told what it is set up for.

        See https://docs.djl.ai/master/docs/serving/serving/docs/lmi/user_guides/vllm_user_guide.html,
        https://docs.djl.ai/master/docs/serving/serving/docs/adapters.html and
        https://huggingface.co/docs/optimum-neuron/guides/vllm_plugin
        """
        parts = shape.accelerators * self.cores
        if self.accelerator == "neuron":
            return OFFLINE | {
                "SM_ON_BATCH_SIZE": str(shape.sequences),
                "SM_ON_SEQUENCE_LENGTH": str(shape.context_tokens),
                "SM_ON_TENSOR_PARALLEL_SIZE": str(parts),
            }
        told = {
            "OPTION_MAX_MODEL_LEN": str(shape.context_tokens),
            "OPTION_MAX_ROLLING_BATCH_SIZE": str(shape.sequences),
            "OPTION_TENSOR_PARALLEL_DEGREE": str(parts),
        }
        return OFFLINE | LMI | told | (_adapters(shape) if shape.adapters else {})


HARDWARE: Mapping[str, Hardware] = {
    "gpu": Hardware(framework="djl-lmi", accelerator="gpu", instance_type="ml.g6.2xlarge", cores=1, adapters=True),
    "inferentia2": Hardware(
        framework="vllm-neuronx",
        accelerator="neuron",
        devices=frozenset({"Inferentia2"}),
        instance_type="ml.inf2.8xlarge",
        cores=2,
        adapters=False,
    ),
    "trainium": Hardware(
        framework="vllm-neuronx",
        accelerator="neuron",
        devices=frozenset({"Trainium"}),
        instance_type="ml.trn1.2xlarge",
        cores=2,
        adapters=False,
    ),
}
"""By the names of settings. Trainium is its first generation: SageMaker's images for the second are not those for endpoints."""


def _adapters(shape: ModelShape) -> dict[str, str]:
    return {
        "OPTION_ENABLE_LORA": "true",
        "OPTION_MAX_CPU_LORAS": str(max(shape.adapters, MOST_LORAS_AT_ONCE)),
        "OPTION_MAX_LORAS": str(min(shape.adapters, MOST_LORAS_AT_ONCE)),
        "OPTION_MAX_LORA_RANK": str(shape.adapter_rank),
    }
