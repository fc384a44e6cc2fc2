#include "app/health.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "domain/outbox.h"

/* Anonymous resident memory in bytes, from /proc/self/status; 0 where that is not to be had. */
static uint64_t memory_bytes(void) {
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    const char *at = strstr(text, "RssAnon:");
    return at ? strtoull(at + 8, NULL, 10) * 1024 : 0;
}

typedef struct Seen {
    Err store, outbox;
    int64_t waiting, late_ms; /* outbox rows that are due, and for how long the oldest is */
    StoreStats stats;
} Seen;

static void look(const HealthSource *src, Arena *a, Seen *s) {
    Tx *tx;
    *s = (Seen){0};
    s->store = store_stats(src->store, &s->stats);
    Err e = store_read(src->store, a, &tx);
    if (e) {
        s->store = s->outbox = e;
        return;
    }
    Diag diag = {0};
    Outbox *rows;
    size_t n;
    int64_t next;
    Call c = {.tx = tx, .arena = a, .diag = &diag, .now_ms = tx_now_ms(tx), .actor = {.rights = RIGHT_SYSTEM}};
    s->outbox = outbox_due(&c, 64, &rows, &n, &next);
    if (s->outbox == OK && n) {
        s->waiting = (int64_t)n;
        s->late_ms = c.now_ms - rows[0].due_ms;
    }
    store_read_end(tx);
}

void health_reply(const HealthSource *src, const Request *req, Reply *rep) {
    Seen s;
    BackupState backup;
    look(src, req->arena, &s);
    backups_state(src->backups, &backup);
    bool late = s.late_ms > HEALTH_OUTBOX_LATE_MS;
    rep->status = s.store ? 503 : 200;
    rep->content_type = S("application/json");
    reply_header(rep, "Cache-Control", S("no-store"));
    buf_printf(&rep->body,
               "{\"status\":\"%s\",\"components\":{\"store\":\"%s\",\"outbox\":\"%s\",\"realtime\":\"ok\",\"tls\":\"%s\","
               "\"backup\":\"%s\",\"sandbox\":%s},\"uptimeSeconds\":%lld}",
               s.store ? "unwell" : "ok", s.store ? err_name(s.store) : "ok",
               s.outbox ? err_name(s.outbox)
               : late   ? "late"
                        : "ok",
               src->tls ? "on" : "off",
               !backup.on         ? "off"
               : backup.running   ? "running"
               : backup.failed_ms ? "failed"
                                  : "ok",
               src->sandbox ? "true" : "false", (long long)((clock_mono_ms() - src->started_ms) / 1000));
}

typedef struct Metric {
    const char *name, *type, *help;
    uint64_t value;
} Metric;

