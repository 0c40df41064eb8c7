# What a newcomer types. Every step underneath is a management command: see docs/operate.md.
#   make run              a whole clinic on this machine   (PORT=8001 another port, DATABASE_URL=postgres://... another database)
#   make test             everything that must be green    (PART=lint or types, sqlite, postgres, browser, smtp: only that)
#   make prove            the same at full figures
#   make drills           the failure drills
#   make words            every page, letter and form as patients read them, against the bounds for words
#   make audit            Lighthouse, axe, html-validate and the links of every page   (PAGES=/fees/,/ only these; needs Node)
#   make screens          every page at three widths, light, dark and on paper, in screens/   (PAGES=..., KEEP=1 for docs/screens)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run prepare test prove drills words audit screens house format requirements clean venv venv-dev

run: venv .env
	@site=$${SITE_URL:-$$(sed -n 's/^SITE_URL=//p' .env)}; \
	export SITE_URL="$${site:-http://127.0.0.1:$${PORT:-8000}}"; \
	exec $(BIN)/python manage.py serve --prepare --with-parent

prepare: venv .env
	@$(BIN)/python manage.py prepare

test: venv-dev
	@exec $(BIN)/python tests/run.py $(PART)

prove: venv-dev
	@SCALE=1 exec $(BIN)/python tests/run.py $(PART)

drills: venv-dev
	@SCALE=$${SCALE:-1} exec $(BIN)/python tests/run.py drills

words: venv-dev
	@exec $(BIN)/python -m tests.words $(PAGES)

audit: venv-dev
	@exec $(BIN)/python -m tests.audit.run

screens: venv-dev
	@exec $(BIN)/python -m tests.audit.screens

house: venv-dev
	@$(BIN)/python -m pytest tests/test_house_rules.py

format: venv-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# --- What they need ------------------------------------------------------------------------------------------------
# A copy of the file that was installed lies in the folder, so the second run only compares.
venv: requirements.txt
	@$(call ready,requirements.txt)

venv-dev: requirements-dev.txt
	@$(call ready,requirements-dev.txt)

define ready
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make run PYTHON=python3.11")'
if ! $(BIN)/python -c '' 2>/dev/null; then \
	echo "Making $(VENV) ..."; \
	rm -rf $(VENV); \
	$(PYTHON) -m venv $(VENV) || { echo "Python cannot make an environment here. On Debian: apt install python3-venv"; exit 1; }; \
fi
if ! cmp -s $(1) $(VENV)/$(1); then \
	echo "Installing $(1) ..."; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r $(1) && cp $(1) $(VENV)/$(1); \
fi
endef

# A demo's settings, made once. Nothing in it is a default somebody else could know.
.env:
	@umask 077; { \
		echo "# Written by make run for a demo on this machine; .env.example explains every variable."; \
		echo "SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')"; \
		echo "DEMO=1"; \
		echo "ALLOWED_HOSTS=localhost,127.0.0.1"; \
	} > .env.new && mv .env.new .env

# The pins stand in pyproject.toml; this resolves them to hashes in an environment that is thrown away.
requirements:
	@set -e; made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; \
	$(PYTHON) -m venv "$$made"; \
	"$$made/bin/pip" install --quiet --disable-pip-version-check pip-tools; \
	"$$made/bin/pip-compile" --quiet --strip-extras --generate-hashes --allow-unsafe --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.txt pyproject.toml; \
	"$$made/bin/pip-compile" --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --extra dev --constraint requirements.txt \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements-dev.txt pyproject.toml

clean:
	rm -rf $(VENV) staticfiles screens tests/audit/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
