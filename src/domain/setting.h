/* setting.h - settings that admins changed at run time: kept in the data file under their keys, as text. What a key means and may
 * hold is known to app/settings.h. */
#ifndef DOMAIN_SETTING_H
#define DOMAIN_SETTING_H

#include "domain/domain.h"

enum { SETTINGS_AT_ONCE = 64 };

typedef struct SettingChange {
    Str key;
    Str value;
    bool clear; /* back to what it was without the admin */
    Str before; /* for the audit log */
} SettingChange;

/* Keeps `n` changes that the caller has checked. Admins. Audited, one entry each. */
Err settings_keep(Call *c, const SettingChange *rows, size_t n);
/* What an admin set. E_MISSING: nothing. */
Err setting_kept(Tx *tx, Str key, Str *value);

#endif
