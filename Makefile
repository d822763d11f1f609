# The commands of this checkout. Nothing needs to be installed before them but GNU make and Python 3.11 or newer.

PYTHON ?= python3
PORT = 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUTSIDE := $(VENV)/outside
DEMO_HOME := data/demo
PACKAGES := exemptions loaders exporters api

# What the caller's shell has set for other work must not reach this one: another environment's paths, options of pip
# and pytest, and above all the settings of a real registry. An index or certificate configured for pip stays.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS PYTHONOPTIMIZE PYTHONSAFEPATH \
	PYTHONNOUSERSITE PYTHONUSERBASE PYTHONINSPECT PYTHONDEVMODE PYTHONIOENCODING __PYVENV_LAUNCHER__ \
	PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_REQUIRE_VIRTUALENV PIP_REQUIRE_HASHES PIP_NO_DEPS \
	PIP_CONSTRAINT PIP_BUILD_CONSTRAINT PIP_REQUIREMENT PIP_DRY_RUN PIP_ISOLATED PIP_NO_BUILD_ISOLATION PIP_EDITABLE \
	PYTEST_ADDOPTS PYTEST_PLUGINS PYTEST_DISABLE_PLUGIN_AUTOLOAD MYPYPATH MYPY_CONFIG_FILE_DIR RUFF_CONFIG \
	UV_PROJECT_ENVIRONMENT UV_PYTHON UV_CONSTRAINT UV_OVERRIDE UV_UPGRADE DATABASE_URL FLASK_APP FLASK_DEBUG FLASK_ENV \
	GUNICORN_CMD_ARGS WEB_CONCURRENCY \
	$(filter EXEMPTIONS_%,$(.VARIABLES))

.DEFAULT_GOAL := help
.PHONY: help setup install run test trust load lint format check bench lock sbom clean FORCE
.DELETE_ON_ERROR:

help: ## Show these commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## Make .venv with the pinned dependencies and the command `exemptions`.

# An environment that was moved or copied here points at its old place, and one may have lost its Python: it is made again.
MADE_FOR := $(shell $(BIN)/python -E -c "" 2>/dev/null && cat $(STAMP) 2>/dev/null)
ifneq ($(MADE_FOR),$(CURDIR))
$(STAMP): FORCE
endif

$(STAMP): requirements/dev.txt requirements/runtime.in pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "make: there is no $(PYTHON) on this machine. Install Python 3.11 or newer, or name it: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: Python 3.11 or newer is needed, but $(PYTHON) is `$(PYTHON) -V 2>&1`. Name another one: make setup PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: $(PYTHON) cannot make virtual environments. Install that part of it first (Debian, Ubuntu: sudo apt install python3-venv)." >&2; exit 1; }
	@if [ "$(MADE_FOR)" != "$(CURDIR)" ]; then "$(PYTHON)" -m venv --clear $(VENV); fi
	@echo "Installing the pinned dependencies in $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@printf '%s\n' "$(CURDIR)" > $@

# Production has what answers requests and nothing else: no tests, no samples, no tools. What builds the project is there
# for the moment that it takes to install it.
PREFIX = /opt/exemptions
install: ## Install what production needs, and nothing else, in PREFIX=/opt/exemptions.
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: Python 3.11 or newer is needed; name it: make install PYTHON=python3.12" >&2; exit 1; }
	@if [ -e "$(PREFIX)/tests" ] || [ -e "$(PREFIX)/.git" ]; then \
		echo "make: $(PREFIX) is a checkout: move it away, or name another folder: make install PREFIX=/opt/registry" >&2; exit 1; fi
	@mkdir -p "$(PREFIX)/requirements"
	@"$(PYTHON)" -m venv "$(PREFIX)/.venv"
	@echo "Installing the service in $(PREFIX)"
	@"$(PREFIX)/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@for package in $(PACKAGES) migrations; do \
		rm -rf "$(PREFIX)/.$$package" && cp -R $$package "$(PREFIX)/.$$package" && \
		rm -rf "$(PREFIX)/$$package" && mv "$(PREFIX)/.$$package" "$(PREFIX)/$$package" || exit 1; done
	@cp pyproject.toml README.md LICENSE wsgi.py "$(PREFIX)" && cp requirements/runtime.in "$(PREFIX)/requirements"
	@awk '/^setuptools==/ { found = 1 } found { print; if (!/\\$$/) exit }' requirements/dev.txt > "$(PREFIX)/requirements/build.txt"
	@"$(PREFIX)/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$(PREFIX)/requirements/build.txt"
	@"$(PREFIX)/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e "$(PREFIX)"
	@"$(PREFIX)/.venv/bin/python" -m pip uninstall --quiet --disable-pip-version-check --yes setuptools pip
	@rm -rf "$(PREFIX)/requirements/build.txt" "$(PREFIX)/exemptions.egg-info"

run: export EXEMPTIONS_HOME := $(DEMO_HOME)
run: export EXEMPTIONS_BASE_URL = http://127.0.0.1:$(PORT)
run: setup ## Serve a demonstration registry of invented data at http://127.0.0.1:8000 (another port: PORT=9000).
	@$(BIN)/exemptions demo
	@exec $(BIN)/exemptions serve --port $(PORT)

# Many tests wait for a process that they started, so one more than there are cores keeps the cores at work.
WORKERS = $(shell $(BIN)/python -c 'import os; print(min(8, len(os.sched_getaffinity(0)) + 1))' 2>/dev/null || echo auto)
test: setup ## Run the tests on all cores.
	@$(BIN)/python -m pytest -rs --ignore=tests/browser --ignore=tests/outside --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder

