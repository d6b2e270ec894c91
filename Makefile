# Each target sets up what it needs. `make up` and `make test` work on a fresh clone with Python 3.11+, git and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup up test check bench schemas lock e2e format

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Wakeful needs Python 3.11 or later, this is " + sys.version.split()[0] + "; set PYTHON=python3.12, for example")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

up: setup  ## run Wakeful on this machine with the quickstart example
	$(BIN)/wakeful up --source examples/quickstart --data-dir .wakeful --port 8080

test: setup
	$(BIN)/python -m pytest -q

e2e: setup
	$(BIN)/python -m pytest -q -m e2e -s

check: setup  ## lint, types, the import contract, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.generated --check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: setup  ## write schemas/ and docs/reference from the models
	$(BIN)/python -m tests.generated

bench: setup  ## what the command line needs for ten thousand monitors, and what checks cost
	$(BIN)/python -m tests.bench.config
	$(BIN)/python -m tests.bench.run

lock: setup  ## compile requirements.lock anew: names, versions and hashes, no addresses
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-strip-extras --no-header --no-annotate -o requirements.lock
