# musl and its compiler wrapper, plus the kernel's own headers (seccomp, Landlock, and others), which musl does not carry.
"$SRC/configure" --target="$HOST" --prefix="$PREFIX" --syslibdir="$PREFIX/lib" \
    --disable-shared --enable-wrapper=gcc CFLAGS="-O2 -ffile-prefix-map=$ROOT=."
make -j"$JOBS"
make install
header=$(echo '#include <linux/filter.h>' | "$CC" -E -M - | tr ' \\' '\n\n' | grep 'linux/filter\.h$')
asm=$(echo '#include <asm/unistd.h>' | "$CC" -E -M - | tr ' \\' '\n\n' | grep 'asm/unistd\.h$')
generic=$(echo '#include <asm-generic/errno.h>' | "$CC" -E -M - | tr ' \\' '\n\n' | grep 'asm-generic/errno\.h$')
for dir in "${header%/filter.h}" "${asm%/unistd.h}" "${generic%/errno.h}"; do
    cp -RL "$dir" "$PREFIX/include/"
done
