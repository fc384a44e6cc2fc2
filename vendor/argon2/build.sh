# opt.c needs SSE2; elsewhere the reference code.
case $ARCH in x86_64-*) kernel=opt ;; *) kernel=ref ;; esac
for file in argon2 core encoding thread blake2/blake2b $kernel; do
    "$CC" $CFLAGS -std=c11 -pthread -I"$SRC/include" -I"$SRC/src" -c "$SRC/src/$file.c" -o "$(basename $file).o"
done
"$AR" rcs libargon2.a *.o
cp libargon2.a "$PREFIX/lib/"
cp "$SRC/include/argon2.h" "$PREFIX/include/"
