/* box.h - the serving marketplace: all layers wired together.
 *
 * box_open: least privilege, the store, its keys; box_serve: providers, contracts, sockets, jobs, and the loop over signals. One
 * Box a process. Called from the main thread only. */
#ifndef APP_BOX_H
#define APP_BOX_H

#include <pthread.h>

#include "app/backup.h"
#include "app/certs.h"
#include "app/command.h"
#include "app/health.h"
#include "app/jobs.h"
#include "app/live.h"
#include "app/restore.h"
#include "contract/engine.h"
#include "crypto/token.h"
#include "gateway/sandbox/sandbox.h"
#include "net/fetch.h"
#include "net/mdns.h"

enum { PUSH_KEY_CHARS = 87 };
enum { BOX_RECORDS_MAX = 64, BOX_PATH_BYTES = 1024, BOX_URL_BYTES = 160 };

struct Box {
    const Options *options;
    SettingsLoad settings;
    Arena arena; /* as long as the box */
    _Atomic(const DomainConfig *) domain;
    const Record *records[BOX_RECORDS_MAX];
    size_t record_count;
    Store *store;
    IdMap ids;
    Str roots; /* PEM: whom providers are vouched for by */
    FetchPool *fetch;
    GatewayConfig gateway_config;
    char push_key[PUSH_KEY_CHARS]; /* Web Push: the public key that browsers subscribe with */
    _Atomic(Gateway *) gateway;
    Sandbox *sandbox;
    Engine *engine;
    Hub *hub;
    HttpServer *http;
    Jobs *jobs;
    Live *live;
    BackupConfig backup_config;
    Backups *backups;
    Restores *restores;
    Certs *certs; /* NULL: none by ACME */
    Mdns *mdns;
    HealthSource health;
    pthread_mutex_t tls_lock; /* over the two paths, which may be one, while HTTPS is served */
    char tls_cert[BOX_PATH_BYTES], tls_key[BOX_PATH_BYTES];
    pthread_t main_thread; /* which waits for signals */
    _Atomic(bool) again;   /* it is to start anew when it has stopped */
};

/* The contracts that this program speaks, campus first. */
extern const Contract *const box_contracts[];
extern const size_t box_contract_count;

/* The domain's configuration by the settings; keys and text live in `a`. */
void box_domain_config(const Settings *s, const uint8_t box_key[32], DomainConfig *out);
EngineLimits box_engine_limits(const Settings *s);
void box_setup_log(const Settings *s);
/* The record tables of all layers into out[BOX_RECORDS_MAX]; their number. */
size_t box_records(const Record **out);
/* Opens the store of `dir` with all record tables, makes what every box has (its key, the categories). Prints what is wrong; NULL
 * then. */
Store *box_store_open(Box *box, const char *dir, bool no_sync);
/* The box's key, made on first start. */
Err box_key(Store *s, Arena *a, uint8_t out[32]);
/* The same for looking only, beside a running box or not. Prints what is wrong; NULL then. */
Store *box_open_beside(const char *dir, Arena *a);
/* While there is no admin: makes the token of a new one-time link (admin.c). False: there is one. */
bool admin_link_token(Store *s, char token[TOKEN_CHARS]);
/* Runs until SIGTERM or SIGINT. Returns the exit code. */
int box_serve(Box *box);

/* net.c: the HTTP application of the box. */
void box_http_app(Box *box, HttpApp *out);
/* ports.c: what contracts need of the gateway. */
/* The key that signs pushes to browsers, which follows from the box's key, and whom push services may write to. */
void box_push(Box *box, const uint8_t box_key[32]);
Ports box_ports(Box *box);
/* ports_care.c: the same for what an admin does with the box itself: backups, restore, certificate. */
void box_care_ports(Ports *p);
/* Reads the certificate's files again. */
Err box_reload_tls(Box *box, char why[NET_WHY_BYTES]);
/* The names of the self-signed pair in the data directory, which is made when it is not there, no good or near its end. */
Err box_self_signed(const char *data, char cert[BOX_PATH_BYTES], char key[BOX_PATH_BYTES], char why[NET_WHY_BYTES]);
/* Where that pair is served: looks whether it wants to be made anew, also because the clock has only now been set. */
void box_renew_self_signed(Box *box);
/* The file of an uploaded certificate and its key. */
void box_uploaded_tls(const Box *box, char out[BOX_PATH_BYTES]);
/* The hub's sockets. */
extern const HubPort box_hub_port;

#endif
