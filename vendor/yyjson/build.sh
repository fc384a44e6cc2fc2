"$CC" $CFLAGS -std=c11 -c "$SRC/src/yyjson.c" -o yyjson.o
"$AR" rcs libyyjson.a yyjson.o
cp libyyjson.a "$PREFIX/lib/"
cp "$SRC/src/yyjson.h" "$PREFIX/include/"
