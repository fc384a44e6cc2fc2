/* The first admin: the one-time link at start, and the command line. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "app/box.h"
#include "crypto/hmac.h"
#include "crypto/token.h"
#include "domain/moderate.h"
#include "domain/setup.h"

/* ---- the link ---- */

typedef struct Opening {
    Str token;
    bool needed;
} Opening;

static Err open_tx(Tx *tx, void *arg) {
    Opening *o = arg;
    Diag diag = {0};
    Call c = {.tx = tx, .arena = tx_arena(tx), .diag = &diag, .now_ms = tx_now_ms(tx), .actor = {.rights = RIGHT_SYSTEM}};
    return setup_open(&c, o->token, &o->needed);
}

bool admin_link_token(Store *s, char token[TOKEN_CHARS]) {
    token_make(token);
    Opening o = {.token = str_of(token, TOKEN_CHARS)};
    return store_write(s, open_tx, &o) == OK && o.needed;
}

/* ---- gigbox admin ---- */

enum { ADMIN_LINE_BYTES = 400, ADMIN_WHY_BYTES = 300, CODE_FILE_BYTES = 64 };

typedef struct Change {
    const DomainConfig *cfg;
    ContactIn in;
    /* Copied out: what the transaction gives is gone with it. */
    char line[ADMIN_LINE_BYTES], why[ADMIN_WHY_BYTES];
} Change;

static void person_line(const User *u, char *out, size_t n) {
    snprintf(out, n, "%lld  %.*s%s%.*s  %.*s  %s%s", (long long)u->id, STR_ARG(u->phone), u->phone.n && u->email.n ? " " : "",
             STR_ARG(u->email), STR_ARG(u->name), u->rights & RIGHT_ADMIN ? "admin" : "",
             u->rights & RIGHT_MODERATOR ? (u->rights & RIGHT_ADMIN ? " moderator" : "moderator") : "");
}

static Err change_tx(Tx *tx, void *arg) {
    Change *ch = arg;
    Diag diag = {0};
    User *u = ARENA_NEW(tx_arena(tx), User);
    Call c = {.tx = tx,
              .arena = tx_arena(tx),
              .diag = &diag,
              .now_ms = tx_now_ms(tx),
              .actor = {.rights = RIGHT_SYSTEM},
              .cfg = ch->cfg};
    if (!u)
        return E_NOMEM;
    Err e = contact_admin(&c, &ch->in, u);
    Str why = diag.count ? diag.fields[0].message : diag.message;
    snprintf(ch->why, sizeof ch->why, "%.*s", STR_ARG(why));
    if (e == OK)
        person_line(u, ch->line, sizeof ch->line);
    return e;
}

static int change(const Options *o, ContactIn in) {
    Box *box = ARENA_NEW(o->arena, Box);
    DomainConfig cfg;
    uint8_t key[32];
    if (!box)
        return EXIT_UNUSABLE;
    box->options = o;
    arena_init(&box->arena, COMMAND_ARENA_BYTES);
    int code = command_settings(o, &box->settings);
    if (code == EXIT_OK && !(box->store = box_store_open(box, o->data, false))) {
        fprintf(stderr,
                "gigbox: while a box runs on %s, its admins give and take roles in the web UI, or by "
                "POST /api/admin/users/{id}/grant and /revoke; stop it to use this command\n",
                o->data);
        code = EXIT_UNUSABLE;
    }
    Err e = code == EXIT_OK ? box_key(box->store, &box->arena, key) : OK;
    if (code == EXIT_OK && e == OK) {
        box_domain_config(&box->settings.now, key, &cfg);
        Change ch = {.cfg = &cfg, .in = in};
        e = store_write(box->store, change_tx, &ch);
        if (e == OK)
            puts(ch.line);
        else
            fprintf(stderr, "gigbox: %s\n",
                    e == E_MISSING
                        ? "nobody has proven this phone number or e-mail address; gigbox admin create makes the account"
                    : *ch.why ? ch.why
                              : err_name(e));
    }
    store_close(box->store);
    arena_free(&box->arena);
    return code ? code : e == E_INVALID ? EXIT_USAGE : e ? EXIT_FAULTS : EXIT_OK;
}

static int list(const Options *o) {
    Store *s = box_open_beside(o->data, o->arena);
    Tx *tx;
    User *rows;
    size_t n;
    Err e = s ? store_read(s, o->arena, &tx) : E_IO;
    if (!s)
        return EXIT_UNUSABLE;
    enum { LISTED_MAX = 1000 };
    Diag diag = {0};
    for (int state = USER_IS_MODERATOR; e == OK && state <= USER_IS_ADMIN; state++) {
        Call c = {.tx = tx, .arena = o->arena, .diag = &diag, .now_ms = tx_now_ms(tx), .actor = {.rights = RIGHT_SYSTEM}};
        e = users_in_state(&c, (UserState)state, LISTED_MAX, &rows, &n);
        for (size_t i = 0; e == OK && i < n; i++) {
            char line[ADMIN_LINE_BYTES];
            if (state == USER_IS_MODERATOR && (rows[i].rights & RIGHT_ADMIN))
                continue; /* comes with the admins */
            person_line(&rows[i], line, sizeof line);
            puts(line);
        }
    }
    store_read_end(tx);
    store_close(s);
    return e ? EXIT_FAULTS : EXIT_OK;
}

/* What the file says, without the space around it, or a message and false. `buf` is its room, and the caller's to wipe. */
static bool read_code(const char *path, char *buf, size_t room, Str *code) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, room);
    if (n < 0)
        fprintf(stderr, "gigbox: %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    *code = str_trim(str_of(buf, n > 0 ? (size_t)n : 0));
    if (n >= 0 && !code->n)
        fprintf(stderr, "gigbox: %s is empty: it must hold the code, six digits\n", path);
    return n >= 0 && code->n;
}

int command_admin(const Options *o) {
    Str act = str_c0(o->args[0]), role = str_c0(o->arg_count > 2 ? o->args[2] : "admin");
    if (str_eq(act, S("list")) && o->arg_count == 1)
        return list(o);
    bool create = str_eq(act, S("create")), grant = str_eq(act, S("grant")), revoke = str_eq(act, S("revoke"));
    bool admin = str_eq(role, S("admin")), moderator = str_eq(role, S("moderator"));
    if (!(create || grant || revoke) || !(admin || moderator) || o->arg_count < 2) {
        fprintf(stderr, "gigbox: admin create|grant|revoke PHONE|EMAIL [admin|moderator], or admin list\n");
        return EXIT_USAGE;
    }
    /* An admin may moderate too, and says so; who loses that role goes on moderating unless it is taken as well. */
    int32_t rights = admin ? RIGHT_ADMIN | (revoke ? 0 : RIGHT_MODERATOR) : RIGHT_MODERATOR;
    ContactIn in = {.contact = str_c0(o->args[1]), .rights = rights, .take = revoke, .make = create};
    char code[CODE_FILE_BYTES];
    if (o->code_file && !create) {
        fprintf(stderr, "gigbox: --code-file is for admin create\n");
        return EXIT_USAGE;
    }
    if (o->code_file && !read_code(o->code_file, code, sizeof code, &in.code))
        return EXIT_USAGE;
    int result = change(o, in);
    secret_wipe(code, sizeof code);
    return result;
}
