# Needs nothing but make and Python 3.11 or newer. Python programs of the environment are called through its Python, never by
# their own scripts: the first line of a script can't hold a long path or one with spaces.

PYTHON_OF_VENV := .venv/bin/python
MANAGE := $(PYTHON_OF_VENV) manage.py

.PHONY: help run test check bench lock

help:
	@echo "make run    start the portal on http://localhost:$${PORT:-8000}/"
	@echo "make test   run every test, in a real browser too"
	@echo "make check  look at style, types, templates, migrations and production settings"
	@echo "make bench  measure pages with data at size"
	@echo "make lock   renew deploy/requirements*.txt from pyproject.toml"

run:
	@sh deploy/environment.sh run
	@exec $(PYTHON_OF_VENV) -m kyodo.serve

test:
	@sh deploy/environment.sh dev
	@$(PYTHON_OF_VENV) -m tests.chromium
	@$(PYTHON_OF_VENV) -m pytest -n 3 --dist worksteal $(PYTEST)

check:
	@sh deploy/environment.sh dev
	@$(PYTHON_OF_VENV) -m ruff check .
	@$(PYTHON_OF_VENV) -m ruff format --check .
	@$(PYTHON_OF_VENV) -m mypy .
	@git ls-files -z -- 'templates/*.html' | xargs -0 .venv/bin/djade --check --target-version 5.2
	@$(PYTHON_OF_VENV) -m djlint --lint --quiet templates
	@$(PYTHON_OF_VENV) -m djlint --lint --quiet --profile jinja partials
	@$(MANAGE) makemigrations --check --dry-run
	@env KYODO_PRODUCTION=1 KYODO_DEBUG=0 KYODO_ALLOWED_HOSTS=kyodo.example.jp KYODO_BASE_URL=https://kyodo.example.jp \
		KYODO_SECRET_KEY=never-used-outside-this-check-0123456789-abcdefghijklmnopqrstuvwxyz \
		KYODO_EMAIL_URL=smtp://127.0.0.1:2525 DATABASE_URL=postgres://kyodo@127.0.0.1/kyodo \
		$(MANAGE) check --deploy --fail-level WARNING

bench:
	@sh deploy/environment.sh dev
	@exec $(PYTHON_OF_VENV) -m benchmarks $(BENCH)

lock:
	@sh deploy/environment.sh dev
	@$(PYTHON_OF_VENV) -m pip install --quiet uv
	@PATH="$$PWD/.venv/bin:$$PATH" deploy/lock.sh
