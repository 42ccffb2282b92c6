# `make` alone prints this list. Everything runs from .venv, which `make setup` makes.
.DEFAULT_GOAL := help
.PHONY: help setup demo sandbox test sweep mutants fidelity lint format check catalogs reference clean
SHELL := /bin/bash
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
INPUTS := constraints.txt pyproject.toml meltano.yml .env.example .ci/setup \
          $(wildcard */pyproject.toml transforms/*/pyproject.toml) \
          $(wildcard */plugin.meltano.yml transforms/*/plugin.meltano.yml)

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1 \2/' | \
	  awk '{ printf "  %s %-10s", $$1, $$2; $$1 = $$2 = ""; sub(/^ +/, " "); print }'

setup: .meltano/.setup-done .env ## install everything (again only where something changed)

.venv/.setup-done: $(INPUTS)
	@.ci/setup workspace

.meltano/.setup-done: .venv/.setup-done
	@.ci/setup plugins

.env:
	@install -m 600 .env.example .env

demo: setup ## keep a sandbox sheet, HubSpot and Salesforce in step, and show what changed
	@umask 077; $(PY) demo/run.py

sandbox: setup ## run the vendors on loopback until interrupted (console on port 8800)
	@.venv/bin/outreach-sandbox serve

test: setup ## run all tests but the long sweeps
	@$(PYTEST) -n 2 --dist worksteal -m "not sweep"

sweep: setup ## run the long sweeps (every kill point of the story)
	@$(PYTEST) -n 2 --dist worksteal -m sweep --timeout 0

mutants: setup ## break every rule on purpose and see a test notice (WORDS="a copied row" tries some)
	@$(PY) tests/mutants/run.py $(if $(WORDS),"$(WORDS)")

fidelity: setup ## play what was recorded from the vendors against the sandbox (OUTREACH_TRUTH: where it lies)
	@PYTHONPATH=.:tests $(PY) -m fidelity.run

lint: setup ## check style, types and who imports whom
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

format: setup ## put the code into the house style
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .

check: lint test ## what CI runs

catalogs: setup ## write catalogs/ anew from what the taps discover
	@$(PY) catalogs/write.py

reference: setup ## write docs/reference/ anew from plugin definitions, record contracts, the command's help and the sandbox
	@$(PY) docs/reference/write.py
	@$(PY) docs/reference/write_records.py
	@PYTHONPATH=tests $(PY) docs/reference/write_sandbox.py
	@$(PY) -m outreach_cli.reference > docs/reference/cli.md.new && mv docs/reference/cli.md.new docs/reference/cli.md

clean: ## remove what runs and tests left; keeps .venv, .env and the ledger
	@rm -rf .meltano/run .meltano/logs .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -path "./.venv*" -prune -o -path ./.meltano -prune -o -name __pycache__ -type d -print0 | xargs -0r rm -rf
