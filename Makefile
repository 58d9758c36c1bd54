# make demo    run the built-in example and say which page to open
# make test    run the tests
# make help    list the rest
#
# Everything is installed into .venv, which is made again whenever pyproject.toml changes. Another Python than
# python3: make demo PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
OUT ?= auditor-demo

.PHONY: warehouse help demo test lint conformance calibrate bench pages fuzz attack kill challenge exact property evidence docs clean lock sbom determinism mutants coverage
.DEFAULT_GOAL := help

help:
	@echo "make demo       run the built-in example into $(OUT)/ and say which page to open"
	@echo "make test       run the tests"
	@echo "make lint       ruff and mypy"
	@echo "make docs       write docs/methods/ from the cards of the signals, run the notebooks, and build build/site/"
	@echo "make conformance  write docs/conformance.md: our numbers beside other programs'"
	@echo "make calibrate  measure the false-alarm rate of the default protocol (long)"
	@echo "make bench      measure speed and memory (long)"
	@echo "make pages      look at the example's pages and letters with axe-core and the HTML validator; alter digits (long)"
	@echo "make fuzz       corrupt valid files and draw input for every reader (long)"
	@echo "make attack     try to work small counts out of what audits publish (long)"
	@echo "make kill       kill runs at random instants and go on with them (long)"
	@echo "make challenge  audit data sets whose truth is kept apart, and score the answers"
	@echo "make exact      hold exact tests against rational arithmetic over every small table"
	@echo "make property   draw 500 examples of every relation that must hold (the tests draw 30)"
	@echo "make mutants    put small faults, drawn at random, into the statistics and see which the tests find (long)"
	@echo "make coverage   branches of statistics, readers and wording that their own tests reach (long)"
	@echo "make evidence   make the cheap figures again, run the tests of every requirement, write docs/evidence.md"
	@echo "make warehouse  hold DuckDB, PostgreSQL and PySpark to the same cells and reviews (own environment; long)"
	@echo "make lock       fix the versions of what a run needs, with hashes, in requirements.lock"
	@echo "make sbom       list them as CycloneDX in build/sbom.json, and look for known faults in them (asks the network)"
	@echo "make determinism  hold the example's bytes against other surroundings, and two wheels against each other (long)"
	@echo "make clean      remove .venv and what was built"

$(VENV)/.core: pyproject.toml scripts/check_python.py
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or later:"; \
	  echo "  Debian or Ubuntu  sudo apt install python3 python3-venv"; \
	  echo "  Fedora            sudo dnf install python3"; \
	  echo "  macOS             brew install python   (or the installer of python.org)"; \
	  echo "and then, where it has another name: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

demo: $(VENV)/.core
	$(BIN)/auditor demo --out $(OUT)
	@echo "Open $(CURDIR)/$(OUT)/index.html in a browser."

test: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy

conformance: $(VENV)/.dev
	$(BIN)/python scripts/conformance.py

# About three hours on one core at full length; shorter with CALIBRATE_RUNS. Two targets can run side by side.
CALIBRATE_RUNS ?= 200
calibrate: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/class_screen.py --null $(CALIBRATE_RUNS) --effect 30
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/class_screen.py --null $(CALIBRATE_RUNS) --effect 30 --places 60 19 14 10 \
	  --cells normal factor-0.2 factor-0.2-t4 factor-0.2-exponential factor-0.4-exponential
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/class_screen.py --shares --cells normal --effect 30
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/class_screen.py --one --null $(CALIBRATE_RUNS) --cells normal t4 lognormal factor-0.2
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/screen_grid.py --runs $(CALIBRATE_RUNS)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/screen_grid.py --runs $(CALIBRATE_RUNS) --places 3100 --cells normal
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/conformal.py --runs $(CALIBRATE_RUNS)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/series_null.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/synthetic_null.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/rollout_null.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/looks.py
	$(BIN)/python scripts/ship_calibration.py
	$(BIN)/python benchmarks/calibration_table.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/national.py --months 96
	$(BIN)/python benchmarks/national.py --months 96 --records 11000000
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/screen_speed.py
	$(BIN)/python benchmarks/reading.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/six_tests.py
	$(BIN)/python benchmarks/start_up.py

