"""A settings file as app.py composes it; with ``packs`` as second argument, checked by all five rule packs."""

import json
import sys
from pathlib import Path

import aws_cdk as cdk

from app import compose
from ml_constructs.foundation.compliance import rule_packs
from stacks.settings import load

settings, *rules = sys.argv[1:]
app = cdk.App(context=json.loads(Path("cdk.json").read_text(encoding="utf-8"))["context"])
compose(app, load(Path(settings)))
if rules == ["packs"]:
    cdk.Validations.of(app).add_plugins(*rule_packs(app))
app.synth()
