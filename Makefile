# Two commands: `make demo` shows the main job, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test quick long gates tools format bench pictures clean

demo: $(READY)
	$(BIN)/myoloop demo

# What needs the wall clock mostly waits, so three of it at a time.
test: gates tools
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not wire and not long"
	$(BIN)/pytest -q -n 3 --dist worksteal -m wire

quick: $(READY)
	$(BIN)/pytest -q -n 2 -m "not wire and not slow and not long"

long: $(READY)
	$(BIN)/pytest -q -n 2 -m long

gates: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright
	$(BIN)/lint-imports

tools:
	scripts/install_test_tools.sh

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(BIN)/python benchmarks/link.py

pictures: $(READY)
	$(BIN)/python scripts/draw_library.py

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $(READY)