void metrics_reply(const HealthSource *src, const Request *req, Reply *rep) {
    Seen s;
    HttpStats h;
    HubStats hub;
    BackupState backup;
    backups_state(src->backups, &backup);
    look(src, req->arena, &s);
    http_stats(src->http, &h);
    hub_stats(src->hub, &hub);
    const Metric rows[] = {
        {"gigbox_uptime_seconds", "gauge", "Since start.", (uint64_t)(clock_mono_ms() - src->started_ms) / 1000},
        {"gigbox_memory_anonymous_bytes", "gauge", "Resident memory that is the process's own.", memory_bytes()},
        {"gigbox_connections_total", "counter", "Connections taken.", h.connections},
        {"gigbox_connections_open", "gauge", "Connections open.", h.open_connections},
        {"gigbox_connections_refused_total", "counter", "Connections turned away at a limit.",
         h.refused_total + h.refused_address},
        {"gigbox_http_requests_total", "counter", "Requests answered.", h.requests},
        {"gigbox_http_responses_2xx_total", "counter", "Answers 2xx.", h.by_class[2]},
        {"gigbox_http_responses_3xx_total", "counter", "Answers 3xx.", h.by_class[3]},
        {"gigbox_http_responses_4xx_total", "counter", "Answers 4xx.", h.by_class[4]},
        {"gigbox_http_responses_5xx_total", "counter", "Answers 5xx.", h.by_class[5]},
        {"gigbox_http_bad_requests_total", "counter", "Requests that were not HTTP.", h.bad_requests},
        {"gigbox_http_timeouts_total", "counter", "Connections cut at a deadline.", h.timeouts},
        {"gigbox_http_bytes_in_total", "counter", "Bytes received.", h.bytes_in},
        {"gigbox_http_bytes_out_total", "counter", "Bytes sent.", h.bytes_out},
        {"gigbox_tls_failures_total", "counter", "Handshakes that failed.", h.tls_failures},
        {"gigbox_workers", "gauge", "Worker threads.", h.workers},
        {"gigbox_workers_busy", "gauge", "Worker threads at work.", h.workers_busy},
        {"gigbox_websockets_open", "gauge", "WebSockets open.", h.open_ws},
        {"gigbox_websockets_total", "counter", "WebSockets opened.", h.ws_opened},
        {"gigbox_websockets_slow_total", "counter", "WebSockets cut for not keeping up.", h.ws_slow},
        {"gigbox_websockets_identified", "gauge", "WebSockets that are signed in.", hub.identified},
        {"gigbox_events_total", "counter", "Events given out.", hub.events},
        {"gigbox_frames_total", "counter", "Frames queued to WebSockets.", hub.frames},
        {"gigbox_outbox_due", "gauge", "Outbox rows that are due (at most 64 are counted).", (uint64_t)s.waiting},
        {"gigbox_outbox_late_seconds", "gauge", "How long the oldest of them has been due.",
         (uint64_t)(s.late_ms > 0 ? s.late_ms / 1000 : 0)},
        {"gigbox_store_file_bytes", "gauge", "Size of the data file.", s.stats.file_bytes},
        {"gigbox_store_used_bytes", "gauge", "Of it in use.", s.stats.used_bytes},
        {"gigbox_store_map_bytes", "gauge", "Address space reserved for it.", s.stats.map_bytes},
        {"gigbox_store_commits_total", "counter", "Commits since start.", s.stats.commits},
        {"gigbox_store_writes_total", "counter", "Write functions in them.", s.stats.writes},
        {"gigbox_store_retried_total", "counter", "Batches run again because one write function failed late.",
         s.stats.batches_retried},
        {"gigbox_backup_last_timestamp_seconds", "gauge", "When the newest backup was made; 0: none known.",
         (uint64_t)(backup.last_ms > 0 ? backup.last_ms / 1000 : 0)},
        {"gigbox_backups_total", "counter", "Backups made since start.", backup.made},
        {"gigbox_backups_failed_total", "counter", "Backups that failed since start.", backup.failed},
        {"gigbox_backup_bytes", "gauge", "Written of the backup that is under way, else of the last.", backup.bytes},
        {"gigbox_store_records", "gauge", "Records.", s.stats.records},
    };
    rep->content_type = S("text/plain; version=0.0.4; charset=utf-8");
    for (size_t i = 0; i < COUNT(rows); i++)
        buf_printf(&rep->body, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", rows[i].name, rows[i].help, rows[i].name, rows[i].type,
                   rows[i].name, (unsigned long long)rows[i].value);
}

Err health_facts(const HealthSource *src, const char *dir, BoxFacts *out) {
    StoreStats st;
    HttpStats h;
    struct statvfs disk;
    Err e = store_stats(src->store, &st);
    if (e)
        return e;
    http_stats(src->http, &h);
    *out = (BoxFacts){.uptime_s = (clock_mono_ms() - src->started_ms) / 1000,
                      .memory_bytes = (int64_t)memory_bytes(),
                      .file_bytes = (int64_t)st.file_bytes,
                      .used_bytes = (int64_t)st.used_bytes,
                      .map_bytes = (int64_t)st.map_bytes,
                      .records = (int64_t)st.records,
                      .commits = (int64_t)st.commits,
                      .connections = (int64_t)h.open_connections,
                      .websockets = (int64_t)h.open_ws,
                      .requests = (int64_t)h.requests,
                      .workers = (int64_t)h.workers,
                      .workers_busy = (int64_t)h.workers_busy};
    if (statvfs(dir, &disk) == 0) {
        out->disk_bytes = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
        out->disk_free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    }
    return OK;
}
