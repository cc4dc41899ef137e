# Everything stands on `make venv`: a .venv with Fireline and all that its demo and tests need.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: venv demo drills test unit check bench clean

venv: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[demo,dev]'
	touch .venv/ready

demo: venv
	@exec $(BIN)/fireline drill demo --out var/demo

drills: venv
	@exec $(BIN)/fireline drill all --out var/drills

test: venv
	$(BIN)/pytest --numprocesses 2 --dist loadfile

unit: venv
	$(BIN)/pytest -m 'not servers' --numprocesses 2 --dist loadfile

check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: venv
	$(BIN)/python -m tests.bench

clean:
	rm -rf .venv var
