/* application.h - a doer's answer to a gig. Accepting one is the order's business (order.h: application_accept). */
#ifndef DOMAIN_APPLICATION_H
#define DOMAIN_APPLICATION_H

#include "domain/gig.h"

/* Permanent numbers. */
typedef enum ApplicationStatus {
    APPLICATION_PENDING = 1,
    APPLICATION_ACCEPTED,
    APPLICATION_REJECTED,
    APPLICATION_WITHDRAWN
} ApplicationStatus;
/* How far the client has got with a pending application. Contracts without such words show it as pending. */
typedef enum ApplicationStage { STAGE_NEW, STAGE_REVIEWING, STAGE_SHORTLISTED } ApplicationStage;
enum {
    APPLICATION_MESSAGE_MAX = 5000, /* code points */
    APPLICATION_TIMELINE_MAX = 200,
    APPLICATION_ITEMS_MAX = 20,
    APPLICATION_ITEM_MAX = 500,
    APPLICATIONS_AT_ONCE = 32       /* rejected in one transaction, which has memory for some longest ones only */
};

typedef struct Application {
    int64_t id;
    int64_t gig, client, doer;
    Str message;
    int64_t amount; /* counter-offer, 0 = none */
    int32_t status;
    int64_t created_ms, updated_ms;
    Str timeline;        /* how long the doer will take, in words */
    List portfolio;      /* STRS: addresses or words */
    List ai_tools;       /* STRS */
    int32_t stage;       /* ApplicationStage, of pending ones */
} Application;
extern const Record APPLICATION;
extern const Index *const APPLICATION_BY_GIG;  /* gig, status; counted both */
extern const Index *const APPLICATION_BY_DOER; /* doer, status; counted both */
extern const Index *const APPLICATION_BY_PARTY; /* client and doer; counted */
extern const Index *const APPLICATION_BY_PAIR; /* unique: gig, doer, where not withdrawn */

typedef struct ApplyIn {
    int64_t gig;
    Str message;
    int64_t amount; /* 0 = the gig's budget */
    Str timeline;
    List portfolio, ai_tools;
    bool wordless; /* the message may be empty */
} ApplyIn;
/* ApplyIn -> Application. E_FORBIDDEN for one's own gig or when blocked, E_STATE unless the gig is open, E_CONFLICT when applied
 * already. */
OpFn application_apply;

typedef struct GigApplicationsIn {
    int64_t gig;
    PageIn page;
    int32_t status; /* 0 = all */
} GigApplicationsIn;
/* GigApplicationsIn -> PageOut of Application, newest first. The gig's client. */
OpFn application_list;
typedef struct MyApplicationsIn {
    PageIn page;
    int32_t status;
} MyApplicationsIn;
/* MyApplicationsIn -> PageOut of Application: the caller's. */
OpFn application_mine;
/* PageIn -> PageOut of Application: those the caller made and those made to the caller's gigs, newest first. */
OpFn application_all;
/* IdIn -> Application. Its doer and the gig's client; others E_FORBIDDEN. */
OpFn application_get;
/* IdIn -> Application. The client rejects / the doer withdraws a pending one. */
OpFn application_reject;
OpFn application_withdraw;
typedef struct StageIn {
    int64_t id;
    int32_t stage; /* ApplicationStage */
} StageIn;
/* StageIn -> Application. The client notes how far he has got with a pending one; a rejected one is pending again, while the gig
 * is open. */
OpFn application_set_stage;

/* ---- for the order's code ---- */

/* The application is accepted now (checked by the caller); event and notification. */
Err application_accepted(Call *c, Application *a);
/* An accepted application's order went away before work started: it is pending again. */
Err application_reopen(Call *c, int64_t application);
/* Work on the gig starts, or the gig goes away: all other pending applications are rejected. The first APPLICATIONS_AT_ONCE of
 * them here, the others by applications_answer; the gig has GIG_ANSWERING until then. */
Err application_reject_others(Call *c, int64_t gig, int64_t except);
/* Rejects up to `max` applications that application_reject_others left. By a job. */
Err applications_answer(Call *c, size_t max, size_t *done);

#endif
