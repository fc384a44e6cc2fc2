/* E-mail over SMTP. */
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
