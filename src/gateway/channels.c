/* E-mail over SMTP and push over FCM's HTTP v1. */
#include "gateway/email.h"
#include "gateway/internal.h"

void send_email(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    const GatewayConfig *cfg = g->cfg;
    EmailMessage m = {.from_name = cfg->name,
                      .from = cfg->smtp_from,
                      .to = row->to,
                      .subject = row->subject,
                      .text = row->body,
                      .key = row->idempotency_key,
                      .at_ms = row->created_ms,
                      .code = cfg->sandbox_mail ? row->code : S("")};
    Buf data = buf_arena(a, EMAIL_MESSAGE_BYTES_MAX);
    Err e = email_build(&m, &data);
    if (e) {
        *o = (Outcome){.err = e, .permanent = true, .error = S("the message cannot be sent to this address")};
        return;
    }
    MailRequest req = {.host = cfg->smtp_host,
                       .port = cfg->smtp_port,
                       .security = cfg->smtp_security,
                       .user = cfg->smtp_user,
                       .password = cfg->smtp_password,
                       .from = cfg->smtp_from,
                       .to = row->to,
                       .data = buf_str(&data),
                       .deadline_ms = GATEWAY_DEADLINE_MS};
    FetchResponse res;
    e = g->env.fetch.mail(g->env.fetch.ctx, a, &req, &res);
    *o = (Outcome){.err = e, .permanent = e == E_INVALID || (e == E_PROVIDER && res.status >= 550 && res.status <= 559)};
    if (e == E_PROVIDER)
        o->error = arena_printf(a, "the mail server refused (%d)", res.status);
    else if (e)
        o->error = arena_str(a, str_c0(res.error));
}

/* The message to one device: firebase.google.com/docs/reference/fcm/rest/v1/projects.messages. */
static const char push_body[] = "{\"message\":{\"token\":{token},\"notification\":{\"title\":{title},\"body\":{body}},"
                                "\"data\":{\"user\":{user}}}}";
enum { PUSH_BYTES_MAX = 16384 };

void send_push(Gateway *g, Arena *a, const Outbox *row, Outcome *o) {
    const GatewayConfig *cfg = g->cfg;
    if (!cfg->push_url.n) {
        *o = (Outcome){.err = E_MISSING, .permanent = true, .error = S("no push provider is configured")};
        return;
    }
    Var user = var_i64(a, "user", row->user);
    user.raw = false; /* FCM's data members are strings */
    const Var vars[] = {{"token", row->to, false},
                        {"title", row->subject, false},
                        {"body", row->body, false},
                        {"project", cfg->push_project, false},
                        user};
    Buf url = buf_arena(a, PUSH_BYTES_MAX), body = buf_arena(a, PUSH_BYTES_MAX);
    Err e = template_add(&url, cfg->push_url, vars, COUNT(vars), ESCAPE_URL);
    if (!e)
        e = template_add(&url, S("/v1/projects/{project}/messages:send"), vars, COUNT(vars), ESCAPE_URL);
    if (!e)
        e = template_add(&body, str_c0(push_body), vars, COUNT(vars), ESCAPE_JSON);
    if (e) {
        *o = (Outcome){.err = e, .permanent = true};
        return;
    }
    const FetchHeader headers[] = {{S("Content-Type"), S("application/json")},
                                   {S("Authorization"), arena_printf(a, "Bearer %.*s", STR_ARG(cfg->push_token))}};
    FetchRequest req = {.method = S("POST"),
                        .url = buf_str(&url),
                        .headers = headers,
                        .header_count = COUNT(headers),
                        .body = buf_str(&body),
                        .deadline_ms = GATEWAY_DEADLINE_MS,
                        .response_bytes_max = GATEWAY_RESPONSE_BYTES_MAX};
    Answer answer;
    if (!gateway_exchange(g, a, &req, "error.message", &answer, o))
        o->provider_id = answer_str(answer, "name");
}