# Needs Chromium, Java, Node and npm.
pages: $(VENV)/.dev
	mkdir -p build/node && cd build/node && npm install --silent --no-audit --no-fund --no-save playwright-core axe-core vnu-jar
	AUDITOR_NODE_MODULES=$(CURDIR)/build/node/node_modules $(BIN)/python benchmarks/page_checks.py --keep build/pages
	$(BIN)/python benchmarks/traceability.py build/pages/out

# About half an hour of processor time, and an hour by hypothesis; shorter with FUZZ_FILES and FUZZ_MINUTES.
FUZZ_FILES ?= 10000
FUZZ_MINUTES ?= 60
FUZZ_SEED ?= 1
fuzz: $(VENV)/.dev
	$(BIN)/python benchmarks/fuzz_readers.py --corruptions $(FUZZ_FILES) --seed $(FUZZ_SEED)
	$(BIN)/python benchmarks/fuzz_readers.py --hypothesis $(FUZZ_MINUTES) --seed $(FUZZ_SEED)

# About ten minutes of processor time, gone on with where it was stopped; shorter with ATTACK_SETS.
ATTACK_SETS ?= 10000
attack: $(VENV)/.dev
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/suppression.py --sets $(ATTACK_SETS)

# About an hour and a half of processor time; shorter with KILLS and KILLS_NATIONAL.
KILLS ?= 190
KILLS_NATIONAL ?= 10
kill: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/kill.py --kills $(KILLS)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/kill.py --places 3100 --kills $(KILLS_NATIONAL)

exact: $(VENV)/.dev
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/enumeration.py

# 500 examples of every relation; the tests draw 30.
property: $(VENV)/.dev
	AUDITOR_EXAMPLES=500 $(BIN)/python -m pytest -m property --numprocesses auto --dist worksteal

# About twenty minutes of processor time; shorter with MUTANTS. Another MUTANTS_SEED draws others, kept beside the first.
MUTANTS ?= 400
MUTANTS_SEED ?= 1
mutants: $(VENV)/.dev
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/mutation.py --sample $(MUTANTS) --seed $(MUTANTS_SEED)

# About ten minutes of processor time.
coverage: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check coverage
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/coverage_table.py

# About six minutes of processor time.
challenge: $(VENV)/.dev
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/challenge.py
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/challenge.py --blind

# Within half an hour on two cores.
evidence: $(VENV)/.dev
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python scripts/evidence.py

# Needs Debian's postgresql and openjdk-17-jre-headless (or another PostgreSQL and java); starts both by itself.
WAREHOUSE_VENV ?= .venv-warehouse
WAREHOUSE_ROWS ?= 1000000 2000000 4000000
$(WAREHOUSE_VENV)/.made: pyproject.toml
	$(PYTHON) -m venv --clear $(WAREHOUSE_VENV)
	$(WAREHOUSE_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test,warehouse]"
	@touch $@

warehouse: $(WAREHOUSE_VENV)/.made
	OMP_NUM_THREADS=1 AUDITOR_REQUIRE_WAREHOUSE=1 $(WAREHOUSE_VENV)/bin/python -m pytest tests/records/warehouse
	OMP_NUM_THREADS=1 $(WAREHOUSE_VENV)/bin/python benchmarks/warehouse.py --rows 300000 --audit
	OMP_NUM_THREADS=1 $(WAREHOUSE_VENV)/bin/python benchmarks/warehouse.py --rows $(WAREHOUSE_ROWS)

$(VENV)/.supply: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv cyclonedx-bom pip-audit bandit
	@touch $@

lock: $(VENV)/.supply
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --universal --no-emit-index-url --no-annotate --no-header \
	  --quiet --upgrade --output-file requirements.lock

sbom: $(VENV)/.supply
	mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.lock --output-reproducible --output-file build/sbom.json
	$(BIN)/bandit --quiet --recursive auditor --severity-level high
	$(BIN)/python scripts/known_faults.py requirements.lock

determinism: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python benchmarks/determinism.py

docs: $(VENV)/.dev
	$(BIN)/python scripts/write_method_pages.py
	$(BIN)/python scripts/run_notebooks.py
	$(BIN)/mkdocs build --quiet
	@echo "Open $(CURDIR)/build/site/index.html in a browser."

clean:
	rm -rf $(VENV) $(WAREHOUSE_VENV) $(OUT) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
