# The portal's commands. Only Python 3.11 or newer and make are needed; `make help` lists them.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules
SHELL := /bin/sh

PY := .venv/bin/python
SERVERS := $(PY) -m okoce.embedded
WITH_SERVERS := $(SERVERS) exec -- $(PY)
PYTEST := $(WITH_SERVERS) -m pytest

# Stand-ins for `check --deploy`: production refuses to start without these variables.
DEPLOY := OKOCE_ENV=production DEMO=0 \
	SECRET_KEY=stand-in-for-the-check-of-the-production-settings-only-0123456789 \
	ENCRYPTION_KEYS=1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= \
	LOOKUP_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDI= \
	ALLOWED_HOSTS=portal.example CSRF_TRUSTED_ORIGINS=https://portal.example PORTAL_URL=https://portal.example \
	EMAIL_URL=smtps://user:password@mail.example:465 DEFAULT_FROM_EMAIL=portal@portal.example \
	MEDIA_ROOT=/var/lib/okoce/media TRUSTED_PROXY_COUNT=1 DPO_CONTACT=dpo@portal.example

.PHONY: help environment run stop test check journeys bench drill reset lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

environment: ## make or update .venv from requirements.lock
	@.ci/environment

run: environment ## start the whole portal with the demonstration programme (OKOCE_PORT, OKOCE_HOST)
	@exec $(SERVERS) run

stop: environment ## stop the portal of this checkout
	@$(SERVERS) stop

test: environment ## all tests but the browser's, the drills and the figures
	@$(PYTEST) -q -n auto -m "not journey and not drill and not bench" $(ARGS)

check: environment ## style, types, import contracts, migrations, translations, production settings
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@OKOCE_ENV=test $(WITH_SERVERS) manage.py makemigrations --check --dry-run
	@$(PY) -m okoce.ui.translations check
	@$(DEPLOY) $(WITH_SERVERS) manage.py check --deploy --fail-level WARNING

journeys: environment ## the browser journeys (Debian's chromium)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		echo "The journeys need a browser: sudo apt-get install chromium" >&2; exit 1; }
	@$(PYTEST) -q -m journey --reruns 1 --rerun-show-tracebacks $(ARGS)

bench: environment ## the figures, one line each
	@$(PYTEST) -q -s -m bench $(ARGS)

drill: environment ## the long fault drills: killed databases, workers and supervisors
	@$(PYTEST) -q -m drill $(ARGS)

reset: environment ## stop, and remove the data of this checkout
	@$(SERVERS) reset

# No uv.lock: it would record from which host each file came. See docs/decisions/0002-lock-file-without-hosts.md.
lock: environment ## resolve the dependencies anew into requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	@$(PY) -m uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-annotate --quiet -o requirements.lock --custom-compile-command "make lock"
