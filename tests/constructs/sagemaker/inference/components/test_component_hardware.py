import pytest

from ml_constructs.sagemaker.inference.components.component_hardware import HARDWARE, ModelShape
from ml_constructs.sagemaker.instance_types import instance_type

EACH = pytest.mark.parametrize("name", HARDWARE)


@EACH
def test_the_default_instance_runs_the_image_and_holds_a_copy(name: str) -> None:
    hardware = HARDWARE[name]
    hardware.check([hardware.instance_type], "us-east-1")
    accelerator = instance_type(hardware.instance_type).accelerator
    assert accelerator is not None
    assert accelerator.kind == hardware.accelerator


@pytest.mark.parametrize(
    ("name", "accelerators", "variable", "parts"),
    [
        ("gpu", 4, "OPTION_TENSOR_PARALLEL_DEGREE", "4"),
        ("inferentia2", 6, "SM_ON_TENSOR_PARALLEL_SIZE", "12"),
        ("trainium", 16, "SM_ON_TENSOR_PARALLEL_SIZE", "32"),
    ],
)
def test_a_model_is_spread_over_all_cores_of_its_accelerators(name: str, accelerators: int, variable: str, parts: str) -> None:
    assert HARDWARE[name].environment(ModelShape(accelerators=accelerators))[variable] == parts


@EACH
def test_model_servers_ask_nobody_for_files(name: str) -> None:
    assert HARDWARE[name].environment(ModelShape())["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize(("adapters", "at_once", "kept"), [(1, "1", "8"), (8, "8", "8"), (20, "8", "20")])
def test_adapters_are_loaded_as_far_as_accelerators_hold_them_and_else_kept(adapters: int, at_once: str, kept: str) -> None:
    found = HARDWARE["gpu"].environment(ModelShape(adapters=adapters, adapter_rank=16))
    assert (found["OPTION_ENABLE_LORA"], found["OPTION_MAX_LORA_RANK"]) == ("true", "16")
    assert (found["OPTION_MAX_LORAS"], found["OPTION_MAX_CPU_LORAS"]) == (at_once, kept)


def test_without_adapters_none_are_switched_on() -> None:
    assert not [name for name in HARDWARE["gpu"].environment(ModelShape()) if "LORA" in name]


@pytest.mark.parametrize(
    ("name", "given", "word"),
    [
        ("gpu", "ml.inf2.xlarge", "instance_types must be a type that runs djl-lmi"),
        ("inferentia2", "ml.trn1.2xlarge", r"instance_types must be of ml.inf2.xlarge, .* for Inferentia2, got ml.trn1.2xlarge"),
        ("inferentia2", "ml.inf1.xlarge", "instance_types must be a type that runs vllm-neuronx"),
        ("trainium", "ml.trn2.48xlarge", r"instance_types must be of ml.trn1.2xlarge, .* for Trainium, got ml.trn2.48xlarge"),
    ],
)
def test_refuses_instances_of_other_hardware_and_names_those_that_fit(name: str, given: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        HARDWARE[name].check([given])
