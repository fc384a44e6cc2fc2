#include "crypto/password.h"

#include "base/blocking.h"
#include "base/buf.h"
#include "base/rand.h"
#include "codec/base64.h"
#include "crypto/hmac.h"

#include <argon2.h>
#include <pthread.h>
#include <sys/mman.h>

enum { SALT_BYTES = 16, SALT_BYTES_MAX = 48, HASH_BYTES = 32, MEMORY_KIB_MIN = 8 };

typedef struct Phc {
    uint32_t memory_kib, passes;
    uint8_t salt[SALT_BYTES_MAX], hash[HASH_BYTES];
    size_t salt_n;
} Phc;

static uint32_t cost_memory_kib = PASSWORD_MEMORY_KIB, cost_passes = PASSWORD_PASSES;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_open = PTHREAD_COND_INITIALIZER;
static unsigned running, waiting;

static bool gate_enter(void) {
    pthread_mutex_lock(&gate);
    bool in = running < PASSWORD_PARALLEL_MAX || waiting < PASSWORD_WAITING_MAX;
    if (in) {
        waiting++;
        while (running >= PASSWORD_PARALLEL_MAX)
            pthread_cond_wait(&gate_open, &gate);
        waiting--;
        running++;
    }
    pthread_mutex_unlock(&gate);
    return in;
}

static void gate_leave(void) {
    pthread_mutex_lock(&gate);
    running--;
    pthread_cond_signal(&gate_open);
    pthread_mutex_unlock(&gate);
}

/* Pages of their own: they go back to the system at once, and no allocator keeps what a password left in them. */
static int pages_take(uint8_t **mem, size_t n) {
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *mem = p == MAP_FAILED ? NULL : p;
    return p == MAP_FAILED ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}

static void pages_give(uint8_t *mem, size_t n) { munmap(mem, n); }

static Err run(Str password, const Phc *phc, uint8_t out[HASH_BYTES]) {
    argon2_context c = {
        .out = out,
        .outlen = HASH_BYTES,
        .pwd = (uint8_t *)(uintptr_t)password.p,
        .pwdlen = (uint32_t)password.n,
        .salt = (uint8_t *)(uintptr_t)phc->salt,
        .saltlen = (uint32_t)phc->salt_n,
        .t_cost = phc->passes,
        .m_cost = phc->memory_kib,
        .lanes = 1,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = pages_take,
        .free_cbk = pages_give,
        .flags = ARGON2_DEFAULT_FLAGS,
    };
    blocking_begin(); /* a tenth of a second and more: another worker may take over */
    bool in = gate_enter();
    int rc = in ? argon2id_ctx(&c) : 0;
    if (in)
        gate_leave();
    blocking_end();
    if (!in)
        return E_BUSY;
    return rc == ARGON2_OK ? OK : rc == ARGON2_MEMORY_ALLOCATION_ERROR ? E_NOMEM : E_INTERNAL;
}

static bool cost_ok(uint64_t memory_kib, uint64_t passes) {
    return memory_kib >= MEMORY_KIB_MIN && memory_kib <= PASSWORD_MEMORY_KIB_MAX && passes >= 1 && passes <= PASSWORD_PASSES_MAX;
}

Err password_cost(uint32_t memory_kib, uint32_t passes) {
    if (!cost_ok(memory_kib, passes))
        return E_INVALID;
    cost_memory_kib = memory_kib;
    cost_passes = passes;
    return OK;
}

static bool length_ok(Str password) { return password.n >= PASSWORD_BYTES_MIN && password.n <= PASSWORD_BYTES_MAX; }

static Phc phc_fresh(void) {
    Phc phc = {.memory_kib = cost_memory_kib, .passes = cost_passes, .salt_n = SALT_BYTES};
    rand_bytes(phc.salt, SALT_BYTES);
    return phc;
}

Err password_hash(Str password, char out[PASSWORD_HASH_MAX]) {
    if (!length_ok(password))
        return E_INVALID;
    Phc phc = phc_fresh();
    Err e = run(password, &phc, phc.hash);
    if (e)
        return e;
    Buf b = buf_fixed(out, PASSWORD_HASH_MAX);
    buf_printf(&b, "$argon2id$v=19$m=%u,t=%u,p=1$", phc.memory_kib, phc.passes);
    base64_add(BASE64_STD_NOPAD, &b, phc.salt, phc.salt_n);
    buf_char(&b, '$');
    base64_add(BASE64_STD_NOPAD, &b, phc.hash, sizeof phc.hash);
    buf_char(&b, '\0');
    return b.err;
}

Err password_key(Str password, const uint8_t *salt, size_t salt_n, uint32_t memory_kib, uint32_t passes, uint8_t out[32]) {
    Phc phc = {.memory_kib = memory_kib, .passes = passes, .salt_n = salt_n};
    if (!length_ok(password))
        return E_INVALID;
    if (!cost_ok(memory_kib, passes) || salt_n < 8 || salt_n > sizeof phc.salt)
        return E_LIMIT;
    memcpy(phc.salt, salt, salt_n);
    return run(password, &phc, out);
}

/* A piece like "m=7168". */
static bool number(Str *rest, char sep, Str label, uint64_t *v) {
    Str piece;
    return str_split(rest, sep, &piece) && str_starts(piece, label) && str_u64(str_from(piece, label.n), v);
}

static bool phc_read(Str s, Phc *phc) {
    Str piece, costs;
    uint64_t version, memory_kib, passes, lanes;
    size_t n;
    if (!str_starts(s, S("$argon2id$")))
        return false;
    s = str_from(s, sizeof "$argon2id$" - 1);
    if (!number(&s, '$', S("v="), &version) || version != ARGON2_VERSION_13 || !str_split(&s, '$', &costs))
        return false;
    if (!number(&costs, ',', S("m="), &memory_kib) || !number(&costs, ',', S("t="), &passes) ||
        !number(&costs, ',', S("p="), &lanes) || costs.p || lanes != 1 || !cost_ok(memory_kib, passes))
        return false;
    phc->memory_kib = (uint32_t)memory_kib;
    phc->passes = (uint32_t)passes;
    if (!str_split(&s, '$', &piece) || base64_get(BASE64_STD_NOPAD, piece, phc->salt, sizeof phc->salt, &phc->salt_n) ||
        phc->salt_n < 8 || !str_split(&s, '$', &piece) || s.p)
        return false;
    return base64_get(BASE64_STD_NOPAD, piece, phc->hash, sizeof phc->hash, &n) == OK && n == HASH_BYTES;
}

Err password_verify(Str password, Str stored, bool *stale) {
    if (stale)
        *stale = false;
    if (!length_ok(password))
        return E_UNAUTHORIZED;
    Phc phc;
    bool nobody = stored.n == 0;
    if (nobody)
        phc = phc_fresh();
    else if (!phc_read(stored, &phc))
        return E_CORRUPT;
    uint8_t mine[HASH_BYTES];
    Err e = run(password, &phc, mine);
    if (e)
        return e;
    if (nobody || !ct_eq(mine, phc.hash, sizeof mine))
        return E_UNAUTHORIZED;
    if (stale)
        *stale = phc.memory_kib != cost_memory_kib || phc.passes != cost_passes;
    return OK;
}
