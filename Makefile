# What one can do here. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 2 ] && echo $$n || echo 2)

# A file of tests stays with one worker, for what its tests share; the longest come first.
SHARED_OUT := -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Images of machines often forbid it: then each start of a process compiles all it imports.
unexport PYTHONDONTWRITEBYTECODE

# What the documents, the spreadsheet, the tokens of authorities, encrypted delivery, captured pages and
# the auditors' queries need: who runs this from a clone has no package to ask for them.
EXTRAS := documents xlsx age capture history

.PHONY: help
help: ## list what one can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Rempart needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which to use: make demo PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "The module venv is missing: apt install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.run-ready: $(BIN)/uv uv.lock pyproject.toml src/rempart/detect/text/kernel.c src/rempart/log/kernel.c
	$(UV) sync --locked --quiet --no-dev --inexact $(addprefix --extra ,$(EXTRAS)) --python $(BIN)/python
	@touch $@

$(VENV)/.dev-ready: $(BIN)/uv uv.lock pyproject.toml src/rempart/detect/text/kernel.c src/rempart/log/kernel.c
	$(UV) sync --locked --quiet --inexact --python $(BIN)/python
	@touch $@ $(VENV)/.run-ready

.PHONY: env
env: $(VENV)/.dev-ready ## make the environment for development (.venv)

.PHONY: demo
demo: $(VENV)/.run-ready ## see a raid caught, explained and undone; nothing to configure
	@$(BIN)/rempart demo $(ARGS)

.PHONY: serve
serve: $(VENV)/.run-ready ## run the service on the folder ./data
	@$(BIN)/rempart serve --data data $(ARGS)

.PHONY: system
system: ## install the system packages that the tests need (apt, when allowed)
	@.ci/system-packages

.PHONY: test
test: system env lint types test-python wheel ## everything CI checks

.PHONY: lint
lint: env ## format, lint, import direction, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

.PHONY: types
types: env ## mypy --strict
	$(BIN)/mypy

# Whole incidents, floods and faults.
# The browser has runs of its own: its driver leaves an event loop running in its process.
LONG := tests/evaluate tests/faults tests/incidents tests/detect/test_bad_input.py

.PHONY: test-python
test-python: env ## the tests, browser tests included
	$(BIN)/python -m pytest $(SHARED_OUT) --durations=5 tests/browser $(ARGS)
	$(BIN)/python -m pytest $(SHARED_OUT) --durations=5 $(LONG) $(ARGS)
	$(BIN)/python -m pytest $(SHARED_OUT) --durations=5 $(addprefix --ignore=,tests/browser $(LONG)) $(ARGS)

.PHONY: coverage
coverage: env ## how much of the code the short tests run
	$(BIN)/python -m pytest $(SHARED_OUT) --cov --cov-report= $(addprefix --ignore=,tests/browser $(LONG)) $(ARGS)
	$(BIN)/coverage report --skip-covered --format=total | sed 's/^/coverage in per cent: /'

.PHONY: test-faults
test-faults: env ## the long fault runs: 2,000 kills, 10,000 power cuts, 1,000 seeded changes
	REMPART_FAULT_ROUNDS=10 $(BIN)/python -m pytest -m faults tests/faults -v

.PHONY: test-browser
test-browser: env ## the browser tests in every look: both languages, both themes
	REMPART_EVERY_LOOK=1 $(BIN)/python -m pytest $(SHARED_OUT) tests/browser $(ARGS)

.PHONY: checklist
checklist: env ## run the tests that show what the law asks for; the page and the court dossier read the result
	REMPART_CHECKLIST=src/rempart/disclose/checklist/results.json $(BIN)/python -m pytest $$($(BIN)/python -m tests.checklist)

SECONDS_EACH ?= 60
.PHONY: fuzz
fuzz: env ## fuzz what reads strangers' bytes, SECONDS_EACH=60 for each target
	@for target in $$($(BIN)/python -c 'from tests.fuzz.targets import TARGETS; print(*TARGETS)'); do \
		echo "== $$target"; $(BIN)/python -m tests.fuzz $$target $(SECONDS_EACH) || exit 1; done

.PHONY: wheel
wheel: env ## build the wheel and install it in an empty environment
	rm -rf dist
	$(UV) build --quiet --wheel --out-dir dist
	.ci/wheel-install dist/*.whl

.PHONY: bench
bench: env ## the figures of docs/benchmarks.md, as CPU seconds of whole processes
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: evaluate-raids
evaluate-raids: env ## quality of raid detection: every kind injected into real chat, beside four baselines
	$(BIN)/python -m tests.evaluate.raids $(ARGS)

.PHONY: screenshots
screenshots: env ## make the pictures of the docs anew
	$(BIN)/python -m pytest -m browser tests/browser -k screenshots

.PHONY: translations
translations: env ## collect messages, update and compile the catalogues
	$(BIN)/python .ci/catalogues

.PHONY: format
format: env ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

.PHONY: clean
clean: ## remove what was made here (not ./data)
	rm -rf $(VENV) dist .coverage* htmlcov .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
