/* What leaves the box, and what it offers: the outbox, the categories. */
#include "contract/campus/admin.h"
#include "domain/category.h"
#include "domain/outbox.h"
#include "domain/user.h"

/* ---- the outbox: where to, how far, never what ---- */

WORDS(admin_channel_words, "OutboxChannel", WORD(OUT_SMS, "sms"), WORD(OUT_EMAIL, "email"), WORD(OUT_PUSH, "push"),
      WORD(OUT_PAYOUT, "payout"), WORD(OUT_REFUND, "refund"), WORD(OUT_PENNY, "bank_check"));

/* A device's token is a secret of its owner. */
static bool outbox_to(Render *r, const void *row, Value *out) {
    (void)r;
    const Outbox *o = row;
    out->s = o->to;
    return o->to.n && o->kind != OUT_PUSH;
}
/* Texts may hold codes; only the subject of what carries none is told. */
static bool outbox_subject(Render *r, const void *row, Value *out) {
    (void)r;
    const Outbox *o = row;
    out->s = o->subject;
    return o->subject.n && !o->code.n;
}
static bool outbox_code(Render *r, const void *row, Value *out) {
    (void)r;
    const Outbox *o = row;
    /* One that was sent has been blanked, body and all. */
    out->b = o->code.n || (o->kind <= OUT_EMAIL && !o->body.n);
    return true;
}
VIEW(admin_outbox_view, Outbox, "OutboxRow", "Something that leaves the box. Its text is not shown.",
     SHOW_ID("id", Outbox, id, &OUTBOX, "Its id."),
     SHOW("channel", W_WORD, Outbox, kind, "By what.", .words = &admin_channel_words),
     SHOW("status", W_WORD, Outbox, state, "dead: out of time or refused for good.", .words = &admin_outbox_state_words),
     SHOW_ID("userId", Outbox, user, &USER, "Whom it concerns.", .empty = EMPTY_NULL),
     SHOW_GET("to", W_STR, outbox_to, "Phone number or e-mail address.", .optional = true),
     SHOW_GET("subject", W_STR, outbox_subject, "What it is about; null for codes.", .optional = true),
     SHOW_GET("carriesCode", W_BOOL, outbox_code, "It carries a one-time code."),
     SHOW("amount", W_MONEY, Outbox, amount, "Of payouts and refunds.", .empty = EMPTY_OMIT),
     SHOW("attempts", W_INT, Outbox, attempts, "Tries so far."),
     SHOW("lastError", W_STR, Outbox, last_error, "Why the last one failed.", .empty = EMPTY_NULL),
     SHOW("providerId", W_STR, Outbox, provider_id, "The provider's id of it.", .empty = EMPTY_NULL),
     SHOW("createdAt", W_TIME, Outbox, created_ms, "When it was queued."), SHOW("dueAt", W_TIME, Outbox, due_ms, "The next try."),
     SHOW("settledAt", W_TIME, Outbox, sent_ms, "When it was settled.", .empty = EMPTY_NULL));

INPUTS(admin_outbox_in, OutboxListIn,
       INPUT("status", IN_QUERY, W_WORD, OutboxListIn, state, NO_HAS, "waiting and dead when it is not said.",
             .words = &admin_outbox_state_words),
       INPUT("channel", IN_QUERY, W_WORD, OutboxListIn, kind, NO_HAS, "Only by this.", .words = &admin_channel_words),
       INPUT("to", IN_QUERY, W_STR, OutboxListIn, to, NO_HAS, "Only to this address; status and channel do not matter then.",
             .flags = IN_TRIM, .max = 254),
       INPUT_PAGE(OutboxListIn, page));
INPUTS(admin_outbox_id_in, IdIn, INPUT_ID("id", IdIn, id, &OUTBOX, "Which row."));

