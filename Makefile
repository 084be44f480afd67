# The environment is .venv; every target builds it first when requirements.lock, pyproject.toml or the compiled loops
# changed.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
READY := $(VENV)/.ready
COMPILED := setup.py $(wildcard tasks/extraction/compiled/*.pyx tasks/extraction/compiled/*.pxd)
SPARK := $(VENV)/.spark-ready

.DEFAULT_GOAL := help
.PHONY: help setup loops system spark run test audit check lint types lock engine-database docs picture clean

help: ## what there is to make
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## the environment alone

$(READY): requirements.lock pyproject.toml $(COMPILED)
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "make: Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	# The lock holds every package: nothing is left to resolve, where an old pip would look for newer ones.
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	# With the compiled loops, where there is a C compiler.
	$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	# Compiled once here: where Python may not keep what it compiles, each worker process would do it again.
	$(VENV)/bin/python -m compileall -q flows tasks
	@touch $@

loops: $(READY) ## the compiled loops of extraction anew, where `make setup` found no C compiler or lxml is another one
	$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(VENV)/bin/python -c "import sys, tasks.extraction; from tasks import loops; sys.exit(loops.missing())"

system: ## the Debian packages that some tests need (as root): chromium, postgresql, Java; a C compiler, Python's headers
	tests/install-system-packages $$(test -x $(VENV)/bin/python && echo $(VENV)/bin/python || echo $(PYTHON))

spark: $(SPARK) ## Spark, for the tests that load a release with it: an archive of 456 MB that nothing else needs

$(SPARK): requirements-spark.lock $(READY)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --require-hashes -r requirements-spark.lock
	@touch $@

run: $(READY) ## the main job: the sources in seeds/sources.toml to a release in data/releases
	$(VENV)/bin/broadsheet run

# Two at once, file by file: most tests wait for processes of their own. A worker that dies ends it all, for pytest-xdist
# would give the deadly test to one worker after another.
test: $(READY) ## all tests
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(READY)
	$(VENV)/bin/mypy

audit: $(READY) ## look the locked packages up among the known vulnerabilities
	$(VENV)/bin/python tests/audit_dependencies.py

check: lint types audit test ## lint, types, known vulnerabilities and tests: what CI runs

docs: $(READY) ## the documents that are made: docs/SCHEMA.md from the schema, parts of README.md from a run
	$(VENV)/bin/python -m tasks.release.write_schema
	$(VENV)/bin/python docs/refresh_readme.py

picture: $(READY) ## docs/page.png, the page of a release as a picture: needs chromium (make system)
	$(VENV)/bin/python -m docs.make_page_picture

lock: ## requirements.lock and its part for runs alone, requirements-run.lock, and requirements-spark.lock anew from pyproject.toml: the newest versions that fit, with hashes, without addresses
	$(VENV)/bin/pip-compile --quiet --upgrade --extra dev --generate-hashes --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock pyproject.toml
	# Of these what runs need, with every extra that is for them, and what the compiled loops are built with.
	$(VENV)/bin/pip-compile --quiet --constraint requirements.lock --all-build-deps \
		--extra dask --extra s3 --extra gcs --extra azure --extra postgresql --generate-hashes --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements-run.lock pyproject.toml
	$(VENV)/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"], sep="\n")' \
		| $(VENV)/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements-spark.lock -

engine-database: $(READY) ## flows/engine/database.sql anew, when Prefect's version changed
	$(VENV)/bin/python -m flows.engine.write_database

clean: ## everything that is made, but for data/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build tasks/extraction/compiled/*.so
