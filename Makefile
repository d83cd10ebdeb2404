# Two commands are for everybody: `make run` and `make test`. Both make .venv themselves and need nothing but Python and make.
.DEFAULT_GOAL := help
.PHONY: help run test trials lint format words lock audit clean install install-dev
MAKEFLAGS += --no-print-directory

# Options for `manage.py up`, e.g. make run ARGS="--lan --no-demo". PORT and ONTAP_DATA come from the environment or from
# the command line (make run PORT=9000): make hands both on.
ARGS ?=
BIN := .venv/bin

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 22

# exec: the server takes the shell's place, so that Ctrl-C and make's own SIGTERM reach it and nothing is left between.
# setpriv, where the system has it, ends the server with make even when make is killed outright.
run: install ## Start onTap on http://127.0.0.1:8080 with demo data (PORT=9000, ONTAP_DATA=folder, ARGS="--lan --no-demo")
	@if setpriv --pdeathsig TERM true 2>/dev/null; \
	then exec setpriv --pdeathsig TERM $(BIN)/python manage.py up $(ARGS); \
	else exec $(BIN)/python manage.py up $(ARGS); fi

test: lint ## Check the code, then run every test on SQLite and on PostgreSQL with Redis (ARGS="tests/orders -k undo")
	@exec $(BIN)/python -m tests.run $(ARGS)

trials: install-dev ## Run the same tests with their full numbers; takes long
	@exec $(BIN)/python -m tests.run --trials $(ARGS)

lint: install-dev ## Check style, types, imports and migrations
	@echo "Checking style, types, imports and migrations."
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; make format does it:"; $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/mypy .
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache >.venv/imports.log 2>&1 || { cat .venv/imports.log; exit 1; }
	@ONTAP_ENV=embedded ONTAP_DATA=.venv/lint-data $(BIN)/python manage.py makemigrations --check --dry-run

format: install-dev ## Put the code into its format
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

# Needs GNU gettext. What is compiled is committed: neither a pub's box nor a test run has to have it.
words: install-dev ## Collect the texts of the guest's pages for their translators, and compile the translations
	@$(BIN)/python manage.py makemessages --all --no-location --no-wrap --ignore .venv --ignore tests --ignore var
	@$(BIN)/python manage.py makemessages --all --no-location --no-wrap --ignore .venv --ignore tests --ignore var -d djangojs
	@$(BIN)/python manage.py compilemessages --ignore .venv

# The names and numbers of what is installed, with a hash for each file: never a host, a folder or an option of this machine.
COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options $(UPGRADE)

lock: install-dev ## Compile requirements*.in to requirements*.txt (newest versions: UPGRADE=--upgrade)
	@echo "Compiling requirements.txt and requirements-dev.txt; takes minutes."
	@$(COMPILE) --output-file=requirements.txt requirements.in 2>.venv/lock.log || { tail -n 25 .venv/lock.log; exit 1; }
	@$(COMPILE) --output-file=requirements-dev.txt requirements-dev.in 2>.venv/lock.log || { tail -n 25 .venv/lock.log; exit 1; }
	@if grep -nE '^ *-|file:/|://' requirements.txt requirements-dev.txt | grep -v -- '--hash='; then exit 1; fi

audit: install-dev ## Ask for known holes in what is installed
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements.txt

clean: ## Remove what was made, but not var/, where the orders are
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

install:
	@sh .ci/venv requirements.txt

install-dev:
	@sh .ci/venv requirements-dev.txt
