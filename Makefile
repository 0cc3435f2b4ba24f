# SPDX-License-Identifier: ISC
#
# A thin front: meson builds, tools/ does the rest.

FUZZ_SECONDS ?= 60
SIM_ARGS ?= --seeds 1000000 --many 100000
BENCH_ARGS ?=
MUTATE_ARGS ?=
CHECK_ARGS ?=

.PHONY: build demo check check-vm sim fuzz mutate bench install format lint clean

build:
	@tools/deps build
	@test -f build/build.ninja || meson setup build
	@ninja -C build

# Two gateways, a tunnel, pings through it, and what `adit status` says.
demo:
	@tools/deps build
	@tools/check demo

# Every test but those in the virtual machine; CHECK_ARGS names some of its steps.
check:
	@tools/deps check
	@tools/check $(CHECK_ARGS)

check-vm:
	@tools/deps check
	@tools/check vm

sim:
	@tools/deps build
	@tools/check --show sim -- $(SIM_ARGS)

fuzz:
	@tools/deps check
	@tools/fuzz $(FUZZ_SECONDS)

# Takes the features of tests/features.tsv out, one at a time: each must turn its test red.
mutate:
	@tools/deps build
	@tools/check mutate -- $(MUTATE_ARGS)

bench:
	@tools/deps build
	@tools/check --show bench -- $(BENCH_ARGS)

install: build
	meson install -C build --no-rebuild

format:
	@tools/deps check
	@tools/format

lint:
	@tools/deps check
	@tools/lint

clean:
	rm -rf build build-asan build-fuzz build-mutate build-results
