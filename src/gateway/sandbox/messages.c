/* What was sent to people: taken from the simulated providers, shown at /sandbox/outbox. */
#include "codec/base64.h"
#include "codec/contact.h"
#include "codec/form.h"
#include "codec/hex.h"
#include "codec/iso8601.h"
#include "crypto/hmac.h"
#include "domain/device.h"
#include "domain/row.h"
#include "domain/user.h"
#include "gateway/sandbox/internal.h"

static Err keep_message(Tx *tx, void *arg) {
    SandboxMessage m = *(const SandboxMessage *)arg;
    m.at_ms = tx_now_ms(tx);
    return insert_bounded(tx, &SANDBOX_MESSAGE, &m, SANDBOX_MESSAGES_MAX);
}

/* POST …/Accounts/{id}/Messages.json as Twilio takes it. */
void take_sms(Visit *v) {
    Form form;
    SandboxMessage m = {.channel = CHANNEL_SMS, .code = v->req->header(v->req, "X-Sandbox-Code")};
    Err e = form_parse(v->req->arena, v->bytes, &form);
    if (!e && (!form_get(&form, S("To"), &m.to) || !form_get(&form, S("Body"), &m.body) || !m.to.n || !m.body.n))
        e = E_INVALID;
    if (!e)
        e = store_write(v->sandbox->cfg.store, keep_message, &m);
    if (e == E_INVALID || e == E_SYNTAX) {
        answer_template(v, 400, "{\"code\":21604,\"message\":\"'To' and 'Body' are required\",\"status\":400}", NULL, 0);
        return;
    }
    if (e) {
        answer_err(v, e);
        return;
    }
    const Var vars[] = {{"sid", sandbox_name(v->req->arena, "SM"), false},
                        {"account", v->id, false},
                        {"to", m.to, false},
                        {"body", m.body, false}};
    answer_template(
        v, 201, "{\"sid\":{sid},\"account_sid\":{account},\"to\":{to},\"body\":{body},\"status\":\"queued\",\"error_code\":null}",
        vars, COUNT(vars));
}

/* ---- push ---- */

/* A token or endpoint with this in it is one that is no more. */
static bool is_dead(Str name) { return memmem(name.p, name.n, "unregistered", 12) != NULL; }

/* POST /v1/projects/{id}/messages:send as FCM takes it. */
void take_push(Visit *v) {
    SandboxMessage m = {.channel = CHANNEL_PUSH,
                        .to = answer_str(v->body, "message.token"),
                        .subject = answer_str(v->body, "message.notification.title"),
                        .body = answer_str(v->body, "message.notification.body")};
    Str user = answer_str(v->body, "message.data.user");
    if (!str_i64(user, &m.user))
        m.user = 0;
    if (!m.to.n) {
        answer_template(v, 400,
                        "{\"error\":{\"code\":400,\"message\":\"message.token is required\",\"status\":\"INVALID_ARGUMENT\"}}",
                        NULL, 0);
        return;
    }
    if (is_dead(m.to)) {
        answer_template(v, 404,
                        "{\"error\":{\"code\":404,\"message\":\"Requested entity was not found.\",\"status\":\"NOT_FOUND\","
                        "\"details\":[{\"@type\":\"type.googleapis.com/google.firebase.fcm.v1.FcmError\","
                        "\"errorCode\":\"UNREGISTERED\"}]}}",
                        NULL, 0);
        return;
    }
    Err e = store_write(v->sandbox->cfg.store, keep_message, &m);
    if (e) {
        answer_err(v, e);
        return;
    }
    const Var vars[] = {
        {"name",
         arena_printf(v->req->arena, "projects/%.*s/messages/%.*s", STR_ARG(v->id), STR_ARG(sandbox_name(v->req->arena, "0:"))),
         false}};
    answer_template(v, 200, "{\"name\":{name}}", vars, COUNT(vars));
}

/* The browser behind a subscription of the sandbox: key and secret follow from its name. */
static void browser(const Sandbox *s, Str name, P256Key *key, uint8_t auth[PUSH_AUTH_BYTES]) {
    uint8_t mac[SHA256_BYTES];
    HmacKey hmac;
    hmac_key(&hmac, str_of(s->cfg.box_key, SHA256_BYTES));
    hmac_with(&hmac, name, mac);
    p256_key_of(str_of(mac, sizeof mac), key);
    hmac_with(&hmac, str_of(mac, sizeof mac), mac);
    memcpy(auth, mac, PUSH_AUTH_BYTES);
}

static Str text_of(Arena *a, const void *p, size_t n) {
    Buf b = buf_arena(a, 256);
    base64_add(BASE64_URL, &b, p, n);
    return buf_str(&b);
}

