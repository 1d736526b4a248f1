# Every verb works on the .venv that `python3 manage.py setup` makes.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
BIN := .venv/bin

.PHONY: help dev test lint types imports openapi migrations docs-check screenshots sure constraints audit

help: ## show the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

dev: ## set up, then serve on 127.0.0.1:8000 until Ctrl-C
	python3 manage.py serve

test: ## all tests but the slow ones
	python3 manage.py test

lint: ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: ## mypy on the packages, tsc on the front end
	$(BIN)/mypy
	$(PYTHON) -m config.npm run types

imports: ## the dependency rules of docs/architecture.md
	$(BIN)/lint-imports

openapi: ## write openapi.yaml and the client's types anew
	$(PYTHON) manage.py spectacular --file openapi.yaml --validate --fail-on-warn
	$(PYTHON) -m config.npm run generate

# Until the first release an app's tables are one migration; those written by hand are out of the way meanwhile.
migrations: ## write the apps' 0001_initial anew from their models
	for file in annotation/migrations/0002_*.py; do mv $$file $$(dirname $$file)/_$$(basename $$file); done
	rm -f annotation/migrations/0001_initial.py learner/migrations/0001_initial.py
	$(PYTHON) manage.py makemigrations annotation learner; \
	  for file in annotation/migrations/_0002_*.py; do mv $$file $$(dirname $$file)/$$(basename $$file | cut -c 2-); done

docs-check: ## what the documents name and link exists
	$(BIN)/pytest -q tests/contract/test_documents.py tests/contract/test_docs.py tests/contract/test_readme.py

screenshots: ## take the pictures of README and docs anew, from the demo (needs Chromium)
	$(PYTHON) docs/images/take.py

audit: ## compare the pins with published advisories (needs the network; installs pip-audit)
	$(BIN)/pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

sure: lint types imports test ## what a commit should pass

constraints: ## resolve constraints.txt anew for all supported platforms (needs uv)
	( grep -v '^torch' requirements.txt; printf '%s\n' filelock fsspec jinja2 networkx setuptools sympy typing-extensions ) \
	  | uv pip compile - --universal --python-version 3.11 --only-binary :all: --no-annotate --no-header --output-file constraints.new
	( head -2 constraints.txt; cat constraints.new ) > constraints.tmp && mv constraints.tmp constraints.txt && rm constraints.new
