# A client of networks with a passphrase (WPA2), a name and password (PEAP, TTLS), or open ones, over nl80211, with its own cryptography:
# no OpenSSL, which would be larger than all of gigbox. That has no elliptic curves, so WPA3 alone (SAE) is out of reach.
cp -R "$SRC/." .
cd wpa_supplicant
cat >.config <<'CONFIG'
CONFIG_DRIVER_NL80211=y
CONFIG_LIBNL32=y
CONFIG_BACKEND=file
CONFIG_NO_CONFIG_WRITE=y
CONFIG_NO_RANDOM_POOL=y
CONFIG_TLS=internal
CONFIG_TLSV11=y
CONFIG_TLSV12=y
CONFIG_INTERNAL_LIBTOMMATH=y
CONFIG_INTERNAL_LIBTOMMATH_FAST=y
CONFIG_IEEE8021X_EAPOL=y
CONFIG_EAP_PEAP=y
CONFIG_EAP_TTLS=y
CONFIG_EAP_MSCHAPV2=y
CONFIG
# (From the environment, so that its makefiles can add to them.)
export CFLAGS="$(echo "$CFLAGS" | sed 's/-O2/-Os/; s/-flto -ffat-lto-objects//') -MMD -w"
export LDFLAGS="-static -L$PREFIX/lib -Wl,--gc-sections,--build-id=none -s"
make -j"$JOBS" wpa_supplicant CC="$CC" LIBNL_INC="$PREFIX/include"
mkdir -p "$PREFIX/bin"
cp wpa_supplicant "$PREFIX/bin/"
