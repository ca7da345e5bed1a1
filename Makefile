# The whole developer interface. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
NIGHTLIGHT := .venv/bin/nightlight
export RASA_TELEMETRY_ENABLED := false
export PYTHONWARNINGS := ignore
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: help install tools setup run chat train test lint types contracts validate check unit widget evaluate bench bench-widget screens soak clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.tools/bin/uv:
	@echo "· uv is not here: installing it into .tools/"
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install python3.11 (Debian 12: apt-get install python3 python3-venv), or set PYTHON."; exit 1; }
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

install: $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## install what is locked
	@echo "· installing what is locked"; s=$$SECONDS; $(UV) sync --frozen --no-dev --inexact --quiet && echo "  installed: $$((SECONDS - s)) s"

tools: $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## install what tests need, too
	@$(UV) sync --frozen --quiet

setup: install ## install, and train if no model fits the files
	@$(NIGHTLIGHT) train

run: setup ## install, train if needed, start everything, print the address
	@exec $(NIGHTLIGHT) run

chat: setup ## talk to the bot in the terminal
	@exec $(NIGHTLIGHT) chat

train: install ## train a model for the files as they are
	@$(NIGHTLIGHT) train

test: setup tools lint types contracts check validate unit widget ## everything that CI holds this to

lint: ## formatting and lint
	@.venv/bin/ruff format --check . && .venv/bin/ruff check .

types: ## mypy, strict on bot/ outside engine/
	@.venv/bin/mypy

contracts: ## who may import whom
	@.venv/bin/lint-imports --no-cache

check: ## the curated answers
	@$(NIGHTLIGHT) faq check

validate: ## Rasa's own check of domain, rules and examples
	@.venv/bin/python -m bot.engine.validate

unit: ## all Python tests
	@.venv/bin/pytest

widget: ## the widget's modules, by Node's own test runner
	@if command -v node >/dev/null; then node --test widget/tests/; else echo "node is not installed: the widget's modules were tested in the browser alone"; fi

evaluate: ## the project's own held-out sets
	@$(NIGHTLIGHT) evaluate tests/evaluation/*.jsonl

bench: tools ## this bot beside stock Rasa, in one run of half an hour, into bench/results.*
	@.venv/bin/python -m bench

bench-widget: tools ## the widget beside published ones, from the npm registry, into bench/widget.*
	@.venv/bin/python -m bench.widget

screens: tools ## the pictures of the widget, into docs/screens/
	@PYTHONPATH=tests:. .venv/bin/python -m scripts.screens

soak: tools ## 10,000 texts, and 200 appointments, with processes killed meanwhile, into bench/*.json
	@PYTHONPATH=tests:. nice .venv/bin/python -m soak.texts
	@PYTHONPATH=tests:. nice .venv/bin/python -m soak.appointments --out bench/appointments.json

clean: ## remove what was made, keep var/
	rm -rf models .rasa .mypy_cache .ruff_cache .pytest_cache
