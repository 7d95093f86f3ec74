# Two commands matter: `make run` and `make test`. Both set everything up first.
.PHONY: run test bench setup lint docs
PY = $(if $(XIANGYIN_VAR),$(XIANGYIN_VAR),var)/main/bin/python
PYTHON ?= $(shell command -v python3.11 || command -v python3)

run:
	./xiangyin up

setup:
	$(PYTHON) bootstrap.py --tests

test: setup
	$(PY) -m ruff check --no-cache .
	$(PY) -m mypy assistant audio dialects knowledge actions bootstrap.py
	PYTHONPATH=. $(dir $(PY))lint-imports
	XIANGYIN_SKIP_SETUP=1 $(PY) -m pytest -q

bench: setup
	XIANGYIN_SKIP_SETUP=1 PYTHONPATH=. $(PY) -m bench
