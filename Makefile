GO      ?= go
SHARD   ?= dev
LISTEN  ?= 127.0.0.1:7777

# Where the sources lie is in no program: what was built in one clone need not be built in
# another. Everything is built so, or it is built twice.
export GOFLAGS := $(strip $(shell $(GO) env GOFLAGS) -trimpath)

.PHONY: help build page run cluster console test test-go tested test-lua test-js pictures check bench bench-fleet hostile chaos soak crash faults outage simulate night speed pgo deb stubs fuzz corpus differ clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: page ## build bin/host and bin/console
	$(GO) build -o bin/host ./host
	$(GO) build -o bin/console ./console

# What is embedded in the host: what runs panels in the page, and the page's files packed.
# Each is packed when it is another, so that a second build has nothing to do.
BUILT = host/web/built
page:
	@mkdir -p bin
	GOOS=js GOARCH=wasm $(GO) build -ldflags='-s -w' -o bin/panels.wasm ./host/web/panel
	@test -s $(BUILT)/panels.wasm.gz && sha256sum --status -c bin/panels.sum 2>/dev/null || \
	  { gzip -9nc bin/panels.wasm > $(BUILT)/panels.wasm.gz && sha256sum bin/panels.wasm > bin/panels.sum; }
	@cmp -s "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js" $(BUILT)/wasm_exec.js || cp "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js" $(BUILT)/wasm_exec.js
	$(GO) run ./host/web/pack host/web/packed

run: build ## start a development shard and print the page to open
	bin/host serve --shard $(SHARD) --listen $(LISTEN)

cluster: build ## start a cluster of processes on this machine, two proxies and three workers, until Ctrl-C
	bin/host cluster up --shard $(SHARD) --listen $(LISTEN)

console: build ## open the operator's console of the running shard
	bin/console

test: test-go ## all tests, those of the scripts among them; the last lines say what was left out, and why

# How programs for tests are built: without what only debuggers read in fifty of them, and
# without the profile that host may have, for which all it is made of is compiled once more.
PLAIN = -pgo=off -ldflags='-s -w'
# Without vet, which check runs over everything once. No more packages at once than there
# are processors, but more tests of one: those of a shard wait for ticks and for files to be
# still. The end of a package's time is for what hangs, not for a machine that is slow.
LEAN = $(PLAIN) -vet=off -parallel 8 -timeout 30m
# Tests keep their files in memory where they may, and run the program that is built.
HOST = HOTSHARD_TEST_HOST=$(CURDIR)/bin/tested/host
WITH = $(HOST) host/leftout/memory.sh
LEFTOUT ?=
# Tests have little memory in use, and a collector that waits until there is five times as much
# costs a tenth of their time less.
test-go: tested # with those of the page, and in host/testworld those of the scripts
	@GOGC=400 $(WITH) $(GO) test -json $(LEAN) ./... | $(GO) run ./host/leftout $(LEFTOUT)

tested: page
	@mkdir -p bin/tested
	$(GO) build $(PLAIN) -o bin/tested/host ./host

test-lua: build
	bin/host test scripts

test-js:
	@if command -v node >/dev/null; then node --test $$(find host/web host/opspage -name '*.test.js' -o -name '*.test.mjs' | sort); else echo "node is not installed: the page's unit tests are left out"; fi

# Without a graphics card: a minute or two of a processor's work.
pictures: ## the pictures of README, made of a shard of their own in a headless Chromium
	HOTSHARD_SKY=1 HOTSHARD_PICTURES=$(CURDIR)/host/web/pictures $(GO) test -count=1 -v -run 'TestPictures|TestThePictureOfTheMap|TestAFilm|TestWhatAFrameCosts' ./host/web

