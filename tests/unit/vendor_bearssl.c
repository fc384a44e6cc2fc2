/* Our patch of BearSSL: the private-key decoder's buffer is as large as the bound the decoder keeps. Run under ASan. */
#include <bearssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECODER_BOUND_BYTES = 3 * BR_X509_BUFSIZE_KEY, DER_MAX_BYTES = 4096 };

static size_t der_head(unsigned char *to, unsigned char tag, size_t len) {
    to[0] = tag;
    to[1] = 0x82; /* two length bytes follow */
    to[2] = (unsigned char)(len >> 8);
    to[3] = (unsigned char)len;
    return 4;
}

/* SEQUENCE { INTEGER version, `tag` of value_len bytes }: how an RSA (INTEGER) and an EC key (OCTET STRING) begin. */
static int decode(unsigned char version, unsigned char tag, size_t value_len) {
    unsigned char der[DER_MAX_BYTES];
    size_t n = der_head(der, 0x30, 3 + 4 + value_len);
    memcpy(der + n, (unsigned char[]){0x02, 0x01, version}, 3);
    n += 3;
    n += der_head(der + n, tag, value_len);
    memset(der + n, 0x11, value_len);
    n += value_len;
    br_skey_decoder_context *dc = malloc(sizeof *dc); /* on the heap, so that ASan sees one byte too many */
    if (!dc)
        return -1;
    br_skey_decoder_init(dc);
    br_skey_decoder_push(dc, der, n);
    int err = br_skey_decoder_last_error(dc);
    free(dc);
    return err;
}

static int failures;

static void expect(int good, const char *name) {
    printf("%s %s\n", good ? "ok" : "not ok", name);
    failures += !good;
}

int main(void) {
    br_skey_decoder_context *dc = NULL;
    expect(sizeof dc->key_data >= DECODER_BOUND_BYTES, "the buffer holds what the decoder may write");
    /* Each is cut off or too long: an error, and no write behind the buffer (which would end this program). */
    expect(decode(0, 0x02, DECODER_BOUND_BYTES) != 0, "a modulus at the bound is refused cleanly");
    expect(decode(0, 0x02, DECODER_BOUND_BYTES + 1) != 0, "a modulus beyond the bound is refused");
    expect(decode(1, 0x04, DECODER_BOUND_BYTES) != 0, "an EC key at the bound is refused cleanly");
    expect(decode(1, 0x04, DECODER_BOUND_BYTES + 1) != 0, "an EC key beyond the bound is refused");
    return failures != 0;
}
