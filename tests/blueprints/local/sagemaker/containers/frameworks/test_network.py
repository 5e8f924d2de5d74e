"""The small language model says one word after the other."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from blueprints.local.sagemaker.containers.frameworks.network import Network, Sampling
from blueprints.local.sagemaker.containers.protocol import Rejected


@pytest.fixture(scope="module")
def models(root: Path) -> Path:
    return root / "samples" / "models"


@pytest.fixture
def network(models: Path) -> Network:
    return Network(models / "support-replies")


def say(network: Network, question: str, sampling: Sampling | None = None, adapter: str | None = None) -> str:
    return "".join(word.text for word in network.say(network.tokens(question), sampling or Sampling(60, temperature=0), adapter))


def test_the_likeliest_reply_is_the_same_every_time(network: Network) -> None:
    replies = {say(network, "Why is my bill so high?") for _ in range(3)}
    assert len(replies) == 1
    assert "your bill" in replies.pop().lower()


def test_replies_by_chance_depend_on_the_seed_alone(network: Network) -> None:
    replies = [say(network, "When will my phone arrive?", Sampling(60, seed=seed)) for seed in (1, 1, *range(2, 9))]
    assert replies[0] == replies[1]
    assert len(set(replies)) > 2


def test_of_few_words_only_the_likeliest_are_taken(network: Network) -> None:
    likeliest = say(network, "where is my refund ?")
    assert {say(network, "where is my refund ?", Sampling(60, top_p=0.0, seed=seed)) for seed in range(4)} == {likeliest}


def test_a_reply_ends_at_its_limit(network: Network) -> None:
    assert len(list(network.say(network.tokens("can i keep my number"), Sampling(3, temperature=0)))) == 3


def test_sentences_begin_with_a_capital_and_words_that_nobody_knows_do_no_harm(network: Network) -> None:
    assert say(network, "Ünknown wörds 42") == "I am sorry, i can only help with phones, bills and contracts."
    assert say(network, "").endswith(".")


def test_probabilities_are_told(network: Network) -> None:
    words = list(network.say(network.tokens("i forgot my password"), Sampling(60, temperature=0)))
    assert all(word.log_probability <= 0 for word in words)


def test_adapters_change_the_manner_and_leave_the_model_alone(network: Network, models: Path) -> None:
    question = "please cancel my plan ."
    plain = say(network, question)
    for style in ("formal", "brief"):
        network.load_adapter(style, models / f"support-replies-{style}")
    assert say(network, question, adapter="formal").startswith("Dear customer, thank you")
    assert say(network, question, adapter="brief").startswith("Cancel online, ends after")
    assert say(network, question) == plain
    assert network.adapters == ["brief", "formal"]
    network.unload_adapter("brief")
    assert network.adapters == ["formal"]


def test_an_adapter_of_zeros_changes_nothing_and_its_rank_is_free(network: Network, models: Path, tmp_path: Path) -> None:
    config, tensors = read(models / "support-replies-brief")
    zeros = {name: np.zeros_like(tensor[:2] if "lora_A" in name else tensor[:, :2]) for name, tensor in tensors.items()}
    write(tmp_path, {**config, "r": 2}, zeros)
    network.load_adapter("zeros", tmp_path)
    assert say(network, "there is no signal at home", adapter="zeros") == say(network, "there is no signal at home")


def read(folder: Path) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    return json.loads((folder / "adapter_config.json").read_text()), load_file(folder / "adapter_model.safetensors")


def write(folder: Path, config: dict[str, object], tensors: dict[str, np.ndarray]) -> None:
    (folder / "adapter_config.json").write_text(json.dumps(config))
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, folder / "adapter_model.safetensors")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"peft_type": "IA3"}, "peft_type must be LORA"),
        ({"r": 65}, "r 1 to 64, got LORA and 65"),
        ({"r": 3}, r"hidden.A must have the shape \(160, 3\), got \(160, 6\)"),
        ({"target_modules": ["q_proj"]}, "KeyError"),
        ({"lora_alpha": None}, "TypeError"),
    ],
)
def test_adapters_that_do_not_fit_are_refused(
    network: Network, models: Path, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    config, tensors = read(models / "support-replies-brief")
    write(tmp_path, {**config, **changes}, tensors)
    with pytest.raises(Rejected, match=message) as caught:
        network.load_adapter("a", tmp_path)
    assert caught.value.status == 400
    assert network.adapters == []


def test_an_adapter_of_an_unknown_matrix_is_refused(network: Network, models: Path, tmp_path: Path) -> None:
    config, tensors = read(models / "support-replies-brief")
    renamed = {name.replace("hidden", "q_proj"): tensor for name, tensor in tensors.items()}
    write(tmp_path, {**config, "target_modules": ["q_proj"]}, renamed)
    with pytest.raises(Rejected, match=r"must be of \['hidden', 'projection'\], got q_proj"):
        network.load_adapter("a", tmp_path)


@pytest.mark.parametrize("broken", ["adapter_config.json", "adapter_model.safetensors"])
def test_adapters_that_are_broken_are_refused(network: Network, models: Path, tmp_path: Path, broken: str) -> None:
    shutil.copytree(models / "support-replies-brief", tmp_path / "a")
    (tmp_path / "a" / broken).write_bytes(b"nonsense")
    with pytest.raises(Rejected, match="can't be loaded"):
        network.load_adapter("a", tmp_path / "a")


def test_what_is_not_there_can_not_be_unloaded(network: Network) -> None:
    with pytest.raises(Rejected, match="The adapter a was not found") as caught:
        network.unload_adapter("a")
    assert caught.value.status == 404
