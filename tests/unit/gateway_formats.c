/* What goes out, byte by byte: templates, mail, SMS, push; and mail read back. */
#include "gateway_kit.h"

#include "gateway/email.h"
#include "gateway/internal.h"
#include "gateway/sandbox/internal.h"
#include "gateway/sms.h"

static Arena arena;

static Str expand(const char *text, const Var *vars, size_t n, Escape escape, Err *e) {
    Buf b = buf_arena(&arena, 4096);
    *e = template_add(&b, str_c0(text), vars, n, escape);
    return buf_str(&b);
}

static void templates(void) {
    Err e;
    const Var vars[] = {{"name", S("a \"b\"\n&c"), false}, {"n", S("42"), true}};
    CHECK(str_eq(expand("{\"x\":{name},\"y\":{n},\"z\":{}}", vars, 2, ESCAPE_JSON, &e),
                 S("{\"x\":\"a \\\"b\\\"\\n&c\",\"y\":42,\"z\":{}}")) &&
              !e,
          "template: JSON strings are quoted and escaped");
    CHECK(str_eq(expand("http://h/?m={name}&n={n}", vars, 2, ESCAPE_URL, &e), S("http://h/?m=a%20%22b%22%0A%26c&n=42")) && !e,
          "template: URL values are percent-encoded");
    expand("{nobody}", vars, 2, ESCAPE_URL, &e);
    CHECK(e == E_INVALID, "template: an unknown name is refused");
    CHECK(str_eq(expand("{Name} {na me} {", vars, 2, ESCAPE_NONE, &e), S("{Name} {na me} {")) && !e,
          "template: other braces stay");
    Buf small = buf_fixed((char[4]){0}, 4);
    CHECK(template_add(&small, S("{name}"), vars, 2, ESCAPE_NONE) == E_TOO_LARGE, "template: the bound holds");
}

static Str mail(EmailMessage m, Err *e) {
    Buf b = buf_arena(&arena, EMAIL_MESSAGE_BYTES_MAX);
    *e = email_build(&m, &b);
    return buf_str(&b);
}

