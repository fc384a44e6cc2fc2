# Read by vendor/build and, through vendor/flags, by the Makefile. One case a target: which compiler, which C library, which flags.
# Sets: cross (prefix of the tools), libc (musl or host), target_cc, target_cflags, arch (gcc's triplet).
#
# The archives carry machine code beside the LTO form (-ffat-lto-objects), so that a quick build links without LTO.
# Nothing unwinds the stack of a stripped binary: the tables would be 100 KB of it.
musl_cflags="-O2 -flto -ffat-lto-objects -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -fno-asynchronous-unwind-tables -fno-unwind-tables"
san_cflags="-O1 -g -fno-omit-frame-pointer -fPIE"

case $target in
native)  cross= libc=musl target_cflags=$musl_cflags ;;
aarch64) cross=aarch64-linux-gnu- libc=musl target_cflags=$musl_cflags ;;
armv7)   cross=arm-linux-gnueabihf- libc=musl target_cflags=$musl_cflags ;;
# UBSan's function-type check would stop at every cast vtable of the libraries.
asan)    cross= libc=host target_cc=clang
         target_cflags="$san_cflags -fsanitize=address,undefined -fno-sanitize=function -fno-sanitize-recover=undefined" ;;
tsan)    cross= libc=host target_cc=clang target_cflags="$san_cflags -fsanitize=thread" ;;
# Valgrind replaces malloc by preloading a library, which a static binary does not do: there it would see no heap at all.
memcheck) cross= libc=host target_cc=gcc target_cflags=$san_cflags ;;
*)       echo "unknown target $target" >&2; exit 1 ;;
esac
arch=$("${cross}gcc" -dumpmachine)
