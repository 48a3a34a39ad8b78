# gridcommand: every target does its own set-up; a fresh clone needs Go, Node, npm and make.
SHELL := /bin/bash
GO ?= go
UI := web/ui
BIN := bin/gridcommand
PROMTOOL ?= $(GO) run -tags remove_all_sd github.com/prometheus/prometheus/cmd/promtool@v0.316.0
BENCH ?= append follow locate fanout growth rebuild casebook
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help run build ui test test-go race test-ui test-browser lint faults bench fuzz simulate mutants gen clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: build ## build everything and open the demonstration district on http://127.0.0.1:8080
	$(BIN) demo

build: ui ## leave bin/gridcommand with the UI embedded
	$(GO) build -trimpath -o $(BIN) ./cmd/gridcommand

ui: $(UI)/dist/index.html

$(UI)/node_modules/.installed: $(UI)/package.json $(UI)/package-lock.json
	cd $(UI) && npm ci --no-audit --no-fund
	touch $@

$(UI)/dist/index.html: $(UI)/node_modules/.installed $(shell find $(UI)/src $(UI)/public $(UI)/m $(UI)/screen $(UI)/index.html $(UI)/vite.config.ts -type f 2>/dev/null)
	cd $(UI) && npm run build
	touch $@

test: build ## every test: rules, stores on real PostgreSQL, kill -9, sockets, all three faces in Chromium
	./.ci/chromium
	$(MAKE) test-go
	$(MAKE) race
	$(MAKE) test-ui
	$(MAKE) test-browser

test-go: ## Go tests
	$(GO) vet ./...
	$(GO) test -timeout 20m ./...
	cd deploy && $(GO) test ./...

race: ## the race detector over everything that runs side by side, where there is a C compiler
	@if command -v $$($(GO) env CC) >/dev/null; then \
		CGO_ENABLED=1 $(GO) test -race -timeout 20m ./eventstore/... ./workflow ./projections ./web/live ./web/accounts ./cmd/clock; \
	else echo "no C compiler here: the race detector was left out"; fi

test-ui: $(UI)/node_modules/.installed ## TypeScript: types and unit tests
	cd $(UI) && npm run typecheck && npm test

test-browser: build ## the main job through phone, console and wall in Chromium
	cd $(UI) && npm run test:browser

faults: ## as root: everything that can happen to a ledger's disk, process and server; ends with a table
	GRIDCOMMAND_FAULTS=full $(GO) test -tags faults -count=1 -timeout 60m -v ./eventstore/faults/...

lint: ## golangci-lint: arrows between folders, complete switches, and a few more
	$(GO) run $(GOLANGCI) run ./...

bench: build ## figures beside the raw limit measured in the same run; the last three take an hour (BENCH="append follow")
	for what in $(BENCH); do $(BIN) bench $$what || exit 1; done

alerts: ## promtool's own word on the alert rules (builds it: minutes the first time)
	cd deploy/prometheus && $(PROMTOOL) check rules alerts.yml && $(PROMTOOL) test rules alerts_test.yml

fuzz: ## a minute of fuzzing for each decoder
	for t in $$($(GO) list ./... ); do for f in $$($(GO) test -list '^Fuzz' $$t | grep ^Fuzz); do $(GO) test -run xxx -fuzz "^$$f$$" -fuzztime 60s $$t || exit 1; done; done

simulate: ## 10,000 seeds of bad luck: power cuts, kills, disk errors, a network that loses and repeats (SEEDS=n)
	$(GO) test ./eventstore/simulate -run 'TestSeeds$$' -seeds $(or $(SEEDS),10000) -timeout 120m -v

mutants: ## take out one fsync, one check, one checkpoint after the other: the tests must notice each
	$(GO) run ./eventstore/simulate/mutants

gen: build ## rewrite what is generated: the base grid, the table of commands and the UI's types
	$(GO) run ./geo/makegrid
	$(GO) test ./domain/incident -run TestTheMatrix -update
	cd $(UI) && npm run gen

clean: ## remove what was built
	rm -rf bin $(UI)/dist/* $(UI)/node_modules