static size_t longest_line(Str s) {
    size_t longest = 0, at = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\n') {
            if (i - at > longest)
                longest = i - at; /* counts the CR */
            at = i + 1;
        }
    return longest;
}
static bool ascii_crlf(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80 || (s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r')) ||
            (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n')))
            return false;
    return true;
}

static void mails(void) {
    Err e;
    EmailMessage m = {.from_name = S("Campus \"Gigs\""),
                      .from = S("gigs@campus.test"),
                      .to = S("asha@example.com"),
                      .subject = S("Your code"),
                      .text = S("Hello = world \nDone"),
                      .key = S("k/1"),
                      .at_ms = INT64_C(1763706123000)};
    Str s = mail(m, &e);
    CHECK(!e && str_eq(s, S("Date: Fri, 21 Nov 2025 06:22:03 +0000\r\nFrom: \"Campus \\\"Gigs\\\"\"\r\n "
                            "<gigs@campus.test>\r\nTo: <asha@example.com>\r\n"
                            "Subject: Your code\r\nMessage-ID:\r\n <k=2F1@campus.test>\r\nAuto-Submitted: "
                            "auto-generated\r\nMIME-Version: 1.0\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHello "
                            "=3D world=20\r\nDone\r\n")),
          "email: a plain message, byte for byte");

    m.subject = S("Bezahlt: 1.500 \xe2\x82\xb9\r\nBcc: evil@example.com\r\n\r\nbody");
    m.from_name = S("x>\r\nBcc: evil@example.com");
    m.text = S("\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x87 "
               "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x87 \xf0\x9f\x98\x80\n.\nlast line has a "
               "trailing blank ");
    m.code = S("123456");
    s = mail(m, &e);
    CHECK(!e && !has(s, "\nBcc:") && !has(s, "evil"), "email: a header cannot be smuggled in");
    CHECK(ascii_crlf(s) && longest_line(s) <= 77, "email: ASCII, CRLF, short lines whatever the text");
    Str subject, text, code;
    CHECK(mail_read(&arena, s, &subject, &text, &code) == OK && str_eq(text, m.text) && str_eq(code, S("123456")),
          "email: the text reads back");
    CHECK(str_eq(subject, S("Bezahlt: 1.500 \xe2\x82\xb9  Bcc: evil@example.com    body")),
          "email: the subject reads back, control characters as blanks");

    bool same = true;
    for (int round = 0; round < 300 && same; round++) { /* any length and mixture, over all places where words and lines break */
        char line[400];
        size_t n = 0;
        static const char *const pieces[] = {"a", " ", "=", "\xc3\xa4", "\xe2\x82\xb9", "\xf0\x9f\x98\x80", "?=", "\xe0\xa4\xa8",
                                             "."};
        for (int k = 0; k < round; k++) {
            const char *piece = pieces[(unsigned)(round * 31 + k * 7 + k / 5) % COUNT(pieces)];
            if (n + strlen(piece) < sizeof line)
                memcpy(line + n, piece, strlen(piece)), n += strlen(piece);
        }
        m.subject = str_trim(str_of(line, n));
        m.text = str_of(line, n);
        s = mail(m, &e);
        same = !e && mail_read(&arena, s, &subject, &text, &code) == OK && str_eq(subject, m.subject) && str_eq(text, m.text) &&
               ascii_crlf(s) && longest_line(s) <= 77;
        arena_reset(&arena);
    }
    CHECK(same, "email: 300 subjects and texts of all lengths read back");

    static const char *const bad[] = {"", "a", "a@", "@b", "a@b\r\nRCPT TO:<c@d>", "a b@c", "a@b@c", "<a@b>", "a@b,c@d"};
    bool refused = true;
    for (size_t i = 0; i < COUNT(bad); i++) {
        m.to = str_c0(bad[i]);
        mail(m, &e);
        refused &= e == E_INVALID;
    }
    CHECK(refused, "email: addresses that are none are refused");
}

/* ---- through the seam ---- */

static Outcome send_with(SendFn *send, const char *provider, const Outbox *row, Err (*answer)(const KitCall *, FetchResponse *)) {
    GatewayConfig cfg = kit_config();
    if (provider)
        cfg.sms_provider = str_c0(provider);
    if (provider && strcmp(provider, "template") == 0)
        cfg.sms_url = S("https://sms.test/send?to={digits}&msg={text}&k={key}&otp={code}");
    Gateway g = {.cfg = &cfg, .sms = sms_row(cfg.sms_provider), .env = {.fetch = kit_fetch}};
    Outcome o = {0};
    outside_reset(answer);
    send(&g, &arena, row, &o);
    return o;
}

static int status_now;
static Str body_now;
static Err answer_status(const KitCall *call, FetchResponse *res) {
    (void)call;
    res->status = status_now;
    res->body = body_now;
    return OK;
}
static Err answer_dead(const KitCall *call, FetchResponse *res) {
    (void)call;
    snprintf(res->error, sizeof res->error, "could not connect");
    return E_NETWORK;
}

static void sms(void) {
    Outbox row = {.kind = OUT_SMS,
                  .to = S("+919876543210"),
                  .body = S("123456 is your code & more"),
                  .code = S("123456"),
                  .idempotency_key = S("k")};
    Outcome o = send_with(send_sms, "twilio", &row, answer_ok);
    const KitCall *c = &outside.calls[0];
    CHECK(!o.err && str_eq(o.provider_id, S("SM1")) && outside.count == 1, "sms: Twilio takes it");
    CHECK(str_eq(c->method, S("POST")) && str_eq(c->url, S("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json")) &&
              str_eq(c->user, S("AC1")) && str_eq(c->password, S("smskey")) &&
              str_eq(c->body, S("To=%2B919876543210&From=%2B15005550006&Body=123456%20is%20your%20code%20%26%20more")),
          "sms: Twilio's wire format");
    CHECK(!call_header(c, S("X-Sandbox-Code")).n, "sms: the code goes apart in the sandbox only");

    o = send_with(send_sms, "msg91", &row, answer_ok);
    c = &outside.calls[0];
    CHECK(!o.err && str_eq(o.provider_id, S("m_1")) && str_eq(c->url, S("https://control.msg91.com/api/v5/flow")) &&
              str_eq(call_header(c, S("authkey")), S("smskey")) &&
              str_eq(c->body, S("{\"template_id\":\"tmpl\",\"short_url\":\"0\",\"recipients\":[{\"mobiles\":\"919876543210\","
                                "\"otp\":\"123456\",\"VAR1\":\"123456\",\"text\":\"123456 is your code & more\"}]}")),
          "sms: MSG91's wire format");
    status_now = 200;
    body_now = S("{\"type\":\"error\",\"message\":\"template not approved\"}");
    o = send_with(send_sms, "msg91", &row, answer_status);
    CHECK(o.err == E_PROVIDER && !o.permanent && str_eq(o.error, S("template not approved")), "sms: MSG91's refusal in a 200");

    o = send_with(send_sms, "template", &row, answer_ok);
    c = &outside.calls[0];
    CHECK(!o.err && str_eq(c->method, S("GET")) &&
              str_eq(c->url,
                     S("https://sms.test/send?to=919876543210&msg=123456%20is%20your%20code%20%26%20more&k=smskey&otp=123456")),
          "sms: any provider by an address template");

    o = send_with(send_sms, "sandbox", &row, answer_ok);
    CHECK(str_eq(call_header(&outside.calls[0], S("X-Sandbox-Code")), S("123456")), "sms: the sandbox hears the code");

    static const struct {
        int status;
        bool permanent;
    } judged[] = {{400, true},  {401, false}, {403, false}, {404, true},  {408, false},
                  {409, false}, {422, true},  {429, false}, {500, false}, {503, false}};
    bool right = true;
    for (size_t i = 0; i < COUNT(judged); i++) {
        status_now = judged[i].status;
        body_now = S("{\"message\":\"no\"}");
        o = send_with(send_sms, "twilio", &row, answer_status);
        right &= o.err == E_PROVIDER && o.permanent == judged[i].permanent;
    }
    CHECK(right, "sms: which refusals are for good");
    o = send_with(send_sms, "twilio", &row, answer_dead);
    CHECK(o.err == E_NETWORK && !o.permanent && str_eq(o.error, S("could not connect")), "sms: no network is no refusal");
    body_now = S("<html>");
    status_now = 200;
    o = send_with(send_sms, "twilio", &row, answer_status);
    CHECK(!o.err && !o.provider_id.n, "sms: an answer that is no JSON");
}

static void others(void) {
    Outbox row = {
        .kind = OUT_PUSH, .user = 7, .to = S("device-token"), .subject = S("Paid \xe2\x82\xb9"), .body = S("\"quoted\"")};
    Outcome o = send_with(send_push, NULL, &row, answer_ok);
    const KitCall *c = &outside.calls[0];
    CHECK(!o.err && str_eq(o.provider_id, S("n_1")) && str_eq(c->url, S("http://fcm/v1/projects/proj/messages:send")) &&
              str_eq(call_header(c, S("Authorization")), S("Bearer tok")) &&
              str_eq(c->body, S("{\"message\":{\"token\":\"device-token\",\"notification\":{\"title\":\"Paid "
                                "\xe2\x82\xb9\",\"body\":\"\\\"quoted\\\"\"},\"data\":{\"user\":\"7\"}}}")),
          "push: FCM's wire format");

    row = (Outbox){.kind = OUT_EMAIL,
                   .to = S("asha@example.com"),
                   .subject = S("Hi"),
                   .body = S("there"),
                   .code = S("999999"),
                   .idempotency_key = S("key-1")};
    o = send_with(send_email, NULL, &row, answer_ok);
    CHECK(!o.err && outside.calls[0].mail && str_eq(outside.calls[0].to, row.to) &&
              has(outside.calls[0].data, "<key-1@campus.test>") && !has(outside.calls[0].data, "X-Sandbox-Code"),
          "email: sent over the seam, without the sandbox's header");
    row.to = S("no address");
    o = send_with(send_email, NULL, &row, answer_ok);
    CHECK(o.err == E_INVALID && o.permanent && !outside.count, "email: an impossible address is given up");
}

int main(void) {
    arena_init(&arena, 64 * 1024 * 1024);
    templates();
    mails();
    sms();
    others();
    arena_free(&arena);
    arena_free(&outside.arena);
    return kit_failed;
}
