# termreview: the few commands that a newcomer, an analyst and a build server run. `make help` lists them.
#
# The environment lives in .venv and is made from the hashed lock files. Its stamp is named after the content of
# the lock, of pyproject.toml and of the folder's own path, so nothing is installed twice and nothing goes stale.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
PYTEST_ARGS ?= -n 2 -r fEs

key = $(shell { pwd -P; cat $(1) pyproject.toml; } | cksum | cut -d ' ' -f 1)
READY := $(VENV)/.ready-$(call key,requirements.lock)
TEST_READY := $(VENV)/.test-ready-$(call key,requirements-test.lock)

# File names and texts are the same whatever the language of the machine.
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check lab desk bench bench-scale bench-cluster insight fuzz odd crash lock clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

demo: $(READY) ## write the sample school year, run both terms, name the two reports
	@$(BIN)/termreview demo

test: $(TEST_READY) ## run the tests; what was left out is listed with its reason
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(TEST_READY) ## format, lint, types, declarations, notebooks without outputs
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/python .ci/check_notebooks.py
	@$(BIN)/termreview check

# JupyterLab asks public hosts for news, updates and extensions unless told not to.
lab: $(READY) ## open the review desk and the notebooks in JupyterLab, for this machine only, behind its token
	@JUPYTER_CONFIG_PATH=lib/termreview/desk/theme/jupyter $(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 \
	  --ServerApp.allow_remote_access=False --ServerApp.root_dir=. --LabApp.news_url=None --LabApp.extension_manager=readonly \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate notebooks/0_review_desk.ipynb

desk: $(READY) ## open the review desk without code in the browser, for this machine only, behind its token
	@$(BIN)/termreview desk

bench: $(TEST_READY) ## measure the speed promises on this machine
	@$(BIN)/python tests/bench/bench.py
	@$(BIN)/python tests/bench/desk.py
	@$(BIN)/python tests/bench/exports.py

bench-scale: $(TEST_READY) ## measure what a term costs a school, for 55, 600 and 5 000 schools; many minutes
	@$(BIN)/python tests/bench/scale.py
	@$(BIN)/python tests/bench/store.py

bench-cluster: $(TEST_READY) ## measure the reports of communes on workers of Dask beside the processes of this machine; some minutes
	@$(BIN)/python tests/bench/cluster.py

insight: $(TEST_READY) ## find planted truths again, count false alarms where there are none; some minutes
	@$(BIN)/python tests/insight/insight.py

fuzz: $(TEST_READY) ## read 20 000 damaged and altered workbooks; some minutes
	@$(BIN)/python tests/fuzz/fuzz.py

odd: ## read every file below FOLDER, made by whatever program; say what came of each
	@[ -n "$(FOLDER)" ] || { echo "Which folder? Name the one whose files are to be read: make odd FOLDER=path" >&2; exit 2; }
	@[ -d "$(FOLDER)" ] || { echo "There is no folder $(FOLDER): make odd FOLDER=path" >&2; exit 2; }
	@$(MAKE) --no-print-directory $(TEST_READY)
	@$(BIN)/python tests/odd/odd.py "$(FOLDER)"

crash: $(TEST_READY) ## kill 500 runs and more, look at what is left; some ten minutes
	@$(BIN)/python tests/crash/crash.py

lock: $(TEST_READY) ## write both lock files anew; UPGRADE=--upgrade also moves to newer versions
	@$(BIN)/python -m pip install --quiet 'uv>=0.9'
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock

COMPILE = $(BIN)/uv --quiet --no-config pip compile pyproject.toml --extra build $(UPGRADE) --universal \
	--python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

clean: ## remove tables, reports, forms, caches; never received, issued or hand-edited (.sua-tay) files
	@[ ! -x $(BIN)/termreview ] || $(BIN)/termreview clean
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build
	@find lib tests notebooks .ci \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# $(1): the lock file; $(2): its stamp without the key.
define install
	@set -e; [ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	  for python in $(PYTHON); do \
	    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	      echo "Making $(VENV) with $$python ($$("$$python" -c 'import platform; print(platform.python_version())'))"; \
	      "$$python" -m venv $(VENV); made=yes; break; fi; done; \
	  [ "$${made:-}" = yes ] || { echo "Python 3.11 or newer with venv is needed; name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }; }
	@echo "Installing $(1) into $(VENV) (once, a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q lib # once, where Python is told not to keep what it compiled
	@rm -f $(VENV)/$(2)*
endef

$(READY):
	$(call install,requirements.lock,.ready-)
	@touch $@

$(TEST_READY):
	$(call install,requirements-test.lock,.test-ready-)
	@rm -f $(VENV)/.ready-*; touch $(READY) $@
