# Satu Pintu. `make` alone prints what there is. Everything lives in .venv; nothing is installed elsewhere, except that `make test`
# fetches three Debian packages where it may (root with apt).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ROOMS := config connectors normalizer store dispatcher desk demo run.py
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help env run demo test lint bench bench-desk bench-import lock tools clean
MAKEFLAGS += --no-print-directory

help:  ## what there is
	@echo "Satu Pintu: one door for every complaint a city receives."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  Newcomer: make run, then open http://127.0.0.1:8080"

env: $(STAMP)  ## the environment in .venv, from requirements.lock (about 2 minutes the first time, nothing after that)

$(STAMP): requirements.lock pyproject.toml deploy/venv.sh
	@sh deploy/venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

run: env  ## the hub on http://127.0.0.1:8080, with chat and desk; settings from hub.toml where there is one
	@$(BIN)/python run.py serve $(ARGS)

demo: env  ## the hub with stand-ins of all platforms and citizens who write to it
	@$(BIN)/python run.py demo $(ARGS)

test: export PYTHONDONTWRITEBYTECODE =  # the hub is started a hundred times: its sources are compiled once
test: env tools  ## the tests, on two cores (most of them wait); ARGS="tests/config -k secret" for some of them
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -rs $(ARGS)

lint: env  ## ruff, mypy --strict, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(ROOMS)
	@$(BIN)/lint-imports

bench: env  ## messages a second, beside a bare handler; the normaliser; the desk with a million complaints, both engines (about 30 minutes)
	@$(BIN)/python bench/normalize.py
	@$(BIN)/python bench/intake.py $(ARGS)
	@$(BIN)/python -m bench.desk

bench-desk: env  ## of these only the desk: its questions and pages over 10 thousand and a million complaints, both engines; ARGS="--sizes 10000,100000 --keep var/people"
	@$(BIN)/python -m bench.desk $(ARGS)

bench-import: env  ## an import of ten thousand rows of LAPOR!'s export: time and memory
	@$(BIN)/python -m bench.import_lapor $(ARGS)

lock:  ## requirements.lock again, from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-annotate --no-header $(ARGS) -o requirements.lock

tools:
	@sh deploy/tools.sh

clean:  ## removes .venv and caches; never var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build
