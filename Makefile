# Everything a person does with Jishi. Each target sets up what it needs and skips what is already done.
# Needs: Python 3.11 or newer with pip and venv, make, bash.

SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.SUFFIXES:

ARGS ?=
PYTHON ?=

BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip install -qq --no-input --disable-pip-version-check --require-hashes
UV := env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS $(BIN)/uv --no-config
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Stamps lie inside what they vouch for, so that removing the thing removes the stamp.
VENV := .venv/pyvenv.cfg
RUNTIME := .venv/.runtime
DEV := .venv/.dev
GRAPHIQL := web/graphiql/dist/.built
GRAPHIQL_SOURCES := scripts/build_graphiql.py \
	$(shell find web/graphiql -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

##@ Use

.PHONY: run
run: $(RUNTIME) $(GRAPHIQL) demo-data ## Serve the demo market at http://127.0.0.1:8000/graphql
	@DEMO=true exec $(PY) server.py

.PHONY: worker
worker: $(RUNTIME) migrate ## Run timers and deliveries in a process of their own (server: RUN_JOBS=false)
	@exec $(PY) worker.py

.PHONY: demo-reset
demo-reset: $(RUNTIME) ## Empty the demo market and fill it anew (stop the server first)
	@DEMO=true $(PY) -m scripts.reset_database
	@$(MAKE) demo-data

.PHONY: bench
bench: $(DEV) ## Measure the main reads and a purchase beside hand-written handlers; ARGS='--engine' the engine
	@$(PY) -m benchmarks $(ARGS)

.PHONY: week
week: $(DEV) ## Play a busy week of 20,000 orders with everything that goes wrong in one; ARGS='--orders 500' a quiet one
	@$(PY) -m benchmarks.week $(ARGS)

##@ Change

.PHONY: test
test: $(DEV) $(GRAPHIQL) ## Run all tests; ARGS='tests/orders -k cancel' picks some
	@$(PY) -m pytest --numprocesses auto --dist loadfile $(ARGS)

.PHONY: soak
soak: ## The slow tests with ten times the random examples, and those that take minutes each: for a night
	@SOAK=true $(MAKE) test ARGS='-m slow $(ARGS)'

.PHONY: check
check: lint ## All static checks and the quick tests: what must hold before a commit
	@$(MAKE) test ARGS='-m "not slow"'

.PHONY: lint
lint: $(DEV) ## The static checks alone
	@$(MAKE) -j2 --output-sync=target lint-types lint-laws lint-style lint-written

.PHONY: lint-style lint-types lint-laws lint-written
lint-style:
	@echo "Format (ruff)"          && $(BIN)/ruff format --check --quiet --diff .
	@echo "Lint (ruff)"            && $(BIN)/ruff check --quiet .
lint-types:
	@echo "Types (mypy --strict)"  && $(BIN)/mypy
lint-laws:
	@echo "Laws (import-linter)"   && $(BIN)/lint-imports --no-logo
lint-written:
	@echo "Migrations"             && $(PY) -m scripts.check_migrations
	@echo "Schema"                 && $(PY) -m scripts.export_schema --check
	@echo "Settings"               && $(PY) -m scripts.export_settings --check

.PHONY: format
format: $(DEV) ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: schema
schema: $(RUNTIME) ## Write schema.graphql from the code
	@$(PY) -m scripts.export_schema

.PHONY: settings
settings: $(RUNTIME) ## Write .env.example from settings.py
	@$(PY) -m scripts.export_settings

.PHONY: migrations
migrations: $(DEV) ## Write the migration that the models need; ARGS='--name why'
	@$(BIN)/tortoise makemigrations $(ARGS)
	@$(BIN)/ruff check --quiet --fix-only migrations
	@$(BIN)/ruff format --quiet migrations

.PHONY: migrate
migrate: $(RUNTIME) ## Bring the database (DATABASE_URL) up to date
	@echo "Bringing the database up to date"
	@$(BIN)/tortoise migrate

.PHONY: lock
lock: $(DEV) ## Pin requirements*.in anew; ARGS=--upgrade takes newer versions
	@for name in requirements requirements-dev requirements-node; do \
		echo "Pinning $$name.in" && $(UV) $(COMPILE) $(ARGS) $$name.in --output-file $$name.lock || exit; \
	done

##@ Help

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ------------------------------------------------------------------------------------------------------------- set-up

.PHONY: demo-data
demo-data: $(RUNTIME) migrate
	@DEMO=true $(PY) -m demo.load

$(VENV):
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Making the virtual environment .venv with $$("$$python" --version)"; \
		"$$python" -m venv --clear .venv && exit 0; \
		rm -f $(VENV); exit 1; \
	done; \
	echo "Jishi needs Python 3.11 or newer with its venv module (on Debian: apt install python3-venv), and found none." >&2; \
	echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
	exit 1

$(RUNTIME): requirements.lock $(VENV)
	@echo "Installing what the server needs ($<, hashes checked)"
	@$(PIP) -r $<
	@touch $@

# The dev lock holds the runtime lock, so one download serves both.
$(DEV): requirements-dev.lock requirements.lock $(VENV)
	@echo "Installing what tests and checks need ($<, hashes checked)"
	@$(PIP) -r $<
	@touch $(RUNTIME) $@

$(GRAPHIQL): $(GRAPHIQL_SOURCES) | $(VENV)
	@$(PY) scripts/build_graphiql.py
	@touch $@
