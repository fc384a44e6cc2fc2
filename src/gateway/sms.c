#include "gateway/sms.h"

#include "codec/form.h"
#include "domain/lang.h"
#include "gateway/internal.h"

/* Formats: MSG91 "Send SMS via Flow" (v5), Twilio "Messages" (2010-04-01). The template provider is whatever the setting's
 * address says. A MSG91 flow has its own approved text and takes variables: the code under two names, and the whole text. */
// clang-format off
static const SmsRow rows[] = {
    {.name = "msg91", .base = "https://control.msg91.com", .path = "/api/v5/flow", .method = "POST", .type = "application/json",
     .body = "{\"template_id\":{template},\"short_url\":\"0\",\"recipients\":[{\"mobiles\":{digits},"
             "\"otp\":{code},\"VAR1\":{code},\"text\":{text}}]}",
     .templates = true, .header = "authkey", .header_value = "{key}", .id = "message", .ok = "type", .ok_value = "success"},
    {.name = "twilio", .base = "https://api.twilio.com", .path = "/2010-04-01/Accounts/{account}/Messages.json", .method = "POST",
     .type = "application/x-www-form-urlencoded", .body = "To={to}&From={sender}&Body={text}", .basic = true, .id = "sid"},
    {.name = "template", .templates = true, .path = "", .method = "GET", .id = "id"},
    /* Twilio's format, and the code apart, so that the sandbox need not guess it from the text. */
    {.name = "sandbox", .path = "/2010-04-01/Accounts/{account}/Messages.json", .method = "POST",
     .type = "application/x-www-form-urlencoded", .body = "To={to}&From={sender}&Body={text}", .header = "X-Sandbox-Code",
     .header_value = "{code}", .basic = true, .id = "sid"},
};
// clang-format on

enum { SMS_URL_BYTES_MAX = 8192, SMS_BODY_BYTES_MAX = 16384 };

const SmsRow *sms_row(Str name) {
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eq(str_c0(rows[i].name), name))
            return &rows[i];
    return NULL;
}

int32_t sms_langs(Str provider, Str template_hi) {
    const SmsRow *p = sms_row(provider);
    return p && p->templates && !template_hi.n ? 0 : LANG_BIT(LANG_HI);
}

void send_sms(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    const GatewayConfig *cfg = g->cfg;
    const SmsRow *p = g->sms;
    const Var vars[] = {
        {"to", row->to, false},
        {"digits", row->to.n && row->to.p[0] == '+' ? str_from(row->to, 1) : row->to, false},
        {"text", row->body, false},
        {"code", row->code, false},
        {"key", cfg->sms_key, false},
        {"account", cfg->sms_account, false},
        {"sender", cfg->sms_sender, false},
        {"template", row->lang == LANG_HI && cfg->sms_template_hi.n ? cfg->sms_template_hi : cfg->sms_template, false},
    };
    Buf url = buf_arena(a, SMS_URL_BYTES_MAX), body = buf_arena(a, SMS_BODY_BYTES_MAX), header = buf_arena(a, SMS_URL_BYTES_MAX);
    bool json = p->type && strstr(p->type, "json");
    Err e = template_add(&url, cfg->sms_url.n ? cfg->sms_url : str_c0(p->base), vars, COUNT(vars), ESCAPE_URL);
    if (!e)
        e = template_add(&url, str_c0(p->path), vars, COUNT(vars), ESCAPE_URL);
    if (!e && p->body)
        e = template_add(&body, str_c0(p->body), vars, COUNT(vars), json ? ESCAPE_JSON : ESCAPE_URL);
    if (!e && p->header)
        e = template_add(&header, str_c0(p->header_value), vars, COUNT(vars), ESCAPE_NONE);
    if (e) {
        *o = (Outcome){.err = e, .permanent = true, .error = S("the message does not fit the provider's format")};
        return;
    }
    FetchHeader headers[2];
    size_t n = 0;
    if (p->type)
        headers[n++] = (FetchHeader){S("Content-Type"), str_c0(p->type)};
    if (p->header)
        headers[n++] = (FetchHeader){str_c0(p->header), buf_str(&header)};
    FetchRequest req = {.method = str_c0(p->method),
                        .url = buf_str(&url),
                        .headers = headers,
                        .header_count = n,
                        .user = p->basic ? cfg->sms_account : S(""),
                        .password = p->basic ? cfg->sms_key : S(""),
                        .body = buf_str(&body),
                        .deadline_ms = GATEWAY_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    Answer answer;
    if (gateway_exchange(g, a, &req, "message", &answer, o))
        return;
    if (p->ok && !str_eq(answer_str(answer, p->ok), str_c0(p->ok_value))) {
        *o = (Outcome){.err = E_PROVIDER, .error = answer_str(answer, "message")};
        return;
    }
    o->provider_id = answer_str(answer, p->id);
}
