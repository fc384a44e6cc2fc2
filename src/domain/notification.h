/* notification.h - what a person was told (notify.h tells). Other people's do not exist: E_MISSING. */
#ifndef DOMAIN_NOTIFICATION_H
#define DOMAIN_NOTIFICATION_H

#include "domain/notify.h"

typedef struct Notification {
    int64_t id;
    int64_t user;
    int32_t type; /* NotificationType */
    Str title, body;
    int64_t gig, order, application, conversation, call, actor;
    int64_t created_ms, read_ms;
    /* What was put into the body, for those who say it in another language. */
    Str subject, detail;
    int64_t amount;
} Notification;
extern const Record NOTIFICATION;
extern const Index *const NOTIFICATION_BY_USER; /* user; counted */
extern const Index *const NOTIFICATION_UNREAD;  /* user, where not read; counted */

/* The type's slug on all wires ("new_application"). Static; {NULL,0} for an unknown number. */
Str notification_slug(int32_t type);
/* The number of a slug, 0 when there is none. */
int32_t notification_type(Str slug);

typedef struct NotificationListIn {
    PageIn page;
    bool unread_only;
} NotificationListIn;
/* NotificationListIn -> PageOut of Notification, newest first. */
OpFn notification_list;
/* IdIn -> Notification. */
OpFn notification_read;
typedef struct NotificationsRead {
    int64_t count;
} NotificationsRead;
/* nothing -> NotificationsRead. */
OpFn notification_read_all;
/* nothing -> NotificationsRead: how many are unread. */
OpFn notification_unread;

#endif
