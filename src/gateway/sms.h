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
    bool basic;         /* HTTP Basic with account and key */
    const char *id;     /* where the answer names the message */
    const char *ok, *ok_value; /* a member that must have this value, or NULL: any 2xx will do */
} SmsRow;

/* The row with this name, NULL when there is none. */
const SmsRow *sms_row(Str name);

#endif
