# Bongsu: everything starts here. Works with GNU make 3.81 (macOS) and newer.
#
#   make            what there is
#   make drill      install if needed, then play the joint drill of three nations
#
# PYTHON=python3.12 chooses the interpreter; KEEP=1 leaves the drill running after its last act.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
# One thread for each numeric library: two nodes and their servers share the cores with the tests.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
KERNELS := $(wildcard src/bongsu/flight/*.py src/bongsu/geo/*.py src/bongsu/drill/dynamics.py)
WORKERS ?= 2
SECONDS_OF_CHAOS ?= 1800
SEED ?= 1
SECONDS_OF_FUZZ ?= 60

.DEFAULT_GOAL := help
.PHONY: screenshots scoreboard help setup drill test test-long chaos fuzz check bench reference pins clean python-is-new-enough

help:
	@echo "make drill      the joint drill of three nations, in three acts (KEEP=1 leaves it running)"
	@echo "make setup      the environment in .venv, kernels compiled"
	@echo "make test       the tests, except the long ones; sees to it that a browser is there"
	@echo "make test-long  the long tests: real servers for minutes, every scenario"
	@echo "make chaos      half an hour of faults under load, of servers and lines, then of whole nodes (SEED=1, SECONDS_OF_CHAOS=1800)"
	@echo "make fuzz       hostile bytes at the door of the exchange for a minute (Linux)"
	@echo "make check      style, types, layers, tidiness, documents"
	@echo "make scoreboard machine and human seconds of the historic cases, beside published times (minutes)"
	@echo "make bench      speed of tracking, of sharing and of a drill"
	@echo "make screenshots  pictures of console and wall for the documents, from a live drill (two minutes)"
	@echo "make reference  writes docs/reference anew from the code"
	@echo "make pins       resolves requirements/*.in anew into requirements/*.txt"
	@echo "make clean      removes .venv, .tools, caches and runs"

setup: $(VENV)/.warm

drill: setup
	@$(BIN)/bongsu drill tour $(if $(KEEP),--keep)

test: setup
	@$(BIN)/python tools/browser.py >/dev/null
	@$(ONE_THREAD) $(BIN)/python -m pytest -m "not long" -n $(WORKERS) --dist loadgroup

test-long: setup
	@$(BIN)/python tools/browser.py >/dev/null
	@$(ONE_THREAD) $(BIN)/python -m pytest -m long

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/tidy

chaos: setup
	@$(BIN)/python -m tests.live.chaos --seconds $$(( $(SECONDS_OF_CHAOS) / 2 )) --seed $(SEED)
	@$(BIN)/python -m tests.live.chaos_nodes --seconds $$(( $(SECONDS_OF_CHAOS) / 2 )) --seed $(SEED)

fuzz: setup
	@$(UV) pip install --quiet -t .fuzz --python $(BIN)/python -r requirements/fuzz.in
	@mkdir -p runs/fuzz && cd runs/fuzz && PYTHONPATH=$(CURDIR)/.fuzz $(CURDIR)/$(BIN)/python $(CURDIR)/fuzz/exchange.py \
	  -max_total_time=$(SECONDS_OF_FUZZ) -rss_limit_mb=1024 -timeout=10

bench: setup
	@$(ONE_THREAD) $(BIN)/bongsu bench track --json
	@$(BIN)/bongsu bench share --json
	@$(BIN)/bongsu bench drill --json

scoreboard: setup
	@$(ONE_THREAD) $(BIN)/bongsu drill scoreboard

screenshots: setup
	@$(BIN)/python tools/screenshots.py

reference: setup
	@$(BIN)/python tools/reference.py

pins: $(UV)
	@for name in runtime dev tools; do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean:
	rm -rf $(VENV) $(TOOLS) runs build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# Compiled kernels are kept by a hash of their sources, so this is quick when nothing changed.
$(VENV)/.warm: $(VENV)/.synced $(KERNELS)
	@$(BIN)/bongsu warm
	@touch $@

$(VENV)/.synced: requirements/dev.txt pyproject.toml $(UV) | python-is-new-enough
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	@$(UV) pip sync --compile-bytecode --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS)/bin/uv: requirements/tools.txt | python-is-new-enough
	@$(PYTHON) -m venv $(TOOLS) || { rm -rf $(TOOLS); \
	  echo "make: $(PYTHON) has no working venv module; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

python-is-new-enough:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: Bongsu needs Python 3.11 or newer, and '$(PYTHON)' is not; install one and say: make PYTHON=python3.12" >&2; exit 1; }
