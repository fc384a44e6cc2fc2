/* certs.h - certificates by ACME for a serving box: a thread that gets one when there is none for the names in the settings, and
 * a new one when less than a third of its life is left. A failure is logged and tried again, later each time.
 *
 * The file (certs_file) holds the names, the private key and the chain in one, so that it is replaced as a whole. */
#ifndef APP_CERTS_H
#define APP_CERTS_H

#include "contract/request.h"
#include "gateway/acme.h"

enum { CERTS_PATH_BYTES = 1024 };

typedef struct CertsConfig {
    Fetch fetch;
    Str directory, email;
    Str names; /* comma-separated host names */
    const char *data; /* the data directory */
    uint8_t box_key[32]; /* the account's key follows from it */
    void *ctx;
    void (*renewed)(void *ctx); /* from the thread: there is a new file */
} CertsConfig;

typedef struct Certs Certs;

/* Comma-separated host names, at most ACME_NAMES_MAX, no addresses and no wildcards: what http-01 can prove. */
bool certs_names_ok(Str names);
/* Where the file is. */
void certs_file(const char *data, char out[CERTS_PATH_BYTES]);
/* The configuration is copied; what it points to outlives the thread. E_NOMEM. */
Certs *certs_start(const CertsConfig *cfg, Err *err);
/* Answers what an authority asks for below /.well-known/acme-challenge/; 404 for what nobody was promised. Thread-safe; NULL is
 * fine. */
void certs_answer(Certs *c, const Request *req, Reply *rep);
/* Breaks off what is under way. The fetch seam has been stopped before. NULL is fine. */
void certs_stop(Certs *c);

#endif
