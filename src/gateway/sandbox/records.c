#include "gateway/sandbox/internal.h"

static bool has_key(const void *row) { return ((const Thing *)row)->key.n != 0; }
static bool has_parent(const void *row) { return ((const Thing *)row)->parent.n != 0; }
static bool unsettled(const void *row) { return ((const Thing *)row)->settle_ms != 0; }
static bool has_user(const void *row) { return ((const SandboxMessage *)row)->user != 0; }
static bool has_subscription(const void *row) { return ((const StripeRow *)row)->subscription.n != 0; }
static bool has_customer(const void *row) { return ((const StripeRow *)row)->customer.n != 0; }
static bool is_due(const void *row) { return ((const SandboxEvent *)row)->due_ms != 0; }

static const Field thing_fields[] = {
    FIELD(1, Thing, type, F_I32, "ThingType"),
    FIELD(2, Thing, name, F_STR, "the provider's id"),
    FIELD(3, Thing, parent, F_STR, "name of what it belongs to"),
    FIELD(4, Thing, key, F_STR, "idempotency key"),
    FIELD(5, Thing, amount, F_I64, "minor units"),
    FIELD(6, Thing, settled, F_I64, "paid or refunded of it"),
    FIELD(7, Thing, currency, F_STR, "ISO 4217"),
    FIELD(8, Thing, status, F_STR, "Razorpay's word"),
    FIELD(9, Thing, holder, F_STR, "name of a person"),
    FIELD(10, Thing, account, F_STR, "bank account number"),
    FIELD(11, Thing, ifsc, F_STR, "bank branch"),
    FIELD(12, Thing, reference, F_STR, "the caller's reference"),
    FIELD(13, Thing, method, F_STR, "method, mode or kind"),
    FIELD(14, Thing, note, F_STR, "narration"),
    FIELD(15, Thing, error, F_STR, "why it failed"),
    FIELD(16, Thing, attempts, F_I32, "payments tried"),
    FIELD(17, Thing, created_ms, F_I64, "when made"),
    FIELD(18, Thing, settle_ms, F_I64, "when its fate is decided"),
};
static const Index thing_indexes[] = {
    {.id = 220, .kind = IX_UNIQUE, .part_count = 1, .name = "sandbox_name", .doc = "by the provider's id", .parts = {{.tag = 2}}},
    {.id = 221,
     .kind = IX_UNIQUE,
     .part_count = 2,
     .name = "sandbox_key",
     .doc = "idempotency",
     .parts = {{.tag = 1}, {.tag = 4}},
     .when = has_key},
    {.id = 222,
     .kind = IX_ORDERED,
     .part_count = 2,
     .name = "sandbox_parent",
     .doc = "payments of an order",
     .parts = {{.tag = 3}, {.tag = 1}},
     .when = has_parent},
    {.id = 223,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "sandbox_settle",
     .doc = "what is decided next",
     .parts = {{.tag = 18}},
     .when = unsettled},
};
const Record SANDBOX_THING = {.kind = 80,
                              .size = sizeof(Thing),
                              .name = "sandbox_thing",
                              .doc = "an entity of the simulated payment provider",
                              .fields = thing_fields,
                              .field_count = COUNT(thing_fields),
                              .indexes = thing_indexes,
                              .index_count = COUNT(thing_indexes)};
const Index *const THING_BY_NAME = &thing_indexes[0];
const Index *const THING_BY_KEY = &thing_indexes[1];
const Index *const THING_BY_PARENT = &thing_indexes[2];
const Index *const THING_BY_SETTLE = &thing_indexes[3];

static const Field message_fields[] = {
    FIELD(1, SandboxMessage, channel, F_I32, "Channel"),
    FIELD(2, SandboxMessage, user, F_I64, "user a push is for"),
    FIELD(3, SandboxMessage, to, F_STR, "phone or e-mail"),
    FIELD(4, SandboxMessage, subject, F_STR, "subject or title"),
    FIELD(5, SandboxMessage, body, F_STR, "text"),
    FIELD(6, SandboxMessage, code, F_STR, "one-time code it carries"),
    FIELD(7, SandboxMessage, at_ms, F_I64, "when it was taken"),
};
static const Index message_indexes[] = {
    {.id = 224, .kind = IX_ORDERED, .part_count = 1, .name = "sandbox_to", .doc = "by address", .parts = {{.tag = 3}}},
    {.id = 225,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "sandbox_user",
     .doc = "by user",
     .parts = {{.tag = 2}},
     .when = has_user},
    {.id = 228, .kind = IX_ORDERED, .part_count = 1, .name = "sandbox_at", .doc = "by time", .parts = {{.tag = 7}}},
};
const Record SANDBOX_MESSAGE = {.kind = 81,
                                .size = sizeof(SandboxMessage),
                                .name = "sandbox_message",
                                .doc = "a message that a simulated provider took",
                                .fields = message_fields,
                                .field_count = COUNT(message_fields),
                                .indexes = message_indexes,
                                .index_count = COUNT(message_indexes)};
