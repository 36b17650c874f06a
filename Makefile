# `make check` is what a person and CI run. PYTHON is the interpreter that has the project and its [dev] extra.
PYTHON ?= python3
BIN := $(dir $(shell command -v $(PYTHON)))
SOURCES := goleaklint rules tests $(wildcard bench)

.PHONY: check format lint types layers test

check: lint types layers test

format:
	$(PYTHON) -m ruff format $(SOURCES)
	$(PYTHON) -m ruff check --fix $(SOURCES)

lint:
	$(PYTHON) -m ruff format --check $(SOURCES)
	$(PYTHON) -m ruff check $(SOURCES)

types:
	$(PYTHON) -m mypy --strict

layers:
	$(BIN)lint-imports

test:
	$(PYTHON) -m pytest -n auto
