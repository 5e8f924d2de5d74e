import pytest

from ml_constructs.sagemaker.image_list import Hub, framework_image, frameworks, generated_from


def test_every_framework_of_the_collection_is_listed() -> None:
    wanted = {"xgboost", "scikit-learn", "linear-learner", "kmeans", "pytorch", "hugging-face", "djl-lmi", "vllm", "tei", "triton"}
    assert wanted | {"pytorch-neuronx", "vllm-neuronx"} <= set(frameworks())


def test_the_newest_version_is_taken_when_none_is_named() -> None:
    newest = framework_image("xgboost", None, "cpu")
    assert (newest.version, newest.repository, newest.tag) == ("3.2-0", "sagemaker-xgboost", "3.2-0")
    assert newest == framework_image("xgboost", "3.2-0", "cpu")
    assert framework_image("xgboost", "1.7-1", "cpu").tag == "1.7-1"


def test_accounts_differ_by_region_and_image() -> None:
    assert framework_image("xgboost", None, "cpu").account("us-east-1") == "683313688378"
    assert framework_image("linear-learner", None, "cpu").account("eu-west-1") == "438346466558"
    assert framework_image("pytorch", None, "gpu").account("cn-north-1") == "727897471807"


def test_a_region_without_the_image_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(
        ValueError,
        match=r"vllm-neuronx 0\.11\.0 for neuron must be in eu-north-1; according to sagemaker-core \S+ it is in ap-northeast-1, ",
    ):
        framework_image("vllm-neuronx", None, "neuron").account("eu-north-1")


@pytest.mark.parametrize(
    ("framework", "version", "accelerator", "message"),
    [
        ("caffe", None, "cpu", r"framework must be one of xgboost, .* got 'caffe'"),
        ("xgboost", "0.9", "cpu", r"version of xgboost must be one of 3\.2-0, .* got '0\.9'"),
        ("djl-lmi", None, "cpu", r"accelerator of djl-lmi 0\.38\.0 must be one of gpu, got 'cpu'"),
    ],
)
def test_images_that_are_not_listed_are_refused(framework: str, version: str | None, accelerator: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        framework_image(framework, version, accelerator)


def test_what_is_in_an_image_is_known_where_a_source_says_it() -> None:
    assert framework_image("djl-lmi", None, "gpu").cuda == "13.0"
    assert framework_image("pytorch-neuronx", None, "neuron").neuron_sdk == "2.31.1"
    assert framework_image("pytorch-arm64", None, "cpu").architectures == {"arm64"}
    assert framework_image("xgboost", None, "cpu").architectures == {"x86_64"}


def test_many_models_are_served_by_the_images_that_aws_names() -> None:
    on = {(name, kind) for name in ("xgboost", "kmeans", "pytorch", "triton") for kind in ("cpu", "gpu") if _serves_many(name, kind)}
    assert on == {("xgboost", "cpu"), ("pytorch", "cpu"), ("triton", "cpu"), ("triton", "gpu")}


def _serves_many(framework: str, accelerator: str) -> bool:
    try:
        return framework_image(framework, None, accelerator).multi_model
    except ValueError:
        return False


def test_images_that_load_from_the_hub_say_by_which_variables() -> None:
    assert framework_image("tei", None, "cpu").hub == Hub(model="HF_MODEL_ID", revision="HF_MODEL_REVISION", folder=True)
    assert framework_image("xgboost", None, "cpu").hub is None


def test_every_tag_belongs_to_its_accelerator() -> None:
    for framework in frameworks():
        for accelerator in ("cpu", "gpu", "neuron"):
            try:
                facts = framework_image(framework, None, accelerator)
            except ValueError:
                continue
            assert len(facts.accounts) > 10
            assert (facts.neuron_sdk is not None) is (accelerator == "neuron")
            assert not set(facts.tag.split("-")) & ({"cpu", "gpu", "neuronx"} - {accelerator, f"{accelerator}x"})


def test_the_source_is_named() -> None:
    assert generated_from() == "sagemaker-core 2.27.0"
