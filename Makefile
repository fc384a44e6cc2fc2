# gigbox: one static binary. `make help` lists what there is.
#
# A target is a toolchain with its flags: native (release), quick (same libraries, no LTO), aarch64, armv7,
# asan and tsan (host C library, clang), fuzz (asan plus libFuzzer), memcheck (host C library, for valgrind).
# Each has build/TARGET/obj, and its libraries (vendor/) in build/TARGET/lib; quick uses native's, fuzz uses asan's.

SHELL = /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell n=$$(nproc); [ $$n -gt 8 ] && n=8; echo $$n)
endif
export SOURCE_DATE_EPOCH = 1
export LC_ALL = C

SRC := $(shell find src -name '*.c' 2>/dev/null | LC_ALL=C sort)
DATA := $(shell find src -path '*/data/*' -type f 2>/dev/null | LC_ALL=C sort)
UNIT := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
LIBS := bearssl lmdb civetweb curl yyjson argon2 ca-certificates
CROSS := aarch64 armv7
IMAGE_LIBS := libnl wpa# of the SD card, for aarch64 only

VERSION := $(shell sed -n 's/^\#\# \([0-9][^ ]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -n 1)
VERSION := $(or $(VERSION),0.1.0)

WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla
COMMON := -std=gnu11 -D_GNU_SOURCE -DGIGBOX_VERSION='"$(VERSION)"' -pthread -Isrc $(WARN) -ffile-prefix-map=$(CURDIR)=.
RELEASE := -O2 -flto -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong \
    -fno-asynchronous-unwind-tables -fno-unwind-tables
# What no request waits for is built to be small.
SMALL := src/app/% src/domain/% src/gateway/% src/realtime/% src/contract/campus/% src/contract/skillconnect/% src/contract/ugig/% \
    src/contract/simple/% src/contract/chayenity/% src/contract/docs.c src/contract/openapi.c src/contract/schema.c src/contract/lint.c \
    src/schema/lint.c src/store/check.c src/store/migrate.c
RELEASE_LINK := -static-pie -s -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--build-id=none
# UBSan's function-type check objects to callbacks that the libraries call through their own types.
SANITIZE := -O1 -g -fno-omit-frame-pointer -fPIE
ASAN := -fsanitize=address,undefined -fno-sanitize=function -fno-sanitize-recover=undefined

# Per target: where its libraries are, compiler, flags, link flags.
libs.native := native
libs.quick := native
libs.aarch64 := aarch64
libs.armv7 := armv7
libs.asan := asan
libs.fuzz := asan
libs.tsan := tsan
libs.memcheck := memcheck
cc.native := build/native/bin/musl-gcc
cc.quick := $(cc.native)
cc.aarch64 := build/aarch64/bin/musl-gcc
cc.armv7 := build/armv7/bin/musl-gcc
cc.asan := clang
cc.fuzz := clang
cc.tsan := clang
cc.memcheck := gcc
flags.native := $(RELEASE)
flags.aarch64 := $(RELEASE)
flags.armv7 := $(RELEASE)
flags.quick := -O1 -g -fPIE
flags.asan := $(SANITIZE) $(ASAN)
flags.fuzz := $(SANITIZE) $(ASAN) -fsanitize=fuzzer-no-link
flags.tsan := $(SANITIZE) -fsanitize=thread
flags.memcheck := $(SANITIZE)
# Relative relocations in a bitmap instead of 24 bytes each; asked when the tools are there, so by = and not by :=. Where the
# machine's linker cannot, gcc makes one object of the whole program, and LLVM's linker, which knows nothing of gcc's link-time
# optimizer, does the rest.
relr = $(if $(shell $(1)ld --help 2>/dev/null | grep pack-relative-relocs),-Wl$(comma)-z$(comma)pack-relative-relocs)
comma := ,
WHOLE := $(RELEASE) -flto=2 -r -flinker-output=nolto-rel -nostdlib
LLD = -B$(dir $(shell readlink -f "$$(command -v ld.lld)")) -fuse-ld=lld -Wl,--pack-dyn-relocs=relr
link.native = $(RELEASE) -flto=2 $(RELEASE_LINK) $(call relr,)
link.armv7 = $(RELEASE) -flto=2 $(RELEASE_LINK) $(call relr,arm-linux-gnueabihf-)
relr.aarch64 = $(call relr,aarch64-linux-gnu-)
whole.aarch64 = $(if $(relr.aarch64),,$(WHOLE))
link.aarch64 = $(if $(relr.aarch64),$(RELEASE) -flto=2,$(LLD)) $(RELEASE_LINK) $(relr.aarch64)
link.quick := -static-pie -g -fno-lto
link.asan := $(ASAN) -pie -Wl,--no-as-needed -lm
link.fuzz := $(ASAN) -fsanitize=fuzzer -pie -Wl,--no-as-needed -lm
link.tsan := -fsanitize=thread -pie -Wl,--no-as-needed -lm
link.memcheck := -pie -Wl,--no-as-needed -lm
deps.native := build
deps.quick := build
deps.aarch64 := build cross
deps.armv7 := build cross
deps.asan := build sanitize
deps.fuzz := build sanitize
deps.tsan := build sanitize
deps.memcheck := build sanitize
TARGETS := native quick $(CROSS) asan fuzz tsan memcheck
LIB_TARGETS := $(sort $(foreach t,$(TARGETS),$(libs.$t)))
MUSL := native $(CROSS)

##@ Build

.PHONY: all
all: build/gigbox  ## build/gigbox: the release binary for this machine (static, LTO, stripped)

build/gigbox: build/native/gigbox
	@ln -f $< $@

.PHONY: quick
quick: build/quick/gigbox  ## build/quick/gigbox: same libraries, no LTO, debug information; for development

.PHONY: cross
cross: $(CROSS:%=build/%/gigbox)  ## build/aarch64/gigbox and build/armv7/gigbox

.PHONY: asan tsan
asan: build/asan/gigbox  ## build/asan/gigbox: with AddressSanitizer and UBSan, host C library
tsan: build/tsan/gigbox  ## build/tsan/gigbox: with ThreadSanitizer, host C library

.PHONY: libs libs-asan
libs: $(LIBS:%=build/native/.%)  ## only the libraries (libs-asan: those for the sanitizers)
libs-asan: $(LIBS:%=build/asan/.%)

.PHONY: size
size: build/gigbox cross  ## sizes of the release binaries
	@scripts/size

.PHONY: reproducible
reproducible: all  ## build twice more from other folders and compare byte by byte
	@scripts/reproducible

##@ Ship

.PHONY: container
container: build/gigbox cross  ## build/container/gigbox: an OCI image for amd64, arm64 and arm/v7
	@board/container/build build/gigbox build/aarch64/gigbox build/armv7/gigbox build/container/gigbox

.PHONY: image
image: build/aarch64/gigbox build/aarch64/.wpa build/.deps-image  ## build/image/gigbox-arm64.img: an SD card for the Raspberry Pi 3, 4, Zero 2 W and arm64 virtual machines
	@board/image/build build/aarch64/gigbox build/image

.PHONY: packages
packages: build/gigbox cross  ## build/packages/*.deb: Debian packages for amd64, arm64 and armhf
	@board/debian/build build/gigbox amd64 build/packages
	@board/debian/build build/aarch64/gigbox arm64 build/packages
	@board/debian/build build/armv7/gigbox armhf build/packages

##@ Run and test

.PHONY: run
run: build/gigbox  ## fill a demo marketplace in build/demo and serve it in the sandbox
	@scripts/run

.PHONY: test
test:  ## everything: checks, unit tests, API tests, kill loop, fuzzing, cross smoke; ends with N passed, N failed
	@scripts/test

.PHONY: check
check: build/.deps-format  ## formatting and layer order (warnings are errors in every build)
	@scripts/check

.PHONY: unit
unit: unit-programs  ## unit tests under ASan and UBSan
	@scripts/tap $(UNIT:%=build/asan/unit/%)

.PHONY: unit-programs fuzz-programs
unit-programs: $(UNIT:%=build/asan/unit/%)
fuzz-programs: $(FUZZ:%=build/fuzz/bin/%)

.PHONY: api valgrind
api: build/gigbox tests/node_modules/.ready  ## HTTP and WebSocket tests against the release binary
	@scripts/api release
valgrind: build/memcheck/gigbox tests/node_modules/.ready build/.deps-bench  ## the same under valgrind: no error, no leak
	@scripts/api valgrind

.PHONY: fuzz
fuzz: fuzz-programs  ## each fuzz target for FUZZ_SECONDS (10)
	@scripts/fuzz $(FUZZ:%=build/fuzz/bin/%)

.PHONY: bench
bench: build/gigbox build/native/bench/fill tests/node_modules/.ready build/.deps-bench  ## instructions, throughput, memory and disk figures
	@scripts/bench

.PHONY: format
format: build/.deps-format  ## rewrite src and tests to the project's C formatting
	@scripts/check --fix

##@ Housekeeping

.PHONY: deps
deps: $(foreach g,build web cross sanitize test format,build/.deps-$g)  ## install the packages that building and testing need

.PHONY: fetch
fetch: build/.deps-build web/node_modules/.ready  ## download and verify every pinned source, so that later builds need no network
	@vendor/fetch

.PHONY: clean
clean:  ## remove what was built; downloads stay
	@find build -mindepth 1 -maxdepth 1 ! -name download -exec rm -rf {} + 2>/dev/null || true

.PHONY: help
help:  ## this list
	@awk -F ':.*##' '/^##@/ { print "\n" substr($$0, 5) } \
	    /^[a-z][a-z ]*:.*##/ { n = split($$1, names, " "); printf "  %-14s %s\n", names[1], $$2 }' Makefile

# Packages: looked at once, until the table changes.
build/.deps-%: scripts/deps
	@mkdir -p build
	@flock build/.deps-lock scripts/deps $*
	@touch $@

# What the tests in JavaScript need, by the lock file.
tests/node_modules/.ready: tests/package.json tests/package-lock.json | build/.deps-test
	@echo "  NPM   tests"
	@cd tests && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# --- The web UI: bundled, packed and embedded ------------------------------------------------------------------------

WEB := $(shell find web/src web/public board/docs -type f 2>/dev/null | LC_ALL=C sort) web/build.mjs web/guide.mjs web/tsconfig.json

web/node_modules/.ready: web/package.json web/package-lock.json | build/.deps-web
	@echo "  NPM   web"
	@mkdir -p build
	@flock build/.npm-web sh -c 'cd web && npm ci --no-audit --no-fund --loglevel=error'
	@touch $@

build/web/site.pack: $(WEB) web/node_modules/.ready
	@mkdir -p $(@D)
	@echo "  WEB   $@"
	@node web/build.mjs $@.$$$$ && mv $@.$$$$ $@

.PHONY: web
web: build/web/site.pack  ## build/web/site.pack: the web UI as the binary carries it

# --- Libraries -----------------------------------------------------------------------------------------------------

# Two makes at once build a library once: the second waits for the lock, looks again and finds it done.
# A library's source is unpacked anew when its manifest row or its set of patches changed, not when others' rows did.
build/src/%.row: vendor/manifest FORCE
	@mkdir -p build/src
	@{ grep '^$* ' vendor/manifest; cat vendor/$*/debian/*.patch vendor/$*/*.patch 2>/dev/null; true; } > $@.$$$$; \
	    if cmp -s $@.$$$$ $@; then rm -f $@.$$$$; else mv $@.$$$$ $@; fi
.PHONY: FORCE
FORCE:

build/src/%/.unpacked: build/src/%.row vendor/unpack | build/.deps-build
	@flock build/src/$*.row sh -c '[ -z "$$(find $^ -newer $@ 2>&1)" ] || vendor/unpack $*'

.PRECIOUS: build/src/%.row build/src/%/.unpacked

# $(1) library target, $(2) library
define LIB_RULE
build/$(1)/.$(2): build/src/$(2)/.unpacked vendor/$(2)/build.sh $$(wildcard vendor/$(2)/*.inl vendor/$(2)/*.h) \
        vendor/build vendor/targets.sh $(if $(filter musl,$(2)),,$(if $(filter $(1),$(MUSL)),build/$(1)/.musl)) \
        $(if $(filter curl,$(2)),build/$(1)/.bearssl) $(if $(filter wpa,$(2)),build/$(1)/.libnl) | $(foreach g,$(deps.$(1)),build/.deps-$(g))
	@mkdir -p build/$(1)
	@flock build/$(1)/.$(2).lock sh -c '[ -z "$$$$(find $$^ -newer $$@ 2>&1)" ] || { vendor/build $(1) $(2) && touch $$@; }'
endef
$(foreach t,$(LIB_TARGETS),$(foreach l,$(if $(filter $t,$(MUSL)),musl) $(LIBS) $(if $(filter $t,aarch64),$(IMAGE_LIBS)),$(eval $(call LIB_RULE,$t,$l))))

# --- Our code ------------------------------------------------------------------------------------------------------

# Embedded files: src/A/data/F.x becomes the symbols data_A_F_x and data_A_F_x_size (see vendor/README.md).
symbol = data_$(shell printf %s '$(patsubst src/%,%,$(1))' | sed 's,/*data/,/,; s,[^A-Za-z0-9],_,g; s,^_,,')
ARCHIVES := civetweb curl lmdb yyjson argon2 bearssl

# Objects and programs are written under another name first: two makes at once never read half a file.
# $(1) target
define TARGET_RULES
obj.$(1) := $$(SRC:%.c=build/$(1)/obj/%.o) $$(DATA:%=build/$(1)/obj/%.data.o) build/$(1)/obj/ca-bundle.data.o \
    build/$(1)/obj/web.data.o
ready.$(1) := $$(foreach l,$$(LIBS),build/$(libs.$(1))/.$$(l))
ar.$(1) := $$(foreach a,$$(ARCHIVES),build/$(libs.$(1))/lib/lib$$(a).a)

build/$(1)/obj/%.o: %.c Makefile | $$(ready.$(1))
	@mkdir -p $$(@D)
	@echo "  CC    $(1) $$<"
	@$(cc.$(1)) $(COMMON) -isystem build/$(libs.$(1))/include $(flags.$(1)) \
	    $$(if $$(filter -flto,$(flags.$(1))),$$(if $$(filter $$(SMALL),$$<),-Os)) -frandom-seed=$$< \
	    -MMD -MP -MF $$(@:.o=.d) -MT $$@ -c $$< -o $$@.$$$$$$$$ && mv $$@.$$$$$$$$ $$@

build/$(1)/obj/ca-bundle.data.o: scripts/embed | $$(ready.$(1))
	@mkdir -p $$(@D)
	@scripts/embed build/$(libs.$(1))/lib/ca-bundle.pem data_ca_bundle_pem > $$(@:.o=.S)
	@$(cc.$(1)) -c $$(@:.o=.S) -o $$@
build/$(1)/obj/ca-bundle.data.o: build/$(libs.$(1))/.ca-certificates

build/$(1)/obj/web.data.o: build/web/site.pack scripts/embed | $$(ready.$(1))
	@mkdir -p $$(@D)
	@scripts/embed $$< data_web_pack > $$(@:.o=.S)
	@$(cc.$(1)) -c $$(@:.o=.S) -o $$@

build/$(1)/obj/%.data.o: % scripts/embed | $$(ready.$(1))
	@mkdir -p $$(@D)
	@scripts/embed $$< $$(call symbol,$$<) > $$(@:.o=.S)
	@$(cc.$(1)) -c $$(@:.o=.S) -o $$@

build/$(1)/gigbox: $$(obj.$(1)) $$(ready.$(1))
	@echo "  LINK  $$@"
	@$$(if $$(whole.$(1)),$(cc.$(1)) $$(whole.$(1)) -o $$@.$$$$$$$$.o $$(obj.$(1)) $$(ar.$(1)) &&) \
	    $(cc.$(1)) $$(link.$(1)) -pthread -o $$@.$$$$$$$$ $$(if $$(whole.$(1)),$$@.$$$$$$$$.o,$$(obj.$(1)) $$(ar.$(1))) && \
	    rm -f $$@.$$$$$$$$.o && mv $$@.$$$$$$$$ $$@
endef
$(foreach t,$(TARGETS),$(eval $(call TARGET_RULES,$t)))

# Test programs: everything but main, one program for each file.
NO_MAIN = $(filter-out build/$(1)/obj/src/main.o,$(obj.$(1)))

build/asan/unit/%: build/asan/obj/tests/unit/%.o $(call NO_MAIN,asan)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(cc.asan) $(link.asan) -pthread -o $@.$$$$ $^ $(ar.asan) && mv $@.$$$$ $@

build/tsan/unit/%: build/tsan/obj/tests/unit/%.o $(call NO_MAIN,tsan)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(cc.tsan) $(link.tsan) -pthread -o $@.$$$$ $^ $(ar.tsan) && mv $@.$$$$ $@

build/fuzz/bin/%: build/fuzz/obj/tests/fuzz/%.o $(call NO_MAIN,fuzz)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(cc.fuzz) $(link.fuzz) -pthread -o $@.$$$$ $^ $(ar.fuzz) && mv $@.$$$$ $@

build/native/bench/%: build/native/obj/tests/bench/%.o $(call NO_MAIN,native)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(cc.native) $(link.native) -pthread -o $@.$$$$ $^ $(ar.native) && mv $@.$$$$ $@

.PRECIOUS: build/native/obj/tests/bench/fill.o $(foreach t,asan tsan,build/$t/obj/tests/unit/%.o) build/fuzz/obj/tests/fuzz/%.o

-include $(foreach t,$(TARGETS),$(shell find build/$t/obj -name '*.d' 2>/dev/null))
