# Cairn: `make help` lists what one can do. PORT and DATA_DIR choose where it runs and keeps its data.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
BIN := $(VENV)/bin
JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup run serve test test-fast conformance lint format bench fuzz lock frontend clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

frontend: $(VENV)/.ready
	@$(PY) manage.py frontend

setup: $(VENV)/.ready frontend ## Set up everything but the start: packages, front-end files, database
	@$(PY) manage.py prepare

run: $(VENV)/.ready frontend ## Set up, start the site and its workers, print where and how to sign in
	@exec $(PY) manage.py up

serve: $(VENV)/.ready ## Start the API server alone, without the dashboard
	@exec $(PY) manage.py serve

lint: $(VENV)/.ready-dev ## Check style, types and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --check --lint templates
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PY) manage.py makemigrations --check --dry-run

test: lint frontend ## Run all checks
	@# The tests start hundreds of processes, which may be forbidden to keep what they compile.
	@$(PY) -m compileall -q dashboard datasources sds_server tests
	$(PY) -m pytest -n $(JOBS) --dist loadgroup

test-fast: $(VENV)/.ready-dev ## Run the tests that need no browser
	$(PY) -m pytest -n $(JOBS) --dist loadgroup -m "not browser"

conformance: export CONFORMANCE_URL := $(URL)
conformance: export CONFORMANCE_MASTER_KEY := $(MASTER_KEY)
conformance: export CONFORMANCE_QUERY_KEY := $(QUERY_KEY)
conformance: $(VENV)/.ready-dev ## Hold a service to the reference: ours, or that at URL= with MASTER_KEY= QUERY_KEY=
	@$(PY) -m pytest -n0 tests/conformance

format: $(VENV)/.ready-dev ## Put code and templates into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat templates

bench: $(VENV)/.ready-dev frontend ## Measure, as ratios against ogr2ogr, tipg and PostGIS, and write bench/results.md
	$(PY) -m bench

fuzz: $(VENV)/.ready-dev ## Read damaged files of every format for SECONDS=60; findings go to fuzz-findings/
	$(PY) -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

lock: $(VENV)/.ready-dev ## Pin the packages again, with hashes and no registry address
	$(PY) -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements.lock -o requirements-dev.lock

clean: ## Remove what setup installed; data stays
	rm -rf $(VENV) static/vendor node_modules
