/* Opening the data directory: record tables of all layers, the box's key, what every box starts with. */
#include <assert.h>
#include <stdio.h>
#include <sys/stat.h>

#include "app/box.h"
#include "base/rand.h"
#include "codec/money.h"
#include "domain/category.h"
#include "gateway/sms.h"

static const Str key_name = STR_INIT("box_key");

void box_domain_config(const Settings *s, const uint8_t key[32], DomainConfig *out) {
    const Currency *currency = currency_find(s->currency);
    *out = (DomainConfig){.name = s->name,
                          .currency = s->currency,
                          .currency_decimals = currency ? currency->decimals : 2,
                          .fee_bps = (int32_t)s->fee_bps,
                          .tz_minutes = (int32_t)s->timezone_minutes,
                          .boost_price_per_day = s->boost_price_per_day,
                          .files_bytes = s->files_bytes,
                          .otp_ttl_ms = s->otp_ttl_ms,
                          .otp_tries = (int32_t)s->otp_tries,
                          .access_ttl_ms = s->access_ttl_ms,
                          .refresh_ttl_ms = s->refresh_ttl_ms,
                          .campus_ttl_ms = s->campus_ttl_ms,
                          .order_lapse_ms = s->order_lapse_ms,
                          .auto_approve_ms = s->auto_approve_ms,
                          .auto_approve_warn_ms = s->auto_approve_warn_ms,
                          .auto_release_ms = s->auto_release_ms,
                          .review_hidden_ms = s->review_hidden_ms,
                          .free_posts_per_month = s->free_posts_per_month,
                          .withdraw_min = s->withdraw_min,
                          .payment_poll_ms = s->payment_poll_ms,
                          .push_origins = s->web_push_origins,
                          .sms_countries = s->sms_countries,
                          .sms_langs = sms_langs(s->sms_provider, s->sms_template_hi),
                          .push_sandbox = s->fcm_service_account.n == 0,
                          .sandbox = s->razorpay_key_id.n == 0};
    memcpy(out->box_key, key, sizeof out->box_key);
}

size_t box_records(const Record **out) {
    static const Record *const sandbox_records[] = {&SANDBOX_THING, &SANDBOX_MESSAGE, &SANDBOX_EVENT, &SANDBOX_STRIPE};
    assert(domain_record_count + COUNT(sandbox_records) <= BOX_RECORDS_MAX);
    memcpy(out, domain_records, domain_record_count * sizeof *out);
    memcpy(out + domain_record_count, sandbox_records, sizeof sandbox_records);
    return domain_record_count + COUNT(sandbox_records);
}

static Err first_start(Tx *tx, void *arg) {
    (void)arg;
    Str value;
    uint8_t key[32];
    Call c = {.tx = tx, .arena = tx_arena(tx), .now_ms = tx_now_ms(tx), .actor = {.rights = RIGHT_SYSTEM}};
    Err e = meta_get(tx, key_name, &value);
    if (e == E_MISSING) {
        rand_bytes(key, sizeof key);
        e = meta_put(tx, key_name, str_of(key, sizeof key));
    }
    return e ? e : category_seed(&c);
}

Err box_key(Store *s, Arena *a, uint8_t out[32]) {
    Tx *tx;
    Str value;
    Err e = store_read(s, a, &tx);
    if (e)
        return e;
    e = meta_get(tx, key_name, &value);
    if (e == OK && value.n != 32)
        e = E_CORRUPT;
    if (e == OK)
        memcpy(out, value.p, 32);
    store_read_end(tx);
    return e;
}

Store *box_store_open(Box *box, const char *dir, bool no_sync) {
    Str why = {0};
    Err e = OK;
    box->record_count = box_records(box->records);
    StoreConfig cfg = {.dir = dir,
                       .records = box->records,
                       .record_count = box->record_count,
                       .map_bytes = (uint64_t)box->settings.now.map_mib << 20,
                       .no_sync = no_sync,
                       .now_ms = clock_now_ms};
    mkdir(dir, 0700);
    Store *s = store_open(&cfg, &box->arena, &why, &e);
    if (s && (e = store_write(s, first_start, NULL)) != OK) {
        store_close(s);
        s = NULL;
        why = S("cannot write to the data file");
    }
    if (!s)
        fprintf(stderr, "gigbox: %s: %.*s (%s)\n", dir, STR_ARG(why), err_name(e));
    return s;
}
