#include "domain/bank.h"

#include "domain/notify.h"
#include "domain/outbox.h"
#include "domain/row.h"
#include "domain/user.h"
#include "domain/wallet.h"

static const Field fields[] = {
    FIELD(1, BankAccount, user, F_I64, "whose"),
    FIELD(2, BankAccount, holder, F_STR, "name on the account"),
    FIELD(3, BankAccount, number, F_STR, "account number"),
    FIELD(4, BankAccount, ifsc, F_STR, "branch code"),
    FIELD(5, BankAccount, state, F_I32, "BankState"),
    FIELD(6, BankAccount, deleted, F_BOOL, "removed by its user"),
    FIELD(7, BankAccount, tries, F_I32, "penny drops so far"),
    FIELD(8, BankAccount, outbox, F_I64, "the penny drop under way"),
    FIELD(9, BankAccount, registered_name, F_STR, "as the bank says"),
    FIELD(10, BankAccount, error, F_STR, "why it failed"),
    FIELD(11, BankAccount, created_ms, F_I64, "when added"),
    FIELD(12, BankAccount, verified_ms, F_I64, "when verified"),
};
static bool is_there(const void *row) { return !((const BankAccount *)row)->deleted; }
static const Index indexes[] = {
    {.id = 186,
     .kind = IX_ORDERED,
     .part_count = 1,
     .counted = 1,
     .name = "bank_user",
     .doc = "of a user",
     .parts = {{.tag = 1}},
     .when = is_there},
    {.id = 187,
     .kind = IX_UNIQUE,
     .part_count = 3,
     .name = "bank_number",
     .doc = "a user adds an account once",
     .parts = {{.tag = 1}, {.tag = 3}, {.tag = 4}},
     .when = is_there},
};
const Record BANK_ACCOUNT = {.kind = 49,
                             .size = sizeof(BankAccount),
                             .name = "bank_account",
                             .doc = "where money may be withdrawn to",
                             .fields = fields,
                             .field_count = COUNT(fields),
                             .indexes = indexes,
                             .index_count = COUNT(indexes)};
const Index *const BANK_BY_USER = &indexes[0];
const Index *const BANK_BY_NUMBER = &indexes[1];

enum { HOLDER_MIN = 2, HOLDER_MAX = 120, NUMBER_MIN = 9, NUMBER_MAX = 18, IFSC_CHARS = 11 };

static bool is_digits(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static char upper(char ch) { return ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch; }

/* The Reserve Bank of India's code: four letters of the bank, a zero, six letters or digits of the branch. */
static bool is_ifsc(const char *p) {
    for (int i = 0; i < IFSC_CHARS; i++) {
        bool letter = p[i] >= 'A' && p[i] <= 'Z', digit = p[i] >= '0' && p[i] <= '9';
        if (i < 4 ? !letter : i == 4 ? p[i] != '0' : !letter && !digit)
            return false;
    }
    return true;
}

Err bank_add(Call *c, const void *in, void *out) {
    const BankAddIn *q = in;
    BankAccount *b = out;
    Err e = call_signed_in(c), bad = OK;
    if (e)
        return e;
    Str holder = str_trim(q->holder), number = str_trim(q->number), ifsc = str_trim(q->ifsc);
    if (!str_utf8_valid(holder) || str_utf8_len(holder) < HOLDER_MIN || str_utf8_len(holder) > HOLDER_MAX)
        bad = diag_field(c->diag, E_INVALID, S("holder"), S("must be the name on the account"));
    if (number.n < NUMBER_MIN || number.n > NUMBER_MAX || !is_digits(number))
        bad = diag_field(c->diag, E_INVALID, S("number"), S("must be 9 to 18 digits"));
    char code[IFSC_CHARS] = {0};
    for (size_t i = 0; i < ifsc.n && i < IFSC_CHARS; i++)
        code[i] = upper(ifsc.p[i]);
    if (ifsc.n != IFSC_CHARS || !is_ifsc(code))
        bad = diag_field(c->diag, E_INVALID, S("ifsc"), S("must look like ABCD0123456"));
    if (bad)
        return bad;
    int64_t have;
    Key key = key1(BANK_BY_USER, c->actor.user);
    e = index_count(c->tx, BANK_BY_USER, &key, &have);
    if (e)
        return e;
    if (have >= BANK_ACCOUNTS_MAX)
        return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("Too many bank accounts."));
    *b = (BankAccount){.user = c->actor.user,
                       .holder = holder,
                       .number = number,
                       .ifsc = arena_str(c->arena, str_of(code, IFSC_CHARS)),
                       .state = BANK_NEW,
                       .created_ms = c->now_ms};
    if (!b->ifsc.p)
        return E_NOMEM;
    return rec_insert(c->tx, &BANK_ACCOUNT, b);
}

Err bank_list(Call *c, const void *in, void *out) {
    (void)in;
    Err e = call_signed_in(c);
    if (e)
        return e;
    Key key = key1(BANK_BY_USER, c->actor.user);
    return row_page(c, &BANK_ACCOUNT, BANK_BY_USER, &key, (PageIn){.page = 1, .limit = BANK_ACCOUNTS_MAX}, out);
}

