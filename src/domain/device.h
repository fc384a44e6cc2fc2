/* device.h - where push messages go: one row per app installation or browser. */
#ifndef DOMAIN_DEVICE_H
#define DOMAIN_DEVICE_H

#include "domain/domain.h"

/* Permanent numbers. */
typedef enum Platform { PLATFORM_ANDROID = 1, PLATFORM_IOS, PLATFORM_WEB } Platform;
enum { DEVICE_TOKEN_MAX = 4096, DEVICES_MAX = 20 /* of one user; the oldest gives way */ };

typedef struct Device {
    int64_t id;
    int64_t user;
    Str token;
    int32_t platform;
    int64_t created_ms, seen_ms;
} Device;
extern const Record DEVICE;
extern const Index *const DEVICE_BY_USER;  /* user; counted */
extern const Index *const DEVICE_BY_TOKEN; /* unique */

typedef struct DeviceIn {
    Str token;
    int32_t platform;
} DeviceIn;
/* DeviceIn -> Device. A token that another account had moves to the caller: the phone changed hands. */
OpFn device_add;
/* IdIn -> nothing. The caller's own; others E_MISSING. */
OpFn device_delete;
/* Forgets all devices of a user. */
Err devices_delete_all(Call *c, int64_t user);
/* nothing -> PageOut of Device. */
OpFn device_list;

#endif
