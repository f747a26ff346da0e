# Two commands set a fresh machine up: `make demo` and `make test`. They need python3 (3.11 or newer) with venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SOURCES := archive crawler tests bench

# What is compiled is kept: the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo tools spark test test-all coverage bench lint format docs pictures notebooks check-docs constraints release clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*##/\t/' | expand -t 14

PIP := $(BIN)/pip --quiet --disable-pip-version-check install --no-deps

# Every package at the release and with the digest that constraints.txt names, then ourselves.
$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes --requirement constraints.txt
	@$(PIP) --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.installed  ## publish a small newspaper here, crawl it on three days, print what changed
	@rm -rf demo.db demo.db-wal demo.db-shm demo.db.pictures
	@$(BIN)/luubao demo --db demo.db

tools:  ## what the tests of the reading room need besides Python, where apt and npm can bring it
	.ci/tools

# Spark weighs half a gigabyte, which nobody should wait for who only crawls: it lies beside the environment.
build/spark/.installed: tests/spark.txt | $(VENV)/.installed
	@echo "Installing Spark into build/spark ..."
	@rm -rf build/spark
	@$(PIP) --require-hashes --requirement tests/spark.txt --target build/spark
	@touch $@

spark: build/spark/.installed  ## Spark, for the tests and benchmarks of docs/scale.md; wants Java

# What the tests hold our files against: pywb, validators, readers of data sets. They depend on other releases than we do.
$(VENV)-tools/.installed: tests/tools.txt
	@echo "Installing into $(VENV)-tools ..."
	@$(PYTHON) -m venv $(VENV)-tools
	@$(VENV)-tools/bin/pip --quiet --disable-pip-version-check install --no-deps --require-hashes --requirement tests/tools.txt
	@touch $@

# Tests commit some hundred thousand times, and each commit waits for the disk: where 4 GB are free in memory, they work
# there. (kill -9 loses nothing of either; `make bench` measures with a disk.)
TMPDIR ?= $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 {print "/dev/shm"}')

# Three at a time on two cores: many tests wait for a server or a crawl.
PYTEST := $(if $(TMPDIR),TMPDIR=$(TMPDIR)) $(BIN)/pytest --numprocesses 3 --dist loadfile

test: $(VENV)/.installed  ## run the tests, in five minutes: each feature at least once for real
	@$(PYTEST)

test-all: $(VENV)/.installed $(VENV)-tools/.installed  ## run what is slow too: kills, browsers, peers, Spark, many examples
	@TESTS=all $(PYTEST) -m "(slow or hypothesis) and not bench"

SUITES ?= test test-all
coverage: $(VENV)/.installed  ## run both with coverage, which takes twice as long, and print it
	@$(BIN)/coverage erase
	@$(MAKE) --no-print-directory $(SUITES) PYTEST="$(PYTEST) --cov --cov-append --cov-report="
	@$(BIN)/coverage report

bench: $(VENV)/.installed $(VENV)-tools/.installed  ## run the slow measurements
	$(BIN)/pytest -m bench -s

lint: $(VENV)/.installed  ## types, style, and whether the generated parts of the docs are true
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(MAKE) --no-print-directory check-docs

format: $(VENV)/.installed  ## put the code into its form
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

DOCS := README.md docs/alerts.md docs/tour.md docs/add-an-outlet.md docs/cli.md docs/cron.md docs/exchange.md docs/politeness.md docs/questions.md docs/scale.md docs/schema.md docs/storage.md
COG := $(BIN)/python -m cogapp -P -p "import sys; sys.path[:0] = ['docs', '.']"

docs: $(VENV)/.installed  ## regenerate the generated parts of the docs
	$(COG) -r $(DOCS)
	$(BIN)/python docs/architecture.py

pictures: $(VENV)/.installed  ## retake the pictures of docs/tour.md; wants a Chromium
	$(BIN)/python docs/screenshots.py

notebooks: $(VENV)/.installed demo  ## run docs/notebooks.md again, with pandas, Polars and DuckDB in an environment of their own
	$(PYTHON) -m venv build/notebooks
	build/notebooks/bin/pip install --quiet "pandas>=3" "polars>=2" "duckdb>=2" --editable .
	build/notebooks/bin/python docs/notebooks.py demo.db

check-docs: $(VENV)/.installed
	$(COG) --check $(DOCS)
	$(BIN)/python docs/architecture.py --check

constraints: $(VENV)/.installed  ## pin all dependencies at their newest releases
	$(BIN)/pip --quiet install pip-tools
	$(BIN)/pip-compile --quiet --upgrade --all-extras --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-annotate --no-emit-options --output-file constraints.txt pyproject.toml
	awk '/^[a-z0-9]/ {to = /^(pyspark|py4j)==/ ? "tests/spark.txt" : "constraints.new"} {print > to}' constraints.txt
	mv constraints.new constraints.txt
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-annotate --no-emit-options --output-file tests/tools.txt tests/tools.in

release: $(VENV)/.installed  ## build wheel and sdist into dist/, and check that the wheel works where only it is installed
	@rm -rf dist
	$(BIN)/python -m hatchling build --directory dist
	.ci/wheel dist/*.whl

clean:  ## remove what the commands above made
	rm -rf $(VENV) $(VENV)-tools .coverage demo.db demo.db-wal demo.db-shm demo.db.pictures build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
