# Unaligned accesses are a shortcut the sanitizers object to.
case $TARGET in asan | tsan) CFLAGS="$CFLAGS -DBR_LE_UNALIGNED=0 -DBR_BE_UNALIGNED=0" ;; esac
make -C "$SRC" -j"$JOBS" BUILD="$PWD" BEARSSLLIB="$PWD/libbearssl.a" CC="$CC" CFLAGS="-W -Wall $CFLAGS" AR="$AR" lib
cp libbearssl.a "$PREFIX/lib/"
cp "$SRC"/inc/*.h "$PREFIX/include/"
