# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Needed beside this folder: Python 3.11 or later, make, and pip's usual access to packages.

PYTHON ?= python3
VENV   ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check verify bench docs wheel clean

demo: $(VENV)/.run            ## plan the shipped atlas, print the summary, leave plan.html
	$(BIN)/waferway plan --force
	cp waferway-plan/plan.html plan.html
	@echo "Open plan.html in a browser; the tables behind it are in waferway-plan/."

test: check                   ## the gate: style, types, floors, tests, docs
	$(BIN)/python -m pytest -n 2
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

check: $(VENV)/.test
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/python -m mypy

verify: $(VENV)/.test         ## slow statistical suites and every generated network
	WAFERWAY_THOROUGH=1 $(BIN)/python -m pytest -n 2 tests tests/statistics

bench: $(VENV)/.bench         ## ratios against named peers, in one run
	$(BIN)/python -m benchmarks.run

docs: $(VENV)/.test
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

wheel: $(VENV)/.test
	$(BIN)/python -m build --no-isolation --wheel --outdir dist

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.test: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) -e ".[test,docs,ledger,fabs]"
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.test
	$(PIP) -e ".[bench]"
	@touch $@

clean:
	rm -rf $(VENV) dist docs/_build waferway-plan plan.html
