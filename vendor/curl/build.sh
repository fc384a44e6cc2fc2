# Only what the gateways need: HTTP and SMTP, each with TLS by BearSSL.
# (Digest stays on: 8.14.1 does not compile with SMTP and without it.)
# Its work is waiting for the network: small beats fast.
CFLAGS=$(echo "$CFLAGS" | sed 's/-O2/-Os/')
case $TARGET in asan) CFLAGS="$CFLAGS -fno-sanitize=undefined" ;; esac
flags=
for feature in shared dependency-tracking rt versioned-symbols symbol-hiding docs manual libcurl-option ares cookies \
    alt-svc hsts netrc proxy unix-sockets doh progress-meter kerberos-auth negotiate-auth aws ntlm \
    tls-srp sspi websockets dict file ftp gopher imap ipfs ldap ldaps mqtt pop3 rtsp smb telnet tftp; do
    flags="$flags --disable-$feature"
done
for lib in brotli gssapi libidn2 libpsl librtmp libssh libssh2 nghttp2 nghttp3 ngtcp2 quiche zlib zstd \
    ca-bundle ca-path ca-fallback; do
    flags="$flags --without-$lib"
done
"$SRC/configure" --host="$HOST" --prefix="$PREFIX" --enable-static --with-bearssl="$PREFIX" $flags \
    CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS" || { tail -n 60 config.log; exit 1; }
make -C lib -j"$JOBS"
cp lib/.libs/libcurl.a "$PREFIX/lib/"
mkdir -p "$PREFIX/include/curl"
cp "$SRC"/include/curl/*.h "$PREFIX/include/curl/"
