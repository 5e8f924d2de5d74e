"""A settings file as app.py composes it; with ``packs`` as second argument, checked by all five rule packs."""

import gc
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    gc.disable()  # As app.py does.

import aws_cdk as cdk

from app import REPEATABLE, compose
from ml_constructs.foundation.compliance import rule_packs
from stacks.settings import load

gc.freeze()
gc.enable()
settings, *rules = sys.argv[1:]
flags = json.loads(Path("cdk.json").read_text(encoding="utf-8"))["context"]
app = cdk.App(context={**flags, **REPEATABLE})
compose(app, load(Path(settings)))
if rules == ["packs"]:
    cdk.Validations.of(app).add_plugins(*rule_packs(app))
app.synth()
