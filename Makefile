# Two commands for a new clone: `make demo` and `make test`. All else is for those who change the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-pythons test-wheel lint bench completions docs pictures locale lock clean

demo: $(VENV)/.ready
	$(BIN)/mailsetup demo

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto $(TESTS)

# The unit tests on every Python that is found, each in an environment of its own; fetches packages.
test-pythons:
	tests/pythons.sh

# The wheel as a user gets it, by pipx, without a package of the developers; fetches packages.
test-wheel: $(VENV)/.ready
	tests/wheel.sh $(PYTHON)

lint: $(VENV)/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Ratios of one run, each with its budget; takes some minutes, and wants a machine that is otherwise idle.
bench: $(VENV)/.ready
	$(BIN)/python tests/bench/startup.py
	$(BIN)/python tests/bench/discovery.py
	$(BIN)/python tests/bench/many.py
	$(BIN)/python tests/bench/check.py

# Written anew after a change of click; a test compares them with what `mailsetup completions` prints.
completions: $(VENV)/.ready
	$(BIN)/mailsetup completions bash > completions/mailsetup.bash
	$(BIN)/mailsetup completions zsh > completions/_mailsetup
	$(BIN)/mailsetup completions fish > completions/mailsetup.fish
	$(BIN)/mailsetup completions powershell > completions/mailsetup.ps1

# The man page and the command reference, from the program's own help; a test compares them.
docs: $(VENV)/.ready
	LC_ALL=C.UTF-8 $(BIN)/python docs/make.py

# Terminals as they look, from real runs against the demo's servers.
pictures: $(VENV)/.ready
	LC_ALL=C.UTF-8 $(BIN)/python docs/pictures/make.py

# pip checks every file against the lock, the build backend's too, so the project itself is
# installed without a build environment of its own.
$(VENV)/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mailsetup needs Python 3.11 or later; say make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Every sentence of the code into the catalogues, and those compiled; says which still lack their translation.
locale: $(VENV)/.ready
	$(BIN)/python -m tools.messages

# Needs uv; the lock holds hashes and no address of a registry.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade --group dev --extra demo pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
