/* health.h - how the box is: /healthz for supervisors and people, /metrics for Prometheus. */
#ifndef APP_HEALTH_H
#define APP_HEALTH_H

#include "app/backup.h"
#include "contract/ports.h"
#include "contract/request.h"
#include "domain/domain.h"
#include "net/http.h"
#include "realtime/hub.h"

enum { HEALTH_BYTES_MAX = 64 * 1024 };
/* The outbox counts as unwell when a row is due for longer than this. */
#define HEALTH_OUTBOX_LATE_MS (10 * MS_MINUTE)

typedef struct HealthSource {
    Store *store;
    HttpServer *http;
    Hub *hub;
    Backups *backups;
    int64_t started_ms; /* clock_mono_ms at start */
    bool sandbox, tls;
} HealthSource;

/* GET /healthz: {"status":"ok"|"unwell","components":{…}}; 200, or 503 when the store cannot be read. */
void health_reply(const HealthSource *src, const Request *req, Reply *rep);
/* What an admin is told of the running program; `dir` is the data directory. */
Err health_facts(const HealthSource *src, const char *dir, BoxFacts *out);
/* GET /metrics in the text format of Prometheus 0.0.4. The caller has checked that the client may see it. */
void metrics_reply(const HealthSource *src, const Request *req, Reply *rep);

#endif
