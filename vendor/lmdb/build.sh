# mdb.c reads packed structures in place; only ASan's part of the sanitizers is meaningful there.
case $TARGET in asan) CFLAGS="$CFLAGS -fno-sanitize=undefined" ;; esac
cd "$SRC/libraries/liblmdb"
"$CC" $CFLAGS -pthread -c mdb.c -o "$OLDPWD/mdb.o"
"$CC" $CFLAGS -pthread -c midl.c -o "$OLDPWD/midl.o"
cd "$OLDPWD"
"$AR" rcs liblmdb.a mdb.o midl.o
cp liblmdb.a "$PREFIX/lib/"
cp "$SRC/libraries/liblmdb/lmdb.h" "$PREFIX/include/"
