# Every target is also a verb of `python -m opsmodel`.
CLIENT ?= demo
STORES ?=
LANGUAGE ?=
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= python3

help:  ## list these targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## make .venv with the pinned packages

reports: setup $(if $(filter completejourney,$(CLIENT)),$(VENV)/.readycompletejourney)  ## render every store of CLIENT (default demo) into reports/CLIENT/
	$(PY) -m opsmodel render $(CLIENT) $(if $(STORES),--stores $(STORES)) $(if $(LANGUAGE),--lang $(LANGUAGE))

check: setup  ## print data grade, drop ledger and chapters of CLIENT
	$(PY) -m opsmodel check $(CLIENT)

lab: setup  ## open JupyterLab on the notebooks
	$(PY) -m opsmodel lab

test: $(VENV)/.readytest  ## run exactly what CI runs
	$(PY) -m opsmodel test

bench: $(VENV)/.readytest $(VENV)/.readybench  ## time the calculations against their peers (minutes, not a test)
	$(PY) -m opsmodel bench

notebooks: setup  ## run the notebooks again and save their outputs
	$(PY) -m opsmodel notebooks

lock: $(VENV)/.readytest  ## pin the packages again from pyproject.toml
	$(PY) -m opsmodel lock

clean:  ## remove what was generated: reports, client databases, tables kept for the chain, .venv
	rm -rf $(VENV) reports build data/*/client.duckdb data/*/quarantine data/*/kept

$(VENV)/.ready: requirements.txt pyproject.toml
	$(PYTHON) -m opsmodel setup

$(VENV)/.ready%: requirements-test.txt requirements.txt pyproject.toml
	$(PYTHON) -m opsmodel setup --extra $*

.PHONY: help setup reports check lab test bench notebooks lock clean
.DEFAULT_GOAL := help
