/* sms.h - text messages: one row per provider, one walker.
 *
 * Variables of the templates: {to} (E.164), {digits} (without the plus), {text}, {code} (the one-time code, empty for other
 * messages), and the settings {key}, {account}, {sender}, {template}. In an address and an urlencoded body values are
 * percent-encoded, in JSON escaped. */
#ifndef GATEWAY_SMS_H
#define GATEWAY_SMS_H

#include "gateway/gateway.h"

typedef struct SmsRow {
    const char *name;   /* value of the setting sms_provider */
    const char *base;   /* address when the setting sms_url is empty; NULL: the setting is needed */
    const char *path;   /* appended */
    const char *method;
    const char *type;   /* of the body */
    const char *body;   /* NULL: none */
    const char *header, *header_value; /* one more header, or NULL */
    bool templates;     /* sends what was registered, or may go where only that is let through: see sms_langs */
    bool basic;         /* HTTP Basic with account and key */
    const char *id;     /* where the answer names the message */
    const char *ok, *ok_value; /* a member that must have this value, or NULL: any 2xx will do */
} SmsRow;

/* The row with this name, NULL when there is none. */
const SmsRow *sms_row(Str name);
/* Languages besides English, as LANG_BIT, that SMS by this provider may be in. India's operators let through only texts that were
 * registered with them (DLT), and each language is a text of its own: where the provider works by templates there are Hindi SMS
 * only once a Hindi template has an id. */
int32_t sms_langs(Str provider, Str template_hi);

#endif
