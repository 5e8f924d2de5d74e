"""What a model of a Triton repository says of itself."""

import pytest

from blueprints.local.sagemaker.containers.frameworks.triton_config import Tensor, parse

CONFIG = """
# a comment
name: "m"
backend: "onnxruntime"
max_batch_size: 4
input { name: "x" data_type: TYPE_INT64 dims: [ 2, -1 ] }
output [ { name: "y", data_type: TYPE_FP16, dims: [ 1 ] } ]
instance_group [ { count: 1 kind: KIND_GPU } ]
parameters { key: "cudnn_conv_algo_search" value: { string_value: "0" } }
optimization { execution_accelerators { gpu_execution_accelerator : [ { name : "tensorrt" parameters { key: "a" value: "b" } } ] } }
dynamic_batching { preferred_batch_size: [ 4, 8 ] }
version_policy: { latest { num_versions: 1 } }
"""


def test_both_ways_of_writing_are_read_and_the_rest_is_skipped() -> None:
    config = parse(CONFIG)
    assert (config.name, config.max_batch_size) == ("m", 4)
    assert config.inputs == (Tensor("x", "INT64", (2, -1)),)
    assert config.outputs == (Tensor("y", "FP16", (1,)),)


def test_the_batch_is_a_dimension_of_its_own_only_if_there_is_one() -> None:
    config = parse(CONFIG)
    assert config.shape(config.inputs[0]) == (-1, 2, -1)
    single = parse(CONFIG.replace("max_batch_size: 4", ""))
    assert single.shape(single.inputs[0]) == (2, -1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ('name "m', "config.pbtxt can't be read"),
        (CONFIG.replace("TYPE_INT64", "TYPE_STRING"), "config.pbtxt can't be read"),
        (CONFIG.replace("onnxruntime", "tensorrt_plan"), "must have platform .* got 'tensorrt_plan'"),
        ('platform: "pytorch_libtorch"', "got 'pytorch_libtorch'"),
    ],
)
def test_other_models_are_refused(wrong: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(wrong)
