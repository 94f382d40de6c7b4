# Announcer. `make help` lists what there is.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Much of what a test does is waiting for other processes, so two of them fit on a processor.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
CATALOGUES := $(wildcard announcer/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)

.DEFAULT_GOAL := help
.PHONY: help demo run test test-peers check bench messages diagrams requirements clean chromium

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 16

$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Announcer needs Python 3.11 or newer: install it, or say which with 'make PYTHON=/path/to/python3'." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@

demo: $(STAMP) $(COMPILED) ## Show announcements going out under the policy of Hällefors; ONCE=1 stops when done
	@$(BIN)/announcer demo $(if $(ONCE),--once)

run: $(STAMP) $(COMPILED) ## Start everything on embedded servers
	@$(BIN)/announcer run

test: $(STAMP) $(COMPILED) chromium ## All tests that need no other servers than the embedded ones
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not peers"

test-peers: $(STAMP) $(COMPILED) ## The tests against Debian's own servers, which it installs
	programs=$$(tests/peers/install) && ANNOUNCER_TEST_POSTGRES=$$programs $(BIN)/pytest -n 2 --dist loadgroup \
	  tests/peers $(wildcard tests/integration/promise tests/integration/db tests/integration/keeping)

check: $(STAMP) $(COMPILED) ## Lint, types, layers, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.architecture.catalogues

bench: $(STAMP) $(COMPILED) ## Measure, as ratios against something measured in the same run
	$(BIN)/python -m bench

chromium: # installed when we are root and it is missing
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else echo "The browser tests need Chromium: install the package 'chromium' and run 'make test' again." >&2; exit 1; fi; }

messages: $(STAMP) ## Extract message ids into the catalogues
	@mkdir -p var
	$(BIN)/pybabel -q extract --keywords=N_ --mapping babel.cfg --no-location --sort-output --omit-header --output var/messages.pot announcer web workers
	for language in sv en fi; do $(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --input-file var/messages.pot --locale $$language --output-file announcer/translations/$$language/LC_MESSAGES/messages.po; done

diagrams: $(STAMP) ## Draw the diagrams in docs/ from the code
	$(BIN)/python -m tests.architecture.diagrams

requirements: ## Compile pinned and hashed requirements anew (needs uv)
	uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 --output-file requirements.txt pyproject.toml
	uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 --extra dev --output-file requirements-dev.txt pyproject.toml requirements-build.in

clean: ## Remove what was made here, but not your installation's folder var/
	rm -rf $(VENV) .mypy_cache .ruff_cache