static const Route campus_admin_messages_routes[] = {
    {ADMIN_READ(ADMIN, "/api/admin/outbox", outbox_list, &admin_outbox_in, &admin_outbox_view), .shape = SHAPE_LIST,
     .plural = "rows", .summary = "What waits to be sent, and what could not be.",
     .doc = "status=dead is the dead-letter list. Texts, codes and device tokens are never shown."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/outbox/{id}/retry", outbox_retry, &admin_outbox_id_in, &admin_outbox_view),
     .errors = ERR(E_STATE), .summary = "Try a message now.",
     .doc = "SMS, e-mail, push. Payouts and refunds have paths of their own."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/outbox/{id}/drop", outbox_drop, &admin_outbox_id_in, &admin_outbox_view),
     .errors = ERR(E_STATE), .summary = "Do not send a message."},
};
SECTION(campus_admin_messages, "Admin: outbox", "What leaves the box.");

/* ---- categories ---- */

VIEW(admin_category_view, CategoryUse, "AdminCategory", "A category of the registry.",
     SHOW("slug", W_STR, CategoryUse, category.slug, "What listings name."),
     SHOW("name", W_STR, CategoryUse, category.name, "For people."),
     SHOW("aliases", W_STRS, CategoryUse, category.aliases, "Taken for it too."),
     SHOW("hidden", W_BOOL, CategoryUse, category.hidden, "Not offered for something new."),
     SHOW("gigsCount", W_INT, CategoryUse, gigs, "Gigs in it."),
     SHOW("servicesCount", W_INT, CategoryUse, services, "Services in it."));
VIEW(admin_categories_view, PageOut, "AdminCategories", "The registry.", SHOW_ITEMS_AS("categories"));

#define CATEGORY_INPUTS(required_)                                                                                            \
    INPUT("slug", IN_BODY, W_STR, CategoryEdit, slug, CATEGORY_SET_SLUG, "a-z, 0-9 and '-'.", .flags = (required_) | IN_TRIM, \
          .min = 1, .max = CATEGORY_SLUG_MAX),                                                                                \
        INPUT("name", IN_BODY, W_STR, CategoryEdit, name, CATEGORY_SET_NAME, "For people.", .flags = (required_) | IN_TRIM,   \
              .min = 1, .max = CATEGORY_NAME_MAX),                                                                            \
        INPUT("aliases", IN_BODY, W_STRS, CategoryEdit, aliases, CATEGORY_SET_ALIASES, "Other names that are taken for it.",  \
              .flags = IN_TRIM, .max = CATEGORY_ALIASES_MAX),                                                                 \
        INPUT("hidden", IN_BODY, W_BOOL, CategoryEdit, hidden, CATEGORY_SET_HIDDEN, "Do not offer it for something new.")
#define WHICH_CATEGORY           \
    {.name = "slug",             \
     .where = IN_PATH,           \
     .type = W_STR,              \
     IN_AT(CategoryEdit, which), \
     .has = NO_HAS,              \
     .flags = IN_REQUIRED,       \
     .max = 100,                 \
     .doc = "Which category."}
INPUTS(admin_category_add_in, CategoryEdit, CATEGORY_INPUTS(IN_REQUIRED));
INPUTS(admin_category_edit_in, CategoryEdit, WHICH_CATEGORY, CATEGORY_INPUTS(0));
INPUTS(admin_category_in, CategoryEdit, WHICH_CATEGORY);

static const Route campus_admin_box_routes[] = {
    {ADMIN_READ(MODERATOR, "/api/admin/categories", category_list_all, NULL, &admin_category_view),
     .envelope = &admin_categories_view, .shape = SHAPE_LIST, .summary = "The categories with what is in them, hidden ones too."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/categories", category_add, &admin_category_add_in, &admin_category_view), .status = 201,
     .errors = ERR(E_CONFLICT) | ERR(E_LIMIT), .summary = "Add a category."},
    {ADMIN_ACT(ADMIN, "PATCH", "/api/admin/categories/{slug}", category_update, &admin_category_edit_in, &admin_category_view),
     .errors = ERR(E_CONFLICT) | ERR(E_STATE) | ERR(E_MISSING), .summary = "Change a category."},
    {ADMIN_ACT(ADMIN, "DELETE", "/api/admin/categories/{slug}", category_delete, &admin_category_in, &campus_done_view),
     .errors = ERR(E_STATE) | ERR(E_MISSING), .summary = "Delete a category that nothing is in."},
};
SECTION(campus_admin_box, "Admin: categories", "What listings are filed under.");
