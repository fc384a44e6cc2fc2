# One PEM file of all of Mozilla's roots, the same on every machine. Embedded in the binary (see vendor/README.md).
LC_ALL=C
for file in "$SRC"/usr/share/ca-certificates/mozilla/*.crt; do cat "$file"; done > "$PREFIX/lib/ca-bundle.pem"
grep -q 'BEGIN CERTIFICATE' "$PREFIX/lib/ca-bundle.pem"
