"""Trains all models into ``samples/models`` and writes inputs for them: ``python -m samples.make_models``."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from samples.make_models import churn, digits, language_model, tenants, wine

TARGET = Path(__file__).parent.parent
QUESTION = {"messages": [{"role": "user", "content": "Hello, when will my phone arrive?"}], "max_tokens": 60, "temperature": 0.2, "seed": 7}


def models() -> dict[str, dict[str, bytes]]:
    """Returns for each folder of ``samples/models`` its files: what lies in ``/opt/ml/model`` of a container."""
    adapters = {f"{language_model.NAME}-{style}": language_model.adapter_files(style) for style in language_model.STYLES}
    own = {"churn": churn.files(), "wine": wine.files(), "digits": digits.files(), language_model.NAME: language_model.files()}
    return {**own, **adapters}


def inputs() -> dict[str, str]:
    """Returns the inputs of the trials, by path."""
    broken = "9,59.9,five point nine,0,0,10,10,1\n"
    return {
        "real-time-inference/customers.csv": churn.csv_rows(0, 5),
        "real-time-inference/no numbers.csv": broken,
        "serverless-inference/wines.json": json.dumps(wine.rows(4)) + "\n",
        "serverless-inference/one-wine.csv": ",".join(f"{value:g}" for value in wine.rows(1)[0]) + "\n",
        "serverless-inference/no-wine.json": '["red", "dry"]\n',
        "async-inference/customers.csv": churn.csv_rows(0, 200),
        "async-inference/more customers.csv": churn.csv_rows(200, 50),
        "async-inference/broken.csv": broken,
        "multi-model-inference/days.csv": tenants.csv_rows(),
        "multi-model-inference/digits.json": json.dumps(digits.request(2)) + "\n",
        "llm-inference/chat.json": json.dumps(QUESTION, indent=2) + "\n",
        "llm-inference/inputs.json": json.dumps({"inputs": "Why is my bill so high?", "parameters": {"max_new_tokens": 40}}, indent=2)
        + "\n",
        "batch-transform/customers-1.csv": churn.csv_rows(0, 300),
        "batch-transform/customers-2.csv": churn.csv_rows(300, 120),
        "batch-transform/broken.csv": broken,
    }


def readme() -> str:
    """Returns what ``samples/models/README.md`` says."""
    rows = {
        "churn": ("XGBoost", "5,000 made-up customers, `samples/make_models/churn.py`", churn.quality(churn.train())),
        "wine": (
            "scikit-learn",
            "the wines that come with scikit-learn, from [UCI](https://archive.ics.uci.edu/dataset/109/wine)",
            wine.quality(wine.train()),
        ),
        "digits": (
            "ONNX, for Triton",
            "the digits that come with scikit-learn, from [UCI](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits)",
            digits.quality(digits.train()),
        ),
        language_model.NAME: (
            "ONNX",
            "made-up dialogues, `samples/make_models/replies.yaml`",
            language_model.quality(language_model.train()),
        ),
    }
    lines = [
        "# Sample models",
        "",
        "Small models that `python -m samples.make_models` trains in seconds, the same every time; they show the wiring, not the art.",
        "Each folder is what lies in `/opt/ml/model` of a container. Everything but the two named data sets is made up.",
        "",
        "| folder | format | data | on data that it has not seen |",
        "|---|---|---|---|",
        *(
            f"| `{name}` | {form} | {data} | {'; '.join(f'{k} {v}' for k, v in found.items())} |"
            for name, (form, data, found) in rows.items()
        ),
        "",
        "`support-replies-formal` and `support-replies-brief` are low-rank adapters of `support-replies`. Its unseen replies follow the",
        "patterns of those that it learnt from, so its perplexity says that it has learnt the patterns, and no more.",
        "",
        "`wine/model.joblib` is a pickle, as SageMaker's scikit-learn container wants it. Loading a pickle runs code: load those only",
        "whose origin you know.",
    ]
    return "\n".join(lines) + "\n"


def main(target: Path = TARGET) -> None:
    """Writes models, their description and inputs below ``target``."""
    for name, files in models().items():
        shutil.rmtree(target / "models" / name, ignore_errors=True)
        _write(target / "models" / name, files)
    _write(target / "models", {"README.md": readme().encode()})
    _write(target, {name: text.encode() for name, text in inputs().items()})


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