const Index *const SANDBOX_MESSAGE_BY_TO = &message_indexes[0];
const Index *const SANDBOX_MESSAGE_BY_USER = &message_indexes[1];
const Index *const SANDBOX_MESSAGE_BY_AT = &message_indexes[2];

static const Field event_fields[] = {
    FIELD(1, SandboxEvent, name, F_STR, "the event's id"),
    FIELD(2, SandboxEvent, subject, F_STR, "what it is about"),
    FIELD(3, SandboxEvent, body, F_STR, "as it is signed and sent"),
    FIELD(4, SandboxEvent, attempts, F_I32, "deliveries tried"),
    FIELD(5, SandboxEvent, due_ms, F_I64, "next delivery"),
    FIELD(6, SandboxEvent, stripe, F_BOOL, "Stripe's, not Razorpay's"),
};
static const Index event_indexes[] = {
    {.id = 226,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "sandbox_subject",
     .doc = "events of a thing",
     .parts = {{.tag = 2}}},
    {.id = 227,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "sandbox_due",
     .doc = "what to deliver next",
     .parts = {{.tag = 5}},
     .when = is_due},
};
const Record SANDBOX_EVENT = {.kind = 82,
                              .size = sizeof(SandboxEvent),
                              .name = "sandbox_event",
                              .doc = "a webhook of the simulated payment provider",
                              .fields = event_fields,
                              .field_count = COUNT(event_fields),
                              .indexes = event_indexes,
                              .index_count = COUNT(event_indexes)};
const Index *const SANDBOX_EVENT_BY_SUBJECT = &event_indexes[0];
const Index *const SANDBOX_EVENT_BY_DUE = &event_indexes[1];

static const Field stripe_fields[] = {
    FIELD(1, StripeRow, name, F_STR, "the checkout session's id"),
    FIELD(2, StripeRow, customer, F_STR, "the customer's id"),
    FIELD(3, StripeRow, subscription, F_STR, "the subscription's id"),
    FIELD(4, StripeRow, status, F_STR, "Stripe's word"),
    FIELD(5, StripeRow, user, F_STR, "the caller's reference"),
    FIELD(6, StripeRow, email, F_STR, "the payer's address"),
    FIELD(7, StripeRow, price, F_STR, "the price's id"),
    FIELD(8, StripeRow, success, F_STR, "where to go when paid"),
    FIELD(9, StripeRow, cancel, F_STR, "where to go otherwise"),
    FIELD(10, StripeRow, url, F_STR, "the checkout page"),
    FIELD(11, StripeRow, ends, F_BOOL, "ends with the period"),
    FIELD(12, StripeRow, began_s, F_I64, "begin of the subscription"),
    FIELD(13, StripeRow, start_s, F_I64, "begin of the period"),
    FIELD(14, StripeRow, end_s, F_I64, "its end"),
    FIELD(15, StripeRow, created_ms, F_I64, "when made"),
};
static const Index stripe_indexes[] = {
    {.id = 229, .kind = IX_UNIQUE, .part_count = 1, .name = "stripe_name", .doc = "by checkout", .parts = {{.tag = 1}}},
    {.id = 230,
     .kind = IX_UNIQUE,
     .part_count = 1,
     .name = "stripe_subscription",
     .doc = "by subscription",
     .parts = {{.tag = 3}},
     .when = has_subscription},
    {.id = 231,
     .kind = IX_ORDERED,
     .part_count = 1,
     .name = "stripe_customer",
     .doc = "by customer",
     .parts = {{.tag = 2}},
     .when = has_customer},
};
const Record SANDBOX_STRIPE = {.kind = 83,
                               .size = sizeof(StripeRow),
                               .name = "sandbox_stripe",
                               .doc = "a checkout of the simulated Stripe",
                               .fields = stripe_fields,
                               .field_count = COUNT(stripe_fields),
                               .indexes = stripe_indexes,
                               .index_count = COUNT(stripe_indexes)};
const Index *const STRIPE_ROW_BY_NAME = &stripe_indexes[0];
const Index *const STRIPE_ROW_BY_SUBSCRIPTION = &stripe_indexes[1];
const Index *const STRIPE_ROW_BY_CUSTOMER = &stripe_indexes[2];

Err insert_bounded(Tx *tx, const Record *r, void *row, int64_t keep) {
    Err e = rec_insert(tx, r, row);
    int64_t id = *(const int64_t *)row;
    if (e || id <= keep)
        return e;
    e = rec_delete(tx, r, id - keep);
    return e == E_MISSING ? OK : e;
}
