#include "base/err.h"

static const char *const names[ERR_COUNT] = {
    [OK] = "ok",
    [E_INVALID] = "invalid",
    [E_SYNTAX] = "syntax",
    [E_UNAUTHORIZED] = "unauthorized",
    [E_FORBIDDEN] = "forbidden",
    [E_MISSING] = "missing",
    [E_STATE] = "state",
    [E_CONFLICT] = "conflict",
    [E_LIMIT] = "limit",
    [E_TOO_LARGE] = "too_large",
    [E_MEDIA] = "media",
    [E_FUNDS] = "funds",
    [E_PROVIDER] = "provider",
    [E_NETWORK] = "network",
    [E_NOMEM] = "no_memory",
    [E_FULL] = "full",
    [E_IO] = "io",
    [E_CORRUPT] = "corrupt",
    [E_BUSY] = "busy",
    [E_INTERNAL] = "internal",
};

const char *err_name(Err e) { return (unsigned)e < ERR_COUNT ? names[e] : "unknown"; }

Err diag_field(Diag *d, Err e, Str name, Str message) {
    if (!d)
        return e;
    for (size_t i = 0; i < d->count; i++)
        if (str_eq(d->fields[i].name, name))
            return e;
    if (d->count < DIAG_MAX_FIELDS)
        d->fields[d->count++] = (DiagField){name, message};
    return e;
}

Err diag_fail(Diag *d, Err e, const char *code, Str message) {
    if (d) {
        d->code = code;
        d->message = message;
    }
    return e;
}

void diag_clear(Diag *d) { *d = (Diag){0}; }