# The writer of Delta Lake tables is an extra of the service: the suites of trust have it, the shorter part skips them.
$(VENV)/.delta: requirements/delta.txt $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/delta.txt
	@touch $@

KILLS := 600
RANDOM_KILLS := 320
# Some 8,600 requests of their own, 165 for each example; the naughty strings are 690,000 more.
EXAMPLES := 100
FAILOVERS := 8
FILES := 20000
trust: setup $(OUTSIDE)/.installed $(VENV)/.delta ## Kill loads, approvals and publications KILLS times, load FILES damaged files, fuzz the API, send every naughty string everywhere, let a crowd come, and look at what is left: an hour (KILLS=5000 EXAMPLES=650 FAILOVERS=40 FILES=50000).
	@$(BIN)/python -m pytest tests/trust tests/outside/test_fuzzing.py tests/api/test_naughty.py \
		tests/api/test_naughty_forms.py tests/api/test_recounted.py tests/contract/test_routes.py -rs --kills=$(KILLS) \
		--random-kills=$(RANDOM_KILLS) --failovers=$(FAILOVERS) --fuzzed-files=$(FILES) --workflows=100 --recounts=1000 \
		--examples=$(EXAMPLES) --naughty=all --load=3 --faults=all --numprocesses=auto --maxprocesses=8 --dist=worksteal

SOAK := 3
load: setup ## Serve 100,000 records to a crowd, publish meanwhile, look for growth during SOAK minutes; needs wrk and nginx (SOAK=20).
	@$(BIN)/python -m benchmarks.load --soak $(SOAK) $(if $(ROWS),--rows $(ROWS)) $(if $(QUICK),--quick)

lint: setup ## Check style, format and types.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict $(PACKAGES)

format: setup ## Mend what the style checker can mend by itself.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The suites of the browser need a driver that nothing else does, and the machine's Chromium. The checkers of pages run
# on Node and Java; none of their own install scripts is run (requirements/checkers/.npmrc).
CHECKED := $(VENV)/.checked
CHECKERS := $(VENV)/checkers
$(CHECKED): requirements/check.txt requirements/checkers/package-lock.json $(STAMP)
	@for program in node npm java; do command -v $$program >/dev/null || \
		{ echo "make: the checkers of pages need $$program (Debian, Ubuntu: sudo apt install nodejs npm default-jre-headless)" >&2; exit 1; }; done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/check.txt
	@rm -rf $(CHECKERS) && mkdir -p $(CHECKERS) && cp requirements/checkers/package.json requirements/checkers/package-lock.json requirements/checkers/.npmrc $(CHECKERS)
	@echo "Installing the checkers of pages in $(CHECKERS)"
	@cd $(CHECKERS) && npm ci --silent
	@touch $@

# Validators of the standards and other people's readers: none of their libraries may be imported by the service.
$(OUTSIDE)/.installed: requirements/outside.txt $(STAMP)
	@"$(PYTHON)" -m venv --clear $(OUTSIDE)
	@echo "Installing the validators of files and answers in $(OUTSIDE)"
	@$(OUTSIDE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/outside.txt
	@touch $@

check: lint test $(CHECKED) $(OUTSIDE)/.installed ## Everything that must pass before a change is proposed, real browsers and outside validators included.
	@$(BIN)/python -m pytest tests/browser tests/outside -rs --numprocesses=2 --dist=loadfile

# What the service is measured against has an environment of its own, so that nothing of it can be imported by accident.
BENCH := $(VENV)/bench
$(BENCH)/.installed: requirements/bench.txt $(STAMP)
	@"$(PYTHON)" -m venv --clear $(BENCH)
	@echo "Installing what the benchmarks compare with in $(BENCH)"
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

bench: setup $(BENCH)/.installed ## Measure speed and memory beside references (quicker: make bench ROWS=100000).
	@$(BIN)/python -m benchmarks --references $(BENCH)/bin $(if $(ROWS),--rows $(ROWS))

# The hashes are those of every file of a version, so one file serves all platforms and all supported versions of Python.
LOCK := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: setup ## Write requirements/*.txt from requirements/*.in (LOCK_OPTIONS=--upgrade for newer versions).
	@$(LOCK) $(LOCK_OPTIONS) --output-file requirements/runtime.txt requirements/runtime.in
	@$(LOCK) $(LOCK_OPTIONS) --output-file requirements/dev.txt requirements/dev.in
	@$(LOCK) $(LOCK_OPTIONS) --output-file requirements/bench.txt requirements/bench.in
	@$(LOCK) $(LOCK_OPTIONS) --output-file requirements/check.txt requirements/check.in
	@$(LOCK) $(LOCK_OPTIONS) --output-file requirements/outside.txt requirements/outside.in
	@$(LOCK) $(LOCK_OPTIONS) --output-file requirements/delta.txt requirements/delta.in

# The same file for the same pins: no instant and no random number enters it.
SBOM := dist/sbom.json
sbom: $(OUTSIDE)/.installed ## Write what the service is made of to dist/sbom.json (CycloneDX).
	@mkdir -p $(dir $(SBOM))
	@$(OUTSIDE)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON --output-file $(SBOM) requirements/runtime.txt

clean: ## Remove the environment, caches and the demonstration registry. Other homes below data/ stay.
	@rm -rf $(VENV) $(DEMO_HOME) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +
