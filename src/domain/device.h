/* device.h - where push messages go: one row per app installation or browser. */
#ifndef DOMAIN_DEVICE_H
#define DOMAIN_DEVICE_H

#include "domain/domain.h"

/* Permanent numbers. */
typedef enum Platform { PLATFORM_ANDROID = 1, PLATFORM_IOS, PLATFORM_WEB } Platform;
enum {
    DEVICE_TOKEN_MAX = 4096,
    DEVICES_MAX = 20, /* of one user; the oldest gives way */
    DEVICE_KEY_BYTES = 65,
    DEVICE_AUTH_BYTES = 16
};

typedef struct Device {
    int64_t id;
    int64_t user;
    Str token;
    int32_t platform;
    int64_t created_ms, seen_ms;
    Str p256dh,
        auth; /* of a browser's own subscription (RFC 8291): public key and secret, as bytes; then token is its endpoint */
} Device;
extern const Record DEVICE;
extern const Index *const DEVICE_BY_USER;  /* user; counted */
extern const Index *const DEVICE_BY_TOKEN; /* unique */

typedef struct DeviceIn {
    Str token;
    int32_t platform;
    Str p256dh, auth; /* both or none */
} DeviceIn;
/* DeviceIn -> Device. A token that another account had moves to the caller: the phone changed hands. E_INVALID: fields token,
 * p256dh, auth; an endpoint must be at a push service that the box knows, since the box sends to it. */
OpFn device_add;
typedef struct DeviceGoneIn {
    int64_t id;
    Str token;
} DeviceGoneIn;
/* DeviceGoneIn -> nothing, by the system: the push service says that this token is dead. */
OpFn device_gone;

#define PUSH_SANDBOX_ORIGIN "https://push.sandbox.invalid"
/* Is the endpoint at a push service of cfg? *origin is its scheme and host, a view into it. */
bool push_origin_known(const DomainConfig *cfg, Str endpoint, Str *origin);
/* IdIn -> nothing. The caller's own; others E_MISSING. */
OpFn device_delete;
/* Forgets all devices of a user. */
Err devices_delete_all(Call *c, int64_t user);
/* nothing -> PageOut of Device. */
OpFn device_list;

#endif