static Err mine(Call *c, int64_t id, BankAccount *b) {
    Err e = call_signed_in(c);
    if (!e)
        e = row_load(c, &BANK_ACCOUNT, id, b);
    return e ? e : b->user != c->actor.user || b->deleted ? E_MISSING : OK;
}

Err bank_get(Call *c, const void *in, void *out) { return mine(c, ((const IdIn *)in)->id, out); }

/* What User.bank_account names: the newest verified account that is left. */
static Err refresh_user(Call *c, int64_t user) {
    BankAccount *rows;
    size_t n;
    int64_t best = 0;
    Key key = key1(BANK_BY_USER, user);
    Err e = row_all(c, &BANK_ACCOUNT, BANK_BY_USER, &key, BANK_ACCOUNTS_MAX, &rows, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (rows[i].state == BANK_VERIFIED)
            best = rows[i].id;
    e = user_bank(c, user, best);
    return e == E_MISSING ? OK : e;
}

Err bank_delete(Call *c, const void *in, void *out) {
    (void)out;
    BankAccount b;
    int64_t waiting;
    Err e = mine(c, ((const IdIn *)in)->id, &b);
    if (e)
        return e;
    Key key = key2(WITHDRAWAL_BY_BANK, b.id, WITHDRAWAL_WAITING);
    e = index_count(c->tx, WITHDRAWAL_BY_BANK, &key, &waiting);
    if (e)
        return e;
    if (waiting)
        return diag_fail(c->diag, E_STATE, "INVALID_STATE", S("A withdrawal to this account is under way."));
    if (b.state == BANK_CHECKING) {
        e = outbox_cancel(c, b.outbox);
        if (e && e != E_STATE)
            return e; /* on its way already: its outcome will find the account gone */
        if (e)
            diag_clear(c->diag);
    }
    b.deleted = true;
    e = rec_put(c->tx, &BANK_ACCOUNT, &b);
    return e ? e : refresh_user(c, b.user);
}

Err bank_verify_begin(Call *c, const void *in, void *out_) {
    BankVerifyOut *out = out_;
    BankAccount *b = &out->account;
    *out = (BankVerifyOut){0};
    Err e = mine(c, ((const IdIn *)in)->id, b);
    if (e || b->state == BANK_VERIFIED || b->state == BANK_CHECKING)
        return e;
    if (b->tries >= BANK_TRIES_MAX)
        return diag_fail(c->diag, E_LIMIT, "LIMIT_EXCEEDED", S("This account was checked too often."));
    b->tries++;
    b->state = BANK_CHECKING;
    b->error = S("");
    out->idempotency_key = arena_printf(c->arena, "penny-%lld-%d", (long long)b->id, (int)b->tries);
    if (!out->idempotency_key.p)
        return E_NOMEM;
    Outbox row = {.kind = OUT_PENNY,
                  .user = b->user,
                  .ref = b->id,
                  .due_ms = c->now_ms + BANK_RETRY_MS,
                  .idempotency_key = out->idempotency_key};
    e = outbox_add(c, &row);
    b->outbox = row.id;
    out->call = true;
    return e ? e : rec_put(c->tx, &BANK_ACCOUNT, b);
}

Err penny_settled(Call *c, int64_t account, bool valid, Str registered_name, Str error) {
    BankAccount b;
    Err e = row_load(c, &BANK_ACCOUNT, account, &b);
    if (e || b.state != BANK_CHECKING)
        return e;
    b.state = valid ? BANK_VERIFIED : BANK_FAILED;
    b.registered_name = registered_name;
    b.error = valid ? S("") : error;
    b.verified_ms = valid ? c->now_ms : 0;
    e = rec_put(c->tx, &BANK_ACCOUNT, &b);
    if (e || b.deleted)
        return e;
    e = refresh_user(c, b.user);
    if (!e)
        e = notify(c,
                   &(Notice){.user = b.user, .type = valid ? NOTE_BANK_VERIFIED : NOTE_BANK_FAILED, .subject = bank_last4(&b)});
    return e == E_MISSING ? OK : e;
}

Err bank_verified(Call *c, const void *in, void *out) {
    const BankVerifiedIn *q = in;
    BankAccount *b = out;
    Err e = c->actor.rights & RIGHT_SYSTEM ? row_load(c, &BANK_ACCOUNT, q->id, b) : mine(c, q->id, b);
    if (e || b->state != BANK_CHECKING)
        return e;
    if (!q->reached)
        return OK;
    e = outbox_done(c, b->outbox, S(""));
    if (!e)
        e = penny_settled(c, q->id, q->valid, q->registered_name, q->error);
    return e ? e : row_load(c, &BANK_ACCOUNT, q->id, b);
}

Err penny_request(Call *c, int64_t account, BankAccount *out) {
    Err e = rec_get(c->tx, &BANK_ACCOUNT, account, out);
    return e ? e : row_keep(c->arena, &BANK_ACCOUNT, out);
}
