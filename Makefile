# Two commands: `make demo` and `make test`. Both set everything up first; nothing is installed outside .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# uv, too, trusts the certificates of the machine (a proxy of its own), and takes the Python that is there.
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo check check-python check-types check-imports check-sql check-sources test-fast test test-slow docs clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(READY) ## .venv with everything, nothing outside it

$(READY): requirements/bootstrap.lock requirements/requirements.lock pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --no-deps \
		--require-hashes -r requirements/requirements.lock
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

# The sample of ten years through the nightly flow, in the default places. Some of its files have planted errors, so the
# run ends with code 3 (published, something was rejected or accepted in part): for the demo that is as it should be.
demo: $(READY) ## ten years of invented submissions, from inbox to release
	@echo "Writing ten years of invented submissions, then one nightly run over them ..."
	@$(BIN)/sciculture sample --years 2016:2025 --out inbox
	@$(BIN)/sciculture run || [ $$? -eq 3 ]
	@echo "Closing the voucher's years up to 2024, as an operator would: below the nation only closed years are shown ..."
	@$(BIN)/sciculture years close voucher_usage 2019:2024 --reason "demo: the annual reports are published"
	@$(BIN)/sciculture publish >/dev/null || [ $$? -eq 3 ]
	@$(BIN)/sciculture figures

# Rings of tests, each wider than the one before: tests/README.md says what each proves and how long it takes.
# File by file, whole nights first: what the tests of a file share is made once. One worker more than there are cores:
# each waits for processes, disks and browsers for a fifth of its time.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(READY) ## format, lint, types, import rules, contracts and SQL, spelling
	@$(MAKE) --no-print-directory -j 2 --output-sync=target check-sources check-sql check-types check-python check-imports

check-python:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
check-types:
	$(BIN)/mypy
check-imports:
	$(BIN)/lint-imports
check-sql:
	$(BIN)/sqlfluff lint sql
check-sources:
	$(BIN)/python -m pytest tests/test_sources.py

test-fast: $(READY) ## every test that needs no whole night
	$(PYTEST) -m 'not night and not slow'

test: $(READY) check ## check, and all that must hold before anything lands
	$(PYTEST)

test-slow: $(READY) ## ten years, kills, PostgreSQL, full disks; advisories about what is installed
	$(BIN)/python tests/dependency_audit.py
	$(PYTEST) -m slow

docs: $(READY) ## pages made from code and data: docs/cli.md, docs/settings.md, docs/clients.md
	$(BIN)/typer sciculture_etl.cli utils docs --name sciculture --output docs/cli.md
	$(BIN)/python generators/settings.py
	$(BIN)/python generators/clients.py

clean: ## removes .venv, inbox and all that runs made
	rm -rf $(VENV) inbox warehouse/archive warehouse/restricted warehouse/outbox warehouse/releases warehouse/candidate \
		warehouse/desk warehouse/scheduled warehouse/operations \
		warehouse/shared warehouse/staging warehouse/.prefect warehouse/.lock warehouse/*.duckdb warehouse/current.json