/* POST /sandbox/webpush/subscribe */
void webpush_subscribe(Visit *v) {
    Arena *a = v->req->arena;
    Str prefix = answer_str(v->body, "name"), name = sandbox_name(a, "");
    P256Key key;
    uint8_t auth[PUSH_AUTH_BYTES];
    if (prefix.n)
        name = arena_printf(a, "%.*s-%.*s", (int)(prefix.n < 32 ? prefix.n : 32), prefix.p, STR_ARG(name));
    browser(v->sandbox, name, &key, auth);
    const Var vars[] = {{"endpoint", arena_printf(a, PUSH_SANDBOX_ORIGIN "/%.*s", STR_ARG(name)), false},
                        {"key", text_of(a, key.point, sizeof key.point), false},
                        {"auth", text_of(a, auth, sizeof auth), false}};
    answer_template(v, 200, "{\"endpoint\":{endpoint},\"expirationTime\":null,\"keys\":{\"p256dh\":{key},\"auth\":{auth}}}", vars,
                    COUNT(vars));
}

/* POST of a sealed message to a subscription, as RFC 8030 has it. */
void webpush_take(Visit *v) {
    Arena *a = v->req->arena;
    const Request *req = v->req;
    P256Key key;
    uint8_t auth[PUSH_AUTH_BYTES];
    Str text, mine = text_of(a, v->sandbox->gateway->vapid.point, sizeof v->sandbox->gateway->vapid.point);
    Str signature = req->header(req, "Authorization"), signer = arena_printf(a, ", k=%.*s", STR_ARG(mine));
    SandboxMessage m = {.channel = CHANNEL_PUSH, .to = arena_printf(a, PUSH_SANDBOX_ORIGIN "/%.*s", STR_ARG(v->id))};
    if (is_dead(v->id)) {
        v->rep->status = 410;
        return;
    }
    browser(v->sandbox, v->id, &key, auth);
    if (!str_starts(signature, S("vapid t=")) || !str_ends(signature, signer)) {
        v->rep->status = 403;
        return;
    }
    if (!req->header(req, "TTL").n || !str_eq(req->header(req, "Content-Encoding"), S("aes128gcm")) ||
        push_open(a, &key, str_of(auth, sizeof auth), v->bytes, &text)) {
        v->rep->status = 400;
        return;
    }
    Answer j = answer_of(a, text);
    m.subject = answer_str(j, "title");
    m.body = answer_str(j, "body");
    if (!str_i64(answer_str(j, "data.user"), &m.user))
        m.user = 0;
    v->rep->status = store_write(v->sandbox->cfg.store, keep_message, &m) ? 500 : 201;
}

/* ---- mail ---- */

/* The value of a header, unfolded; empty when there is none. */
static Str mail_header(Arena *a, Str head, Str name) {
    Str line, rest = head;
    Buf value = buf_arena(a, SANDBOX_MAIL_BYTES_MAX);
    bool in = false;
    while (str_split(&rest, '\n', &line)) {
        if (str_ends(line, S("\r")))
            line = str_slice(line, 0, line.n - 1);
        if (in && line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
            buf_char(&value, ' ');
            buf_add(&value, str_trim(line));
            continue;
        }
        size_t colon = str_index(line, ':');
        in = colon < line.n && str_eq_nocase(str_slice(line, 0, colon), name);
        if (in)
            buf_add(&value, str_trim(str_from(line, colon + 1)));
    }
    return buf_str(&value);
}

/* Decodes =?UTF-8?B?…?= words; blanks between two of them vanish. */
static Str words_decoded(Arena *a, Str s) {
    static const Str open = STR_INIT("=?UTF-8?B?");
    Buf out = buf_arena(a, SANDBOX_MAIL_BYTES_MAX);
    bool after_word = false;
    while (s.n) {
        size_t end = str_starts(s, open) ? open.n : s.n;
        while (end < s.n && s.p[end] != '?')
            end++;
        char *to = end < s.n ? buf_reserve(&out, end) : NULL;
        size_t n;
        if (to && !base64_get(BASE64_STD, str_slice(s, open.n, end), to, end, &n)) {
            out.n += n;
            s = str_from(s, end + 2);
            after_word = true;
            continue;
        }
        size_t blanks = 0;
        while (after_word && blanks < s.n && s.p[blanks] == ' ')
            blanks++;
        if (blanks && str_starts(str_from(s, blanks), open)) {
            s = str_from(s, blanks);
            continue;
        }
        after_word = false;
        buf_char(&out, s.p[0]);
        s = str_from(s, 1);
    }
    return buf_str(&out);
}

static Str quoted_printable_decoded(Arena *a, Str s) {
    Buf out = buf_arena(a, SANDBOX_MAIL_BYTES_MAX);
    for (size_t i = 0; i < s.n; i++) {
        char byte;
        if (s.p[i] == '=' && str_starts(str_from(s, i + 1), S("\r\n"))) {
            i += 2;
        } else if (s.p[i] == '=' && i + 2 < s.n && hex_get(str_slice(s, i + 1, i + 3), &byte, 1)) {
            buf_char(&out, byte);
            i += 2;
        } else if (s.p[i] != '\r') {
            buf_char(&out, s.p[i]);
        }
    }
    Str text = buf_str(&out);
    return text.n && text.p[text.n - 1] == '\n' ? str_slice(text, 0, text.n - 1) : text;
}