# HOTSHARD_THOROUGH builds the machine for other processors as well, runs the tests of
# the scripts in one more order, more of the random programs that are always the same, and
# three times the reloads in which nothing may leak.
check: build tested ## format, vet, scripts, reload cases, fresh random programs, and the tests under the race detector
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet ./host/web/panel
	bin/host check scripts
	bin/host conform runtime/release/conform/testdata/*.md
	@seed=$$(date +%s); echo "random programs from seed $$seed: make differ PROGRAMS=$(FRESH) SEED=$$seed"; \
	$(GO) test $(LEAN) ./runtime/script/differ -run TestRandomPrograms -programs $(FRESH) -seed $$seed
	HOTSHARD_POSTGRES=1 $(GO) test $(LEAN) -timeout 30m ./data/store ./host/node
	HOTSHARD_MESH=1 $(GO) test $(LEAN) ./host/mesh
	HOTSHARD_MESH=1 $(HOST) $(GO) test $(LEAN) ./host/server -run 'TestACluster|TestNodesOf|TestWhatRuns'
	HOTSHARD_THOROUGH=1 $(WITH) $(GO) test -race $(LEAN) ./...

deb: build ## a Debian package of the programs, the scripts and the systemd unit, in bin/
	host/deploy/deb.sh bin

stubs: ## write bindings/library/*.lua, bindings/API.md and the events in PROTOCOL.md anew
	$(GO) run ./bindings/gen

bench: ## the benchmarks, as ratios against a baseline in the same run
	$(GO) test -run '^$$' -bench . -benchtime 1s ./...

bench-fleet: ## fleets of load players against a server on one core, with a plain broadcaster for comparison
	@mkdir -p bin
	$(GO) build -o bin/bench-fleet ./host/load/bench
	bin/bench-fleet

HOSTILE ?= 1000
hostile: ## attack a shard in all ways there are, HOSTILE times each; then print what honest players feel of it
	HOTSHARD_HOSTILE=$(HOSTILE) $(GO) test $(LEAN) -count=1 -v -run TestHostileClients ./host/server | grep -v level=
	@mkdir -p bin
	$(GO) build -o bin/bench-fleet ./host/load/bench
	bin/bench-fleet hostile --size $(HOSTILE)

SOAK      ?= 30m
SOAK_GAME ?= 72h
soak: ## SOAK_GAME of the game in SOAK, with players, trade, jumps and changes of scripts; fails where anything grows
	HOTSHARD_SOAK=$(SOAK) HOTSHARD_SOAK_GAME=$(SOAK_GAME) $(GO) test $(LEAN) -timeout 0 -count=1 -v -run 'TestSoak$$' ./host/server | grep -v level=

CHAOS ?= 500
chaos: ## make one system fail in all ways there are, while CHAOS players fly in another
	HOTSHARD_CHAOS=$(CHAOS) $(GO) test $(LEAN) -count=1 -v -run TestARunaway ./host/server | grep -v level=

ROUNDS ?= 300
crash: ## ROUNDS blows to the disk and the life of a shard on which actors trade, haul, mine and fight; then what was lost
	HOTSHARD_CRASH=$(ROUNDS) $(GO) test $(LEAN) -count=1 -v -run TestWhateverFails ./host/server | grep -v level=

faults: ## ROUNDS blows to the processes of a cluster, its bus and its PostgreSQL, while actors trade, haul, mine and fight; then what was lost
	HOTSHARD_CRASH=$(ROUNDS) HOTSHARD_MESH=1 HOTSHARD_POSTGRES=1 $(GO) test $(LEAN) -count=1 -v -run TestWhateverFailsInACluster ./host/server | grep -v level=

outage: ## a market that is down for a minute, in three ways, while pilots fly and trade
	HOTSHARD_OUTAGE=60s $(GO) test $(LEAN) -count=1 -v -run TestTheMarketIsDown ./host/server | grep -v level=

SEEDS ?= 100000
FROM  ?= 1
simulate: ## break SEEDS simulated clusters, from seed FROM on; one that breaks a rule is made small and told
	$(GO) test $(LEAN) -count=1 -v ./runtime/cluster/simulation -run TestSeeds -seeds $(SEEDS) -from $(FROM)

night: build ## operate a production shard with 50 players through slips, freezes, bad changes, canaries and restarts
	$(GO) run ./host/load/night

speed: ## Lua in a State against stock gopher-lua and lua5.1, over a mix that stands for the game
	$(GO) test -run '^$$' -bench Speed ./runtime/script/speed

pgo: ## write host/default.pgo anew, the profile by which host is built, from a fight
	@mkdir -p bin
	$(GO) build -o bin/bench-fleet ./host/load/bench
	bin/bench-fleet profile host/default.pgo

FUZZTIME ?= 10s
fuzz: ## every fuzz target for FUZZTIME
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	  echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p || exit 1; done; done

FRESH    ?= 3000
PROGRAMS ?= 100000
SEED ?= 1
# What reads bytes of strangers. The inputs are run by every go test.
STRANGERS = host/api/FuzzRequest runtime/gate/FuzzFrames runtime/gate/FuzzParting runtime/gate/peer/FuzzForwardedFor runtime/gate/peer/FuzzNetwork runtime/gate/peer/FuzzProxyHeader \
	runtime/gate/wire/FuzzDecodeBinary runtime/gate/wire/FuzzDecodeJSON runtime/gate/wire/FuzzDecodeRequest runtime/script/image/FuzzRead
KEPT ?= 40
corpus: ## keep the KEPT smallest inputs that fuzzing has found for each of what reads bytes of strangers
	@for t in $(STRANGERS); do from=$$($(GO) env GOCACHE)/fuzz/hotshard/$$t; to=$$(dirname $$t)/testdata/fuzz/$$(basename $$t); \
	  [ -d $$from ] || continue; mkdir -p $$to; for f in $$(ls -Sr $$from | head -n $(KEPT)); do cp $$from/$$f $$to/; done; echo "$$to: $$(ls $$to | wc -l)"; done

differ: ## compare PROGRAMS random Lua programs, from SEED on, with lua5.1
	GOGC=800 $(GO) test ./runtime/script/differ -run TestRandomPrograms -timeout 0 -v -programs $(PROGRAMS) -seed $(SEED)

clean: ## remove what build made; the shard's data stays
	rm -rf bin
