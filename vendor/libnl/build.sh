# Only what wpa_supplicant speaks to the kernel with: messages, sockets and generic netlink, no routing, no caches on disk.
CFLAGS="$(echo "$CFLAGS" | sed 's/-O2/-Os/; s/-flto -ffat-lto-objects//') -D_GNU_SOURCE -w"
mkdir include lib
cat >include/defs.h <<'CONFIG'
#define PACKAGE_STRING "libnl"
#define HAVE_STRERROR_L 1
#define DISABLE_PTHREADS 1
CONFIG
cd "$SRC/lib"
for part in '' genl/; do
    name=libnl${part:+-genl}-3.a
    for c in ${part:+genl/}*.c; do echo "$c"; done | while read -r c; do
        # shellcheck disable=SC2086
        $CC $CFLAGS -DSYSCONFDIR='"/etc"' -I"$OLDPWD/include" -I"$SRC/include" -I"$SRC/include/linux-private" -c -o "$OLDPWD/lib/$(echo "$c" | tr / -).o" "$c"
    done
    $AR rcs "$PREFIX/lib/$name" "$OLDPWD"/lib/*.o
    rm -f "$OLDPWD"/lib/*.o
done
cp -R "$SRC/include/netlink" "$PREFIX/include/"
