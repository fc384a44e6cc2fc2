/* report.h - reports to the moderators, and people who do not want to hear from each other. */
#ifndef DOMAIN_REPORT_H
#define DOMAIN_REPORT_H

#include "domain/domain.h"

/* Permanent numbers. */
typedef enum ReportThing { REPORT_USER = 1, REPORT_GIG, REPORT_SERVICE, REPORT_MESSAGE, REPORT_REVIEW } ReportThing;
typedef enum ReportState { REPORT_OPEN = 1, REPORT_UPHELD, REPORT_DISMISSED } ReportState;
enum { REPORT_REASON_MAX = 2000 };

typedef struct Report {
    int64_t id;
    int64_t by;
    int32_t thing, state;
    int64_t subject;
    Str reason;
    int64_t created_ms, settled_ms, settled_by;
    Str note; /* of the moderator */
} Report;
typedef struct Block {
    int64_t id;
    int64_t by, user;
    int64_t created_ms;
} Block;
extern const Record REPORT, BLOCK;
extern const Index *const REPORT_BY_STATE; /* state; counted */
extern const Index *const REPORT_BY_THING; /* unique: by, thing, subject, where open */
extern const Index *const BLOCK_BY_PAIR;   /* unique: by, user */
extern const Index *const BLOCK_BY_USER;   /* by; counted */

typedef struct ReportIn {
    int32_t thing;
    int64_t subject;
    Str reason;
} ReportIn;
/* ReportIn -> Report. E_MISSING: no such thing. E_FORBIDDEN: a message of a conversation one takes no part in. E_CONFLICT:
 * reported already, and not settled yet. */
OpFn report_add;

typedef struct ReportListIn {
    PageIn page;
    int32_t state; /* 0 = open ones */
} ReportListIn;
/* ReportListIn -> PageOut of Report, newest first. Moderators. */
OpFn report_list;
/* IdIn -> Report. Moderators. */
OpFn report_look;
typedef struct ReportSettleIn {
    int64_t id;
    int32_t state; /* REPORT_UPHELD, REPORT_DISMISSED */
    Str note;
} ReportSettleIn;
/* ReportSettleIn -> Report: it was looked at; the reporter is told. What follows from it (a listing taken down, somebody
 * suspended) are acts of their own. E_STATE: settled already. Moderators, but not about themselves or by themselves. Audited. */
OpFn report_settle;

/* IdIn (user) -> Block: blocking is idempotent. E_INVALID oneself. */
OpFn block_add;
/* IdIn (user) -> nothing: idempotent. */
OpFn block_remove;
/* PageIn -> PageOut of Block: the caller's. */
OpFn block_list;

/* One of the two blocked the other. */
Err blocked_between(Call *c, int64_t a, int64_t b, bool *out);

#endif
