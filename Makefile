# FastGate: make run and make test are all a newcomer needs.
CONFIGURATION ?= Release
BINARY := artifacts/fastgate

.DEFAULT_GOAL := help
.PHONY: help build run test test-sockets test-tools aot e2e chaos bench bench-gate store-size outages cost-gate compare ledger hot-path format clean

help: ## Show what there is to make
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

build: ## Build everything
	dotnet build FastGate.sln -c $(CONFIGURATION) --nologo -v quiet

run: ## Build and start the demo: the gateway in front of three scripted providers; says which curl to try
	dotnet build src/FastGate -c $(CONFIGURATION) --nologo -v quiet
	exec dotnet src/FastGate/bin/$(CONFIGURATION)/net10.0/fastgate.dll demo

test: test-tools build ## Install what the tests need, and run them all
	CONFIGURATION=$(CONFIGURATION) scripts/test.sh

test-sockets: ## Run the tests of the data plane once more on the runtime's sockets (server.transport: sockets)
	CONFIGURATION=$(CONFIGURATION) FASTGATE_TEST_TRANSPORT=sockets scripts/test.sh tests/FastGate.Proxy.Tests

test-tools: ## Install what the tests and benchmarks need (Debian and npm packages); says what it does
	scripts/install-test-tools.sh

aot: ## Publish the NativeAOT binary to artifacts/fastgate
	scripts/publish-aot.sh $(BINARY)

e2e: ## Run the end-to-end tests against artifacts/fastgate
	CONFIGURATION=$(CONFIGURATION) FASTGATE_BINARY=$(abspath $(BINARY)) scripts/test.sh tests/FastGate.EndToEnd.Tests

CHAOS ?= 10000
SEED ?= $(shell date +%s)
chaos: ## Streams, 10,000 or CHAOS=N of them, against providers that break in every way, through artifacts/fastgate; SEED=N repeats a run
	FASTGATE_BINARY=$(abspath $(BINARY)) FASTGATE_CHAOS_STREAMS=$(CHAOS) FASTGATE_CHAOS_SEED=$(SEED) \
	dotnet test tests/FastGate.EndToEnd.Tests -c $(CONFIGURATION) --nologo --filter FullyQualifiedName~.Chaos. --logger "console;verbosity=detailed"

bench: ## Microbenchmarks: per-layer cost and allocation, without sockets
	dotnet run -c Release --project bench/FastGate.Benchmarks -- $(BENCH)

bench-gate: ## Hold every benchmark to the bytes it may allocate, exactly; takes seconds
	DOTNET_TieredCompilation=0 dotnet run -c Release --project bench/FastGate.Benchmarks -- --gate $(GATE)

store-size: ## Hold a million answers of 1 KiB, stored and under keys, to 1.25 times their octets of memory, as the collector counts it; about half a minute and 3 GB
	dotnet run -c Release --project bench/FastGate.Benchmarks -- --stores $(STORES)

outages: ## Simulate the three known outages; writes docs/outages.md and its charts
	dotnet run -c Release --project bench/FastGate.Outages

cost-gate: ## Hold artifacts/fastgate to limits of CPU beside HAProxy, start, memory and size; about a minute
	dotnet build bench/FastGate.Load -c Release --nologo -v quiet
	ulimit -n $$(ulimit -Hn); bench/FastGate.Load/bin/Release/net10.0/fastgate-load gate --gateway $(BINARY)

compare: ## Side by side with HAProxy, nginx, Portkey and a C floor; writes perf-results/. COMPARE=--full for everything
	bench/compare/run.sh $(COMPARE)

ledger: ## What a proxied request costs in system calls and instructions, and where the time goes; LEDGER=sockets for that transport
	bench/compare/ledger.sh $(LEDGER)

hot-path: ## Write the order of the hot path's methods in the binary anew, from samples of it under load
	bench/compare/hot-path.sh

format: ## Apply the code style
	dotnet format FastGate.sln

clean: ## Remove everything that was built
	rm -rf artifacts
	find src tests bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