Err mail_read(Arena *a, Str data, Str *subject, Str *text, Str *code) {
    size_t head = 0;
    while (head < data.n && !str_starts(str_from(data, head), S("\r\n\r\n")))
        head++;
    Str headers = str_slice(data, 0, head), body = str_from(data, head + 4);
    *subject = words_decoded(a, mail_header(a, headers, S("Subject")));
    *code = mail_header(a, headers, S("X-Sandbox-Code"));
    *text = str_eq_nocase(mail_header(a, headers, S("Content-Transfer-Encoding")), S("quoted-printable"))
                ? quoted_printable_decoded(a, body)
                : body;
    return a->failed ? E_NOMEM : OK;
}

Err take_mail(Sandbox *s, Arena *a, Str to, Str data) {
    SandboxMessage m = {.channel = CHANNEL_EMAIL, .to = to};
    Err e = mail_read(a, data, &m.subject, &m.body, &m.code);
    return e ? e : store_write(s->cfg.store, keep_message, &m);
}

/* ---- the page ---- */

static const char *const channel_words[CHANNEL_COUNT] = {
    [CHANNEL_SMS] = "sms", [CHANNEL_EMAIL] = "email", [CHANNEL_PUSH] = "push"};

/* A user id in any of the contracts' forms; 0 when it is none. */
static int64_t user_of(const IdMap *ids, Str s) {
    int64_t id;
    bool is = idmap_uuid_id(ids, USER.kind, s, &id) || idmap_hex_id(ids, USER.kind, s, &id) || str_i64(s, &id);
    return is && id > 0 ? id : 0;
}

/* Whose messages are asked for: an address in its normal form, or a user. A '+' of a query may have become a blank on the way. */
static Err choose(Arena *a, const IdMap *ids, Str to, const Index **ix, Key *key) {
    char phone[PHONE_CHARS_MAX];
    size_t n;
    Str address = str_trim(to);
    int64_t user = user_of(ids, address);
    if (email_valid(address)) {
        address = email_normal(a, address);
    } else if (phone_normal(address, COUNTRY_INDIA, phone, &n)) {
        address = arena_str(a, str_of(phone, n));
    } else if (user) {
        *ix = SANDBOX_MESSAGE_BY_USER;
        *key = key_of(*ix);
        key_i64(key, user);
        return OK;
    }
    if (!address.p)
        return E_NOMEM;
    *ix = SANDBOX_MESSAGE_BY_TO;
    *key = key_of(*ix);
    key_str(key, address);
    return OK;
}

static void put_message(Visit *v, const SandboxMessage *m, Buf *out) {
    char uuid[IDMAP_UUID_CHARS];
    if (m->user)
        idmap_uuid(v->sandbox->cfg.ids, USER.kind, m->user, uuid);
    const Var vars[] = {var_i64(v->req->arena, "id", m->id),
                        {"channel", str_c0(channel_words[m->channel]), false},
                        {"to", m->user ? str_of(uuid, sizeof uuid) : m->to, false},
                        {"subject", m->subject, false},
                        {"body", m->body, false},
                        {"code", m->code.n ? m->code : S("null"), m->code.n == 0},
                        var_i64(v->req->arena, "at", m->at_ms)};
    template_add(out,
                 S("{\"id\":\"{id}\",\"channel\":{channel},\"to\":{to},\"subject\":{subject},\"body\":{body},\"code\":{code},"
                   "\"sentAt\":{at}}"),
                 vars, COUNT(vars), ESCAPE_JSON);
}

void list_outbox(Visit *v) {
    Form query;
    Str to;
    Tx *tx = NULL;
    Scan *scan;
    SandboxMessage m;
    const Index *ix = SANDBOX_MESSAGE_BY_AT;
    Key key = key_of(ix);
    Err e = form_parse(v->req->arena, v->req->query, &query);
    if (!e && form_get(&query, S("to"), &to))
        e = choose(v->req->arena, v->sandbox->cfg.ids, to, &ix, &key);
    if (!e)
        e = store_read(v->sandbox->cfg.store, v->req->arena, &tx);
    if (!e)
        e = scan_open(tx, ix, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (!e) {
        buf_lit(&v->rep->body, "{\"messages\":[");
        for (int i = 0; i < SANDBOX_LIST_MAX && scan_next_rec(scan, &SANDBOX_MESSAGE, &m); i++) {
            if (i)
                buf_char(&v->rep->body, ',');
            put_message(v, &m, &v->rep->body);
        }
        buf_lit(&v->rep->body, "]}");
    }
    store_read_end(tx);
    if (e)
        answer_err(v, e);
}
