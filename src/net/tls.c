#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/tls_internal.h"

static Err fail(char why[TLS_WHY_BYTES], Err e, const char *file, const char *what) {
    snprintf(why, TLS_WHY_BYTES, "%s: %s", file, what);
    return e;
}

/* An optimiser may not drop this. */
static void wipe(void *p, size_t n) {
    memset(p, 0, n);
    __asm__ __volatile__("" : : "r"(p) : "memory");
}

Err tls_read_file(const char *path, size_t max, char **out, size_t *n, char why[TLS_WHY_BYTES]) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(why, E_IO, path, strerror(errno));
    char *p = malloc(max + 1);
    size_t have = 0;
    Err e = p ? OK : fail(why, E_NOMEM, path, "out of memory");
    while (p && have <= max) {
        ssize_t got = read(fd, p + have, max + 1 - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            e = fail(why, E_IO, path, strerror(errno));
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    close(fd);
    if (e == OK && have > max)
        e = fail(why, E_INVALID, path, "too large for a PEM file");
    if (e != OK) {
        if (p)
            wipe(p, have);
        free(p);
        return e;
    }
    *out = p;
    *n = have;
    return OK;
}

/* ---- PEM ---- */

typedef struct DerSink {
    unsigned char *p;
    size_t n, cap;
    bool failed;
} DerSink;

static void der_append(void *ctx, const void *data, size_t n) {
    DerSink *s = ctx;
    if (s->failed || s->cap - s->n < n) {
        s->failed = true;
        return;
    }
    memcpy(s->p + s->n, data, n);
    s->n += n;
}

/* Calls `take` with each object of a PEM text until it fails. The decoded bytes are never longer than the text. */
static Err pem_each(const char *file, const char *text, size_t n, char why[TLS_WHY_BYTES],
                    Err (*take)(void *ctx, const char *name, const unsigned char *der, size_t len), void *ctx) {
    br_pem_decoder_context pem;
    DerSink sink = {.p = malloc(n + 1), .cap = n + 1};
    if (!sink.p)
        return fail(why, E_NOMEM, file, "out of memory");
    char name[128] = ""; /* as long as the decoder keeps one */
    Err e = OK;
    bool inside = false;
    br_pem_decoder_init(&pem);
    /* the decoder sees the end of an object at the end of its line: feed one in case the file lacks it */
    for (size_t at = 0; e == OK && at < n + 1;) {
        size_t used = at < n ? br_pem_decoder_push(&pem, text + at, n - at) : br_pem_decoder_push(&pem, "\n", 1);
        at += used;
        switch (br_pem_decoder_event(&pem)) {
        case BR_PEM_BEGIN_OBJ:
            snprintf(name, sizeof name, "%s", br_pem_decoder_name(&pem));
            sink.n = 0;
            inside = true;
            br_pem_decoder_setdest(&pem, der_append, &sink);
            break;
        case BR_PEM_END_OBJ:
            inside = false;
            e = sink.failed ? E_INVALID : take(ctx, name, sink.p, sink.n);
            break;
        case BR_PEM_ERROR: e = fail(why, E_INVALID, file, "damaged PEM text"); break;
        default: break;
        }
    }
    if (e == OK && inside)
        e = fail(why, E_INVALID, file, "the last PEM object has no END line");
    wipe(sink.p, sink.cap);
    wipe(&pem, sizeof pem);
    free(sink.p);
    return e;
}

typedef struct Load {
    TlsContext *c;
    const char *file;
    char *why;
    bool have_key;
} Load;

static Err take_cert(void *ctx, const char *name, const unsigned char *der, size_t len) {
    Load *l = ctx;
    TlsContext *c = l->c;
    if (strcmp(name, "CERTIFICATE") != 0 && strcmp(name, "X509 CERTIFICATE") != 0)
        return OK;
    if (c->chain_len == TLS_CHAIN_MAX)
        return fail(l->why, E_INVALID, l->file, "more than 8 certificates");
    unsigned char *copy = malloc(len ? len : 1);
    if (!copy)
        return fail(l->why, E_NOMEM, l->file, "out of memory");
    memcpy(copy, der, len);
    c->chain[c->chain_len].data = copy;
    c->chain[c->chain_len++].data_len = len;
    return OK;
}

static const struct {
    const char *name;
    const char *fault; /* NULL: can be a private key */
} key_objects[] = {
    {"PRIVATE KEY", NULL},
    {"EC PRIVATE KEY", NULL},
    {"RSA PRIVATE KEY", NULL},
    {"ENCRYPTED PRIVATE KEY", "the private key is encrypted; store it without a passphrase"},
};

static Err take_key(void *ctx, const char *name, const unsigned char *der, size_t len) {
    Load *l = ctx;
    size_t i = 0;
    while (i < COUNT(key_objects) && strcmp(name, key_objects[i].name) != 0)
        i++;
    if (i == COUNT(key_objects))
        return OK; /* a certificate or EC PARAMETERS in the same file */
    if (key_objects[i].fault)
        return fail(l->why, E_INVALID, l->file, key_objects[i].fault);
    if (l->have_key)
        return fail(l->why, E_INVALID, l->file, "more than one private key");
    br_skey_decoder_init(&l->c->key);
    br_skey_decoder_push(&l->c->key, der, len);
    if (br_skey_decoder_last_error(&l->c->key) != 0)
        return fail(l->why, E_INVALID, l->file, "the private key cannot be decoded (encrypted, or not EC or RSA?)");
    l->c->key_type = br_skey_decoder_key_type(&l->c->key);
    l->have_key = true;
    return OK;
}

/* ---- do they fit ---- */

static Err check_ec(TlsContext *c, const br_x509_pkey *pk, Load *l) {
    const br_ec_private_key *sk = br_skey_decoder_get_ec(&c->key);
    const br_ec_impl *ec = &br_ec_all_m31;
    unsigned char buf[BR_EC_KBUF_PUB_MAX_SIZE];
    br_ec_public_key pub;
    if (sk->curve < 23 || sk->curve > 25 || !(ec->supported_curves >> sk->curve & 1))
        return fail(l->why, E_INVALID, l->file, "the EC key is not on P-256, P-384 or P-521");
    if (br_ec_compute_pub(ec, &pub, buf, sk) == 0)
        return fail(l->why, E_INVALID, l->file, "the EC key is not valid");
    if (pk->key_type != BR_KEYTYPE_EC || pk->key.ec.curve != sk->curve || pk->key.ec.qlen != pub.qlen ||
        memcmp(pk->key.ec.q, pub.q, pub.qlen) != 0)
        return fail(l->why, E_INVALID, l->file, "this private key does not belong to the certificate");
    return OK;
}

static Err check_rsa(TlsContext *c, const br_x509_pkey *pk, Load *l) {
    const br_rsa_private_key *sk = br_skey_decoder_get_rsa(&c->key);
    unsigned char n[512];
    if (sk->n_bitlen < 2048 || sk->n_bitlen > 4096)
        return fail(l->why, E_INVALID, l->file, "an RSA key must have 2048 to 4096 bits");
    size_t len = br_rsa_compute_modulus_get_default()(n, sk);
    if (len == 0 || len > sizeof n)
        return fail(l->why, E_INVALID, l->file, "the RSA key is not valid");
    const unsigned char *cert_n = pk->key.rsa.n;
    size_t cert_len = pk->key_type == BR_KEYTYPE_RSA ? pk->key.rsa.nlen : 0;
    while (cert_len > 0 && *cert_n == 0)
        cert_n++, cert_len--;
    if (cert_len != len || memcmp(cert_n, n, len) != 0)
        return fail(l->why, E_INVALID, l->file, "this private key does not belong to the certificate");
    return OK;
}

static Err check_chain(TlsContext *c, Load *l, const char *cert_file) {
    br_x509_decoder_context x;
    for (size_t i = c->chain_len; i-- > 0;) {
        br_x509_decoder_init(&x, NULL, NULL);
        br_x509_decoder_push(&x, c->chain[i].data, c->chain[i].data_len);
        if (br_x509_decoder_last_error(&x) != 0)
            return fail(l->why, E_INVALID, cert_file, "a certificate cannot be decoded");
    }
    c->issuer_key_type = br_x509_decoder_get_signer_key_type(&x);
    const br_x509_pkey *pk = br_x509_decoder_get_pkey(&x); /* of chain[0], decoded last */
    return c->key_type == BR_KEYTYPE_EC ? check_ec(c, pk, l) : check_rsa(c, pk, l);
}

/* ---- session cache ---- */

static void cache_save(const br_ssl_session_cache_class **ctx, br_ssl_server_context *sc,
                       const br_ssl_session_parameters *params) {
    TlsCache *c = (TlsCache *)(void *)ctx;
    pthread_mutex_lock(&c->mu);
    c->lru.vtable->save(&c->lru.vtable, sc, params);
    pthread_mutex_unlock(&c->mu);
}

static int cache_load(const br_ssl_session_cache_class **ctx, br_ssl_server_context *sc, br_ssl_session_parameters *params) {
    TlsCache *c = (TlsCache *)(void *)ctx;
    pthread_mutex_lock(&c->mu);
    int found = c->lru.vtable->load(&c->lru.vtable, sc, params);
    pthread_mutex_unlock(&c->mu);
    return found;
}

static const br_ssl_session_cache_class cache_vtable = {sizeof(TlsCache), cache_save, cache_load};

/* ---- contexts ---- */

TlsContext *tls_context_ref(TlsContext *c) {
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void tls_context_unref(TlsContext *c) {
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < c->chain_len; i++)
        free(c->chain[i].data);
    pthread_mutex_destroy(&c->cache.mu);
    wipe(c, sizeof *c);
    free(c);
}

Err tls_context_load(const char *cert_file, const char *key_file, TlsContext **out, char why[TLS_WHY_BYTES]) {
    TlsContext *c = calloc(1, sizeof *c);
    char *text = NULL;
    size_t n = 0;
    if (!c)
        return fail(why, E_NOMEM, cert_file, "out of memory");
    atomic_init(&c->refs, 1);
    pthread_mutex_init(&c->cache.mu, NULL);
    c->cache.vtable = &cache_vtable;
    br_ssl_session_cache_lru_init(&c->cache.lru, c->cache.store, sizeof c->cache.store);

    Load l = {.c = c, .file = cert_file, .why = why};
    Err e = tls_read_file(cert_file, TLS_PEM_BYTES_MAX, &text, &n, why);
    if (e == OK)
        e = pem_each(cert_file, text, n, why, take_cert, &l);
    free(text);
    if (e == OK && c->chain_len == 0)
        e = fail(why, E_INVALID, cert_file, "no certificate in it");
    if (e == OK) {
        text = NULL;
        l.file = key_file;
        e = tls_read_file(key_file, TLS_PEM_BYTES_MAX, &text, &n, why);
        if (e == OK)
            e = pem_each(key_file, text, n, why, take_key, &l);
        if (text)
            wipe(text, n);
        free(text);
        if (e == OK && !l.have_key)
            e = fail(why, E_INVALID, key_file, "no private key in it");
    }
    if (e == OK)
        e = check_chain(c, &l, cert_file);
    if (e != OK) {
        tls_context_unref(c);
        return e;
    }
    *out = c;
    return OK;
}

/* ---- what a certificate says ---- */

/* The contents of the DER element at *at and what follows it; false when it does not lie within. */
static bool der_take(Str *at, unsigned char *tag, Str *inside) {
    const unsigned char *p = (const unsigned char *)at->p;
    if (at->n < 2)
        return false;
    size_t head = 2, n = p[1];
    if (n > 0x80) {
        size_t more = n - 0x80;
        if (more > 3 || at->n < 2 + more)
            return false;
        for (n = 0; head < 2 + more; head++)
            n = n << 8 | p[head];
    }
    if (n > at->n - head || p[1] == 0x80)
        return false;
    *tag = p[0];
    *inside = str_of(p + head, n);
    *at = str_from(*at, head + n);
    return true;
}

static void name_add(char *out, const char *name, size_t n) {
    size_t have = strlen(out);
    if (have + 2 + n < TLS_NAMES_BYTES)
        snprintf(out + have, TLS_NAMES_BYTES - have, "%s%.*s", have ? ", " : "", (int)n, name);
}

/* RFC 5280, 4.2.1.6: SEQUENCE of [2] dNSName and [7] iPAddress, in an OCTET STRING behind the OID. */
static void names_of(Str cert, char *out) {
    static const unsigned char oid[] = {0x06, 0x03, 0x55, 0x1d, 0x11};
    const char *at = memmem(cert.p, cert.n, oid, sizeof oid);
    unsigned char tag;
    Str rest, list, value;
    if (!at)
        return;
    rest = str_from(cert, (size_t)(at - cert.p) + sizeof oid);
    if (!der_take(&rest, &tag, &value) || (tag == 0x01 && !der_take(&rest, &tag, &value)) || tag != 0x04 ||
        !der_take(&value, &tag, &list) || tag != 0x30)
        return;
    while (der_take(&list, &tag, &value)) {
        char text[INET6_ADDRSTRLEN];
        bool printable = true;
        for (size_t i = 0; i < value.n; i++)
            printable &= value.p[i] > 0x20 && value.p[i] < 0x7f;
        if (tag == 0x82 && printable)
            name_add(out, value.p, value.n);
        else if (tag == 0x87 && (value.n == 4 || value.n == 16) &&
                 inet_ntop(value.n == 4 ? AF_INET : AF_INET6, value.p, text, sizeof text))
            name_add(out, text, strlen(text));
    }
}

static void facts_of(const TlsContext *c, TlsFacts *out) {
    enum { DAYS_TO_1970 = 719528 }; /* BearSSL counts from the year 0 */
    br_x509_decoder_context x;
    br_sha256_context h;
    *out = (TlsFacts){.chain = c->chain_len, .rsa = c->key_type == BR_KEYTYPE_RSA};
    br_x509_decoder_init(&x, NULL, NULL);
    br_x509_decoder_push(&x, c->chain[0].data, c->chain[0].data_len);
    out->from_ms = ((int64_t)x.notbefore_days - DAYS_TO_1970) * MS_DAY + (int64_t)x.notbefore_seconds * MS_SECOND;
    out->to_ms = ((int64_t)x.notafter_days - DAYS_TO_1970) * MS_DAY + (int64_t)x.notafter_seconds * MS_SECOND;
    names_of(str_of(c->chain[0].data, c->chain[0].data_len), out->names);
    br_sha256_init(&h);
    br_sha256_update(&h, c->chain[0].data, c->chain[0].data_len);
    br_sha256_out(&h, out->fingerprint);
}

Err tls_file_facts(const char *cert_file, const char *key_file, TlsFacts *out, char why[TLS_WHY_BYTES]) {
    TlsContext *c;
    Err e = tls_context_load(cert_file, key_file, &c, why);
    if (e)
        return e;
    facts_of(c, out);
    tls_context_unref(c);
    return OK;
}

/* ---- what is spoken ---- */

#define SUITES_CHACHA(auth) BR_TLS_ECDHE_##auth##_WITH_CHACHA20_POLY1305_SHA256
#define SUITES_GCM(auth) BR_TLS_ECDHE_##auth##_WITH_AES_128_GCM_SHA256, BR_TLS_ECDHE_##auth##_WITH_AES_256_GCM_SHA384

/* [key is RSA][AES in hardware] */
static const uint16_t suites[2][2][3] = {
    {{SUITES_CHACHA(ECDSA), SUITES_GCM(ECDSA)}, {SUITES_GCM(ECDSA), SUITES_CHACHA(ECDSA)}},
    {{SUITES_CHACHA(RSA), SUITES_GCM(RSA)}, {SUITES_GCM(RSA), SUITES_CHACHA(RSA)}},
};

static const char *alpn_names[] = {"http/1.1"};

void tls_server_setup(TlsContext *c, br_ssl_server_context *sc) {
    br_ssl_engine_context *eng = &sc->eng;
    bool rsa = c->key_type == BR_KEYTYPE_RSA;
    bool aes = br_aes_x86ni_ctr_get_vtable() != NULL || br_aes_pwr8_ctr_get_vtable() != NULL;
    br_ssl_server_zero(sc);
    br_ssl_engine_set_versions(eng, BR_TLS12, BR_TLS12);
    br_ssl_engine_set_suites(eng, suites[rsa][aes], COUNT(suites[rsa][aes]));
    br_ssl_engine_add_flags(eng, BR_OPT_NO_RENEGOTIATION | BR_OPT_ENFORCE_SERVER_PREFERENCES);
    br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
    br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
    br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
    br_ssl_engine_set_prf_sha256(eng, &br_tls12_sha256_prf);
    br_ssl_engine_set_prf_sha384(eng, &br_tls12_sha384_prf);
    br_ssl_engine_set_default_aes_gcm(eng);
    br_ssl_engine_set_default_chapol(eng);
    br_ssl_engine_set_ec(eng, &br_ec_all_m31);
    br_ssl_engine_set_protocol_names(eng, alpn_names, COUNT(alpn_names));
    if (rsa) {
        br_ssl_server_set_single_rsa(sc, c->chain, c->chain_len, br_skey_decoder_get_rsa(&c->key), BR_KEYTYPE_SIGN, NULL,
                                     br_rsa_pkcs1_sign_get_default());
    } else {
        br_ssl_server_set_single_ec(sc, c->chain, c->chain_len, br_skey_decoder_get_ec(&c->key), BR_KEYTYPE_SIGN,
                                    (unsigned)c->issuer_key_type, &br_ec_all_m31, br_ecdsa_i31_sign_asn1);
    }
    br_ssl_server_set_cache(sc, &c->cache.vtable);
}
