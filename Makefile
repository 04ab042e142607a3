# Two commands do everything: make run, make test.
PYTHON ?= python3
PORT ?= 8000
VENV = .venv
BIN = $(VENV)/bin

.PHONY: help run test test-full lint types check bench bench-partial bench-library bench-search bench-core bench-embed docs minified chromium clean

help: ## What there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run ## The library on http://localhost:PORT and a partner's page on the next port
	$(BIN)/health-widgets demo --port $(PORT)

test: $(VENV)/dev chromium ## All that a change needs
	$(BIN)/python -m pytest -m "not full"

test-full: $(VENV)/dev chromium ## The long ones too
	$(BIN)/python -m pytest

lint: $(VENV)/dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev ## mypy, strict
	$(BIN)/mypy

check: $(VENV)/run ## The faults of the content
	$(BIN)/health-widgets check

bench: $(VENV)/dev ## Speed, scale and search: each figure with its bound (some twenty minutes; each alone: bench-partial, ...)
	@$(MAKE) --no-print-directory bench-partial bench-library bench-search

bench-partial: $(VENV)/dev ## Cached and first answers and assets, as ratios to a bare ASGI callable and StaticFiles
	$(BIN)/python -m bench.partial

bench-library: $(VENV)/dev ## Libraries of 100 to 100,000 articles: building, opening, memory, requests, edits
	$(BIN)/python -m bench.library

bench-search: $(VENV)/dev ## How well the search finds, and what it costs at 1,000, 10,000 and 100,000 articles
	$(BIN)/python -m bench.search

bench-core: $(VENV)/dev ## What one core and 512 MB bear with 10,000 articles
	$(BIN)/python -m bench.core

bench-embed: $(VENV)/dev chromium ## The first card over a slow link, beside a minimal element
	$(BIN)/python -m bench.embed

docs: $(VENV)/dev ## Write the documentation's tables and quotes anew
	$(BIN)/python -m tests.readme

minified: $(VENV)/dev ## Make static/embed.min.js anew after an edit of static/embed.js (npm)
	$(BIN)/python -m tests.minified

chromium:
	@tests/get-chromium

$(VENV)/run: pyproject.toml
	@echo "Installing into $(VENV), once (about 20 packages)..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.[dev]'
	@touch $@

clean: ## Remove what was installed and built
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
