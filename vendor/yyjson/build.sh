# We read, and keep numbers as text: no writer, no pointers and patches, no floating point.
"$CC" $CFLAGS -std=c11 -DYYJSON_DISABLE_WRITER=1 -DYYJSON_DISABLE_UTILS=1 -DYYJSON_DISABLE_NON_STANDARD=1 \
    -DYYJSON_DISABLE_FAST_FP_CONV=1 -c "$SRC/src/yyjson.c" -o yyjson.o
"$AR" rcs libyyjson.a yyjson.o
cp libyyjson.a "$PREFIX/lib/"
cp "$SRC/src/yyjson.h" "$PREFIX/include/"
