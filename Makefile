# Everything here needs only python3 (3.11 or later) and make: each target makes the
# environment that it runs in, and makes it again when pyproject.toml has changed.
#
#   make demo    train a network on two moons and on real handwritten digits
#   make test    lint, type check and every test that needs no browser, system package or PyTorch
#                (20 to 40 minutes on two cores, as busy as they are)
#   make lessons open the lessons in JupyterLab; in Korean: make lessons IN=ko
#   make bench   time the engine against micrograd, and compiled functions and training against
#                PyTorch, JAX, CasADi and HIPS autograd (half an hour): make bench SUITES=eager
#   make torch   compare with PyTorch 2.13.0, in an environment of its own
#   make mutants change the engine's code in every small way; the tests must notice (an hour or two)
#   make browser open pages in Chromium and draw with Graphviz's dot, in an environment of its own
#   make clean   remove what these left behind

PYTHON ?= python3
VENV   ?= .venv
TORCH  ?= .venv-torch
BROWSER ?= .venv-browser
MUTANTS ?= .venv-mutants
LESSONS ?= .venv-lessons
BENCH  ?= .venv-bench
SUITES ?= eager functions training compiling
IN     ?= en
CHROMIUM ?= /usr/bin/chromium
DOT    ?= /usr/bin/dot
RUN     = $(VENV)/bin/python
# As many tests side by side as there are cores, four at most; those of a file one after another.
# Where a process dies or a test hangs, its name is told and all ends, before xdist waits for ever.
ASIDE   = -n auto --maxprocesses 4 --dist loadfile --max-worker-restart 0 \
          -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true
# Of what is installed most is never imported: the rest is compiled when it is.
PIP     = -m pip --disable-pip-version-check install --quiet --no-compile

.PHONY: demo test lessons bench torch mutants browser environments clean

demo: $(VENV)/.demo
	$(RUN) -m nn train moons --out runs/moons
	$(RUN) -m nn train digits --out runs/digits
	@echo "Open runs/moons/training.html and runs/digits/training.html in a browser: the whole training on a page."
	@echo "Beside them: the model, history.csv, the pictures and graph.svg. The command: $(VENV)/bin/glassgrad --help"

test: $(VENV)/.dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy --strict autograd nn benchmarks notebooks
	$(RUN) -m pytest $(ASIDE)
	$(RUN) -m pytest $(ASIDE) --nbmake --nbmake-timeout=60 notebooks/en notebooks/ko

# The learner works in a copy, which stays as it is until it is deleted.
lessons: $(LESSONS)/.notebook
	@test -d lessons/$(IN) || $(LESSONS)/bin/python -m nn lessons --lang $(IN) lessons/$(IN)
	$(LESSONS)/bin/python -m jupyter lab $$(test "$$(id -u)" != 0 || echo --allow-root) lessons/$(IN)

bench: $(BENCH)/.dev .venv-bench-hips/.dev
	$(BENCH)/bin/python -m benchmarks $(SUITES) --markdown docs/benchmarks.md

# What `.ci/run` needs: side by side, for pip waits for the network most of the time.
environments: $(VENV)/.dev $(BROWSER)/.dev $(TORCH)/.dev

torch: $(TORCH)/.dev
	$(TORCH)/bin/python -m pytest tests/pytorch

mutants: $(MUTANTS)/.dev
	$(MUTANTS)/bin/python -m tests.mutants.run

browser: $(BROWSER)/.dev $(CHROMIUM) $(DOT)
	CHROMIUM=$(CHROMIUM) $(BROWSER)/bin/python -m pytest tests/browser

# Debian's Chromium, and a Korean font for what is looked at; only root may install them.
$(CHROMIUM):
	@test "$$(id -u)" = 0 || { echo "make browser needs Chromium: apt-get install chromium, or name yours: make browser CHROMIUM=/path"; exit 2; }
	apt-get update --quiet
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends chromium fonts-nanum

$(DOT): | $(CHROMIUM)  # one apt-get at a time
	@test "$$(id -u)" = 0 || { echo "make browser needs Graphviz: apt-get install graphviz, or name yours: make browser DOT=/path"; exit 2; }
	apt-get update --quiet
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends graphviz

clean:
	rm -rf $(VENV) $(TORCH) $(MUTANTS) .mutants $(BROWSER) $(LESSONS) $(BENCH) .venv-bench-hips runs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find autograd nn tests benchmarks notebooks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The demo's environment is part of the developer's one, so both live in $(VENV).
$(VENV)/.demo: EXTRAS = data,plot,render,train,compile
$(VENV)/.dev: EXTRAS = dev
$(TORCH)/.dev: EXTRAS = dev-torch
$(MUTANTS)/.dev: EXTRAS = dev-mutants
$(BROWSER)/.dev: EXTRAS = dev-browser
$(BENCH)/.dev: EXTRAS = dev-bench
$(LESSONS)/.notebook: EXTRAS = notebook

$(VENV)/.demo $(VENV)/.dev $(TORCH)/.dev $(MUTANTS)/.dev $(BROWSER)/.dev $(BENCH)/.dev $(LESSONS)/.notebook: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("glassgrad needs Python 3.11 or later, $(PYTHON) is %d.%d: try make PYTHON=python3.11" % sys.version_info[:2])'
	@echo "Installing glassgrad[$(EXTRAS)] into $(@D) (a minute or two the first time)"
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP) --editable ".[$(EXTRAS)]"
	@touch $@

# HIPS autograd's import name is ours, so the two cannot be in one environment. Its digits come from
# scikit-learn, too.
.venv-bench-hips/.dev: Makefile
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP) autograd==1.9.1 "numpy>=1.26" "scikit-learn>=1.4"
	@touch $@
