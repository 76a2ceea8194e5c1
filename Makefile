# Two commands on a fresh machine: `make song` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help song test check bench soak docs clean

help:  ## what can be made here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/.songpipe: pyproject.toml
	@$(PYTHON) -m venv .venv
	@echo "Installing songpipe into .venv …" >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/.dev: .venv/.songpipe
	@echo "Installing what the tests need …" >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --wheel-dir .venv/wheelhouse .
	@rm -f .venv/wheelhouse/songpipe-*
	@touch $@

song: .venv/.songpipe  ## set up and make a song in the rehearsal studio
	@$(BIN)/songpipe write --rehearse "insomnia trip-hop"

test: .venv/.dev  ## set up and run the tests
	@tests/run

check: .venv/.dev  ## ruff, mypy, import-linter, generated docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python docs/generate.py --check

bench: .venv/.dev  ## measure what the house promises
	@$(BIN)/python tests/bench.py

soak: .venv/.dev  ## kill it again and again, and look at what is left (about seven minutes)
	@$(BIN)/python -m tests.soak

docs: .venv/.dev  ## write the generated pages
	@$(BIN)/python docs/generate.py

clean:  ## remove what was installed and cached
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis build dist
