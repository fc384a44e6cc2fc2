# No files, no CGI, no directory listings, no dlopen'ed OpenSSL: the server core and WebSockets.
# The .inl files beside this recipe are compiled into civetweb.c.
"$CC" $CFLAGS -std=gnu11 -pthread -I"$RECIPE" -I"$SRC/include" \
    -DNO_SSL -DUSE_WEBSOCKET -DNO_CGI -DNO_FILES -DNO_CACHING -DNO_FILESYSTEMS \
    -DMG_EXTERNAL_FUNCTION_mg_cry_internal_impl -DMG_EXTERNAL_FUNCTION_log_access \
    -c "$SRC/src/civetweb.c" -o civetweb.o
"$AR" rcs libcivetweb.a civetweb.o
cp libcivetweb.a "$PREFIX/lib/"
cp "$SRC/include/civetweb.h" "$PREFIX/include/"
