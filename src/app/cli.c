/* The small commands: openapi, lint, healthcheck. */
#include <stdio.h>
#include <unistd.h>

#include "app/box.h"
#include "domain/lang.h"

enum { DOCUMENT_BYTES_MAX = 4 * 1024 * 1024, HEALTH_BYTES = 64 * 1024 };
#define HEALTH_DEADLINE_MS (5 * MS_SECOND)

int command_openapi(const Options *o) {
    for (size_t i = 0; i < box_contract_count; i++) {
        if (strcmp(box_contracts[i]->name, o->args[0]) != 0)
            continue;
        Buf out = buf_arena(o->arena, DOCUMENT_BYTES_MAX);
        openapi_document(box_contracts[i], S(""), &out);
        return out.err || fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) ? EXIT_FAULTS : EXIT_OK;
    }
    fprintf(stderr, "gigbox: no contract of that name: %s\n", o->args[0]);
    return EXIT_USAGE;
}

int command_lint(const Options *o) {
    (void)o;
    const Record *records[BOX_RECORDS_MAX];
    size_t faults = settings_lint() + lang_lint() + record_lint(records, box_records(records)) +
                    contract_lint(box_contracts, box_contract_count);
    printf("%zu faults\n", faults);
    return faults ? EXIT_FAULTS : EXIT_OK;
}

/* Where a box that listens on all addresses is asked. */
static Str reachable(Arena *a, Str address) {
    if (str_starts(address, S("0.0.0.0:")))
        return arena_printf(a, "127.0.0.1%.*s", STR_ARG(str_from(address, strlen("0.0.0.0"))));
    if (str_starts(address, S("[::]:")))
        return arena_printf(a, "[::1]%.*s", STR_ARG(str_from(address, strlen("[::]"))));
    return address;
}

/* Asks the address given, else the one in the settings: plain HTTP, or HTTPS where there is nothing else. Nothing secret goes
 * over, and the certificate is for another name than the machine's own, so it is not looked at. */
int command_healthcheck(const Options *o) {
    static const Str http = STR_INIT("http://"), https = STR_INIT("https://");
    SettingsLoad *l = ARENA_NEW(o->arena, SettingsLoad);
    FetchPool *pool;
    FetchResponse res = {0};
    int code = command_settings(o, l);
    if (code)
        return code;
    bool tls = !o->arg_count && l->now.tls_only;
    Str address = o->arg_count ? str_c0(o->args[0]) : tls ? l->now.tls_listen : l->now.listen;
    if (str_starts(address, https)) {
        tls = true;
        address = str_from(address, https.n);
    } else if (str_starts(address, http)) {
        address = str_from(address, http.n);
    }
    Err e = fetch_open((Str){NULL, 0}, &pool);
    if (e)
        return EXIT_FAULTS;
    Fetch fetch = fetch_seam(pool);
    address = reachable(o->arena, address);
    FetchRequest req = {.method = S("GET"),
                        .url = arena_printf(o->arena, "%s%.*s/healthz", tls ? https.p : http.p, STR_ARG(address)),
                        .any_peer = tls,
                        .deadline_ms = HEALTH_DEADLINE_MS,
                        .response_bytes_max = HEALTH_BYTES};
    e = fetch.http(fetch.ctx, o->arena, &req, &res);
    printf("%.*s\n", e ? (int)strlen(res.error) : (int)res.body.n, e ? res.error : res.body.p);
    fetch_stop(pool);
    fetch_close(pool);
    return e == OK && res.status == 200 ? EXIT_OK : EXIT_FAULTS;
}
