# `make demo` and `make test` install what is missing and do the rest: see docs/development.md.
#
#   ODOO_SRC=/path                          an Odoo 19 checkout, instead of downloading Odoo
#   ODOO=latest                             the head of Odoo's branch 19.0; see docs/development.md
#   PGHOST, PGPORT, PGUSER, PGPASSWORD      a PostgreSQL server, instead of a private one
#   CN285_PYTHON=/path/to/python            which Python (3.10 to 3.13)
#   DB=name                                 another database for demo, serve, load
#   TO=host:port                            where the replica is made, instead of a private server
#   FILE=path MAPPING=path                  what to load, and how its columns are read
#   ARGS="-k name -x"                       for pytest in `make test`, and for the other scripts

.DEFAULT_GOAL := help
.PHONY: help demo test test-all serve serve-netsuite serve-stripe serve-bank serve-yousign bench lint wheels api-client load travel replica replica-refresh stop clean
export DB FILE MAPPING ARGS ODOO TO

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
	@sed -n 's/^#   /  /p' Makefile

demo: ## the demonstration: a French company, its contracts, billed and posted
	@tools/run demo $(ARGS)

test: ## the tests of every day, 25 minutes on two cores
	@tools/run test $(ARGS)

test-all: ## every test, the thorough ones of tests/thorough.txt too: two hours on two cores
	@tools/run test --everything $(ARGS)

serve: ## the web client on this machine, on the demonstration's database
	@tools/run serve $(ARGS)

serve-netsuite: ## a NetSuite account to try the bridge against; DB=name connects that database to it
	@tools/run serve-netsuite $(ARGS)

serve-stripe: ## a Stripe account to try payments against; DB=name points that database's provider to it
	@tools/run serve-stripe $(ARGS)

serve-bank: ## a bank that answers orders of SEPA debits by its files: accepted, credited, returned
	@tools/run serve-bank $(ARGS)

serve-yousign: ## a Yousign account to try signatures against; DB=name points that database to it
	@tools/run serve-yousign $(ARGS)

bench: ## speed, beside OCA contract and bare Odoo; ARGS=billing runs one of benchmarks/
	@tools/run bench $(ARGS)

lint: ## ruff, pylint-odoo, XML, translations, methods defined twice, docs
	@tools/run lint

wheels: ## a wheel of each addon in dist/, for pip; ARGS=/path for another folder
	@tools/run wheels $(ARGS)

api-client: ## a Python client of the API in dist/api-client, generated from its specification
	@tools/run api-client $(ARGS)

load: ## your own contracts: make load FILE=contracts.csv MAPPING=mapping.json DB=name
	@tools/run load $(ARGS)

travel: ## a month goes by in a copy of the demonstration (ARGS="--to 2028-06-30" for longer)
	@tools/run travel $(ARGS)

replica: ## a read-only replica for BI tools; DB=name TO=host:port, ARGS=status or drop
	@tools/run replica $(ARGS)

replica-refresh: ## the replica in step again after an update
	@tools/run replica-refresh $(ARGS)

stop: ## ends the web client and the private PostgreSQL
	@tools/run stop

clean: ## removes the databases and everything in .local
	@tools/run clean
