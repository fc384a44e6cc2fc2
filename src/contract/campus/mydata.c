/* Everything about oneself as an archive; and leaving. */
#include <stdlib.h>

#include "codec/tar.h"
#include "contract/campus/campus.h"
#include "crypto/password.h"
#include "domain/agreement.h"
#include "domain/application.h"
#include "domain/bank.h"
#include "domain/conversation.h"
#include "domain/device.h"
#include "domain/erase.h"
#include "domain/file.h"
#include "domain/gig.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/payment_request.h"
#include "domain/preference.h"
#include "domain/profile.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/row.h"
#include "domain/saved.h"
#include "domain/saved_search.h"
#include "domain/service.h"
#include "domain/subscription.h"
#include "domain/video_call.h"
#include "domain/wallet.h"
#include "domain/work.h"

/* ---- the parts of the archive ----
 *
 * One JSON file each, lists in files of EXPORT_ROWS things: so each is made in memory as a whole, and its size stands before it.
 */

enum { EXPORT_ROWS = 50, EXPORT_JSON_BYTES_MAX = 16 * 1024 * 1024, EXPORT_ARENA_BYTES = 32 * 1024 * 1024 };

typedef union PartIn {
    PageIn page;
    MyGigsIn gigs;
    MyApplicationsIn applications;
    OrderListIn orders;
    UserReviewsIn reviews;
    StateListIn withdrawals;
    NotificationListIn notifications;
} PartIn;
typedef union PartOut {
    PageOut page;
    User user;
    WalletBalance wallet;
    Subscription subscription;
    FreelancerOut freelancer;
    ClientOut client;
} PartOut;

typedef struct Topic {
    const char *name;
    OpFn *op;          /* the caller's own; or */
    const Index *const *ix; /* records under his id */
    bool list, paged;
    uint16_t page_at;  /* PageIn in the operation's input */
    const View *view;  /* or as it is stored: */
    const Record *record;
} Topic;

#define LIST(name_, op_, T, view_) \
    {.name = name_, .op = op_, .list = true, .paged = true, .page_at = offsetof(T, page), .view = &(view_)}
/* Drafts too. */
static Err gigs_all_mine(Call *c, const void *in, void *out) {
    MyGigsIn all = *(const MyGigsIn *)in;
    all.unlisted = true;
    return gig_mine(c, &all, out);
}

static const Topic parts[] = {
    {.name = "profile", .op = user_me, .view = &campus_user_view},
    {.name = "freelancer-profile", .op = freelancer_mine, .record = &FREELANCER},
    {.name = "portfolio", .op = work_list, .list = true, .view = &campus_work_view},
    {.name = "client-profile", .op = client_mine, .record = &CLIENT},
    LIST("gigs", gigs_all_mine, MyGigsIn, campus_gig_view),
    {.name = "services", .op = service_mine, .list = true, .paged = true, .view = &campus_service_view},
    LIST("applications", application_mine, MyApplicationsIn, campus_application_view),
    LIST("orders", order_list, OrderListIn, campus_order_view),
    {.name = "contracts", .ix = &AGREEMENT_BY_PARTY, .list = true, .paged = true, .record = &AGREEMENT},
    {.name = "payment-requests", .ix = &REQUEST_BY_PARTY, .list = true, .paged = true, .record = &PAYMENT_REQUEST},
    {.name = "reviews-received",
     .op = user_reviews,
     .list = true,
     .paged = true,
     .page_at = offsetof(UserReviewsIn, page),
     .view = &campus_review_view},
    {.name = "reviews-written", .op = reviews_written, .list = true, .paged = true, .view = &campus_review_view},
    {.name = "wallet", .op = wallet_balance, .view = &campus_balance_view},
    {.name = "wallet-transactions", .op = wallet_transactions, .list = true, .paged = true, .view = &campus_transaction_view},
    LIST("withdrawals", withdrawal_list, StateListIn, campus_withdrawal_view),
    {.name = "bank-accounts", .op = bank_list, .list = true, .view = &campus_bank_view},
    {.name = "subscription", .op = subscription_get, .record = &SUBSCRIPTION},
    LIST("notifications", notification_list, NotificationListIn, campus_notification_view),
    {.name = "notification-preferences", .op = preference_list, .list = true, .view = &campus_preference_view},
    {.name = "devices", .op = device_list, .list = true, .view = &campus_device_view},
    {.name = "saved-searches", .op = saved_search_list, .list = true, .paged = true, .view = &campus_saved_search_view},
    {.name = "saved-gigs", .op = gig_saved, .list = true, .paged = true, .view = &campus_gig_view},
    {.name = "video-calls", .ix = &VIDEO_CALL_BY_USER, .list = true, .paged = true, .record = &VIDEO_CALL},
    {.name = "blocked-people", .op = block_list, .list = true, .paged = true, .view = &campus_block_view},
    {.name = "files", .op = file_mine, .list = true, .paged = true, .view = &campus_upload_view},
};

/* ---- a record as it is stored, by its table ---- */

static void dump(Buf *b, const Record *r, const void *row, unsigned depth);

static void dump_list(Buf *b, const Field *f, const List *l, unsigned depth) {
    ListIter it = list_iter(l);
    Str s;
    int64_t i;
    uint64_t mem[64]; /* a sub-record */
    bool first = true;
    buf_char(b, '[');
    for (;; first = false) {
        bool some = f->type == F_STRS   ? list_str(&it, &s)
                    : f->type == F_I64S ? list_i64(&it, &i)
                                        : f->sub->size <= sizeof mem && depth < RECORD_DEPTH_MAX && list_rec(&it, f->sub, mem);
        if (!some)
            break;
        if (!first)
            buf_char(b, ',');
        if (f->type == F_STRS)
            json_put_str(b, s);
        else if (f->type == F_I64S)
            buf_i64(b, i);
        else
            dump(b, f->sub, mem, depth + 1);
    }
    buf_char(b, ']');
}

static void dump(Buf *b, const Record *r, const void *row, unsigned depth) {
    buf_char(b, '{');
    if (r->kind) {
        buf_lit(b, "\"id\":");
        buf_i64(b, *(const int64_t *)row);
    }
    for (size_t i = 0; i < r->field_count; i++) {
        const Field *f = &r->fields[i];
        const char *at = (const char *)row + f->offset;
        buf_add(b, i || r->kind ? S(",") : S(""));
        json_put_str(b, str_c0(f->name));
        buf_char(b, ':');
        switch (f->type) {
        case F_I64: buf_i64(b, *(const int64_t *)(const void *)at); break;
        case F_I32: buf_i64(b, *(const int32_t *)(const void *)at); break;
        case F_BOOL: json_put_bool(b, *(const bool *)at); break;
        case F_STR: json_put_str(b, *(const Str *)(const void *)at); break;
        default: dump_list(b, f, (const List *)(const void *)at, depth);
        }
    }
    buf_char(b, '}');
}

/* ---- the archive, piece by piece; a transaction for each piece, none in between ---- */

typedef struct Export {
    Engine *engine;
    Token token;
    Arena arena;      /* of the piece */
    Buf piece;
    size_t given;     /* of it */
    size_t part;      /* the next one */
    int32_t page;
    int64_t talk;     /* how many conversations are done, archived ones behind the others */
    bool archived;
    int64_t file;     /* the next file has a smaller id; */
    BlobId blob;      /* of the one that is being given */
    int64_t left, offset, pad;
    bool over;
} Export;

static Err piece_json(Export *x, Call *c, Str name, void (*put)(Render *r, const void *what), const void *what) {
    Render r;
    Buf json = buf_arena(&x->arena, EXPORT_JSON_BYTES_MAX);
    engine_render_init(x->engine, x->token.contract, c, &json, &r);
    put(&r, what);
    buf_char(&json, '\n');
    if (json.err)
        return json.err;
    static const char zeros[TAR_BLOCK_BYTES];
    x->piece = buf_arena(&x->arena, EXPORT_JSON_BYTES_MAX + 4 * TAR_BLOCK_BYTES);
    tar_head(&x->piece, name, (int64_t)json.n, c->now_ms / MS_SECOND);
    buf_add(&x->piece, buf_str(&json));
    buf_add(&x->piece, str_of(zeros, tar_pad((int64_t)json.n)));
    return x->piece.err;
}

typedef struct Shown {
    const Topic *part;
    const PartOut *out;
} Shown;
static void put_part(Render *r, const void *what) {
    const Shown *s = what;
    const Topic *p = s->part;
    const PageOut *page = &s->out->page;
    if (!p->list && p->view) {
        render_view(r, p->view, s->out);
    } else if (!p->list) {
        dump(r->out, p->record, s->out, 0);
    } else if (p->view) {
        render_page(r, p->view, page, false);
    } else {
        buf_char(r->out, '[');
        for (size_t i = 0; i < page->count; i++) {
            buf_add(r->out, i ? S(",") : S(""));
            dump(r->out, p->record, (const char *)page->items + i * p->record->size, 0);
        }
        buf_char(r->out, ']');
    }
}

/* The next piece of this part; x->piece stays empty when there is none. */
static Err piece_of_part(Export *x, Call *c, const Topic *p) {
    PartIn in = {0};
    PartOut *out = arena_alloc(&x->arena, sizeof *out);
    PageIn page = {.page = ++x->page, .limit = EXPORT_ROWS};
    if (!out)
        return E_NOMEM;
    if (p->op == user_reviews)
        in.reviews.user = c->actor.user;
    if (p->paged)
        memcpy((char *)&in + p->page_at, &page, sizeof page);
    Key key = p->ix ? key1(*p->ix, c->actor.user) : (Key){.n = 0};
    Err e = p->op ? p->op(c, &in, out) : row_page(c, p->record, *p->ix, &key, page, &out->page);
    if (e == E_MISSING || e == E_FORBIDDEN)
        return OK; /* he has none */
    if (e || (!p->list && p->op == subscription_get && !out->subscription.id) ||
        (p->list && x->page > 1 && (int64_t)(x->page - 1) * EXPORT_ROWS >= out->page.total))
        return e;
    Str name = p->paged && (x->page > 1 || out->page.total > EXPORT_ROWS)
                   ? arena_printf(&x->arena, "%s-%04d.json", p->name, (int)x->page)
                   : arena_printf(&x->arena, "%s.json", p->name);
    Shown shown = {p, out};
    return piece_json(x, c, name, put_part, &shown);
}

typedef struct Talk {
    const ConversationRow *row;
    const PageOut *messages;
} Talk;
static void put_talk(Render *r, const void *what) {
    const Talk *t = what;
    buf_lit(r->out, "{\"conversation\":");
    render_view(r, &campus_conversation_view, t->row);
    buf_lit(r->out, ",\"messages\":");
    render_items(r, &campus_message_view, t->messages->items, t->messages->count);
    buf_char(r->out, '}');
}

/* The next page of the conversation at hand, or of the next one; nothing when all are done. */
static Err piece_of_talk(Export *x, Call *c) {
    for (;;) {
        ConversationListIn in = {.page = {.page = (int32_t)x->talk + 1, .limit = 1}, .archived = x->archived};
        PageOut list = {0}, messages = {0};
        Err e = conversation_list(c, &in, &list);
        if (e)
            return e;
        if (!list.count && x->archived)
            return OK;
        if (!list.count) {
            x->archived = true;
            x->talk = 0;
            continue;
        }
        const ConversationRow *row = list.items;
        MessagesIn of = {
            .conversation = row->c.id, .page = {.page = ++x->page, .limit = EXPORT_ROWS}, .order = MESSAGES_OLDEST_FIRST};
        e = conversation_messages(c, &of, &messages);
        if (e)
            return e;
        if (!messages.count && x->page > 1) {
            x->talk++;
            x->page = 0;
            continue;
        }
        Talk t = {row, &messages};
        return piece_json(x, c,
                          arena_printf(&x->arena, "conversations/%s%04d-%04d.json", x->archived ? "archived-" : "",
                                       (int)x->talk + 1, (int)x->page),
                          put_talk, &t);
    }
}

/* A file's name as every system takes it. The real one stands in files.json. */
static Str plain_name(Export *x, const File *f) {
    enum { NAME_BYTES_MAX = 50 };
    Str id = id_text(engine_ids(x->engine), &x->arena, ID_UUID, FILE_RECORD.kind, f->id), name = f->name;
    Buf b = buf_arena(&x->arena, TAR_NAME_BYTES_MAX);
    if (name.n > NAME_BYTES_MAX)
        name = str_from(name, name.n - NAME_BYTES_MAX); /* its ending says what it is */
    buf_lit(&b, "files/");
    buf_add(&b, id);
    buf_char(&b, '-');
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '-';
        buf_char(&b, plain ? ch : '_');
    }
    return buf_str(&b);
}

static Err piece_of_files(Export *x, Call *c) {
    Key key = key1(FILE_BY_OWNER, c->actor.user);
    Scan *scan;
    File f;
    bool some = false;
    /* Newest first; ids within one key ascend. */
    Err e = scan_open(c->tx, FILE_BY_OWNER, (ScanRange){.prefix = &key, .descending = true}, &scan);
    if (e)
        return e;
    while (!some && scan_next_rec(scan, &FILE_RECORD, &f))
        some = !x->file || f.id < x->file;
    scan_close(scan);
    if (!some) {
        x->over = true;
        x->piece = buf_arena(&x->arena, 4 * TAR_BLOCK_BYTES);
        tar_end(&x->piece);
        return x->piece.err;
    }
    if (f.blob.n != sizeof x->blob)
        return E_CORRUPT;
    memcpy(&x->blob, f.blob.p, sizeof x->blob);
    x->file = f.id;
    x->left = f.size_bytes;
    x->offset = 0;
    x->pad = (int64_t)tar_pad(f.size_bytes);
    x->piece = buf_arena(&x->arena, 4 * TAR_BLOCK_BYTES);
    tar_head(&x->piece, plain_name(x, &f), f.size_bytes, f.created_ms / MS_SECOND);
    return x->piece.err;
}

/* Makes the next piece; an ended session ends the archive unfinished. */
static Err advance(Export *x) {
    Tx *tx;
    Diag diag = {0};
    arena_reset(&x->arena);
    x->piece = (Buf){0};
    x->given = 0;
    Err e = store_read(engine_store(x->engine), &x->arena, &tx);
    if (e)
        return e;
    Call c = {.tx = tx, .arena = &x->arena, .diag = &diag, .now_ms = clock_now_ms(), .cfg = engine_domain(x->engine)};
    e = engine_actor(x->engine, &c, &x->token, &c.actor);
    while (!e && !x->piece.n && x->part < COUNT(parts)) {
        e = piece_of_part(x, &c, &parts[x->part]);
        if (!x->piece.n || !parts[x->part].paged) {
            x->part++;
            x->page = 0;
        }
    }
    if (!e && !x->piece.n && x->part == COUNT(parts)) {
        e = piece_of_talk(x, &c);
        if (!e && !x->piece.n)
            x->part++;
    }
    if (!e && !x->piece.n)
        e = piece_of_files(x, &c);
    store_read_end(tx);
    return e;
}

static Err content(Export *x, void *to, size_t cap, size_t *n) {
    Tx *tx;
    if (!x->left) {
        *n = (size_t)x->pad < cap ? (size_t)x->pad : cap;
        memset(to, 0, *n);
        x->pad -= (int64_t)*n;
        return OK;
    }
    arena_reset(&x->arena);
    Err e = store_read(engine_store(x->engine), &x->arena, &tx);
    if (e)
        return e;
    e = blob_read(tx, &x->blob, (uint64_t)x->offset, to, (size_t)(x->left < (int64_t)cap ? x->left : (int64_t)cap), n);
    store_read_end(tx);
    x->offset += (int64_t)*n;
    x->left -= (int64_t)*n;
    return e ? e : *n ? OK : E_MISSING; /* deleted meanwhile: what came so far is no archive */
}

static Err export_next(void *ctx, void *to, size_t cap, size_t *n) {
    Export *x = ctx;
    *n = 0;
    if (x->given == x->piece.n && (x->left || x->pad))
        return content(x, to, cap, n);
    if (x->given == x->piece.n && x->over)
        return OK;
    Err e = x->given == x->piece.n ? advance(x) : OK;
    if (e)
        return e;
    *n = x->piece.n - x->given < cap ? x->piece.n - x->given : cap;
    memcpy(to, x->piece.p + x->given, *n);
    x->given += *n;
    return OK;
}

static void export_done(void *ctx) {
    Export *x = ctx;
    arena_free(&x->arena);
    free(x);
}

static Err export(Exchange *x) {
    Export *all = calloc(1, sizeof *all);
    if (!all)
        return E_NOMEM;
    all->engine = x->engine;
    all->token = x->token;
    all->token.contract = x->contract; /* whatever contract the session is of, this is campus */
    arena_init(&all->arena, EXPORT_ARENA_BYTES);
    reply_header(x->reply, "Content-Disposition", S("attachment; filename=\"my-data.tar\""));
    x->reply->content_type = S("application/x-tar");
    x->reply->stream = export_next;
    x->reply->done = export_done;
    x->reply->stream_ctx = all;
    x->reply->length = -1;
    return OK;
}

/* ---- leaving ---- */

typedef struct LeaveIn {
    EraseIn erase; /* first */
    Str password;
} LeaveIn;
INPUTS(leave_in, LeaveIn,
       INPUT("otp", IN_BODY, W_STR, LeaveIn, erase.otp, NO_HAS,
             "The code of POST /api/users/me/confirm, or a sign-in code for one's phone number.",
             .flags = IN_TRIM | IN_LENIENT | IN_SECRET, .max = 16),
       INPUT("password", IN_BODY, W_STR, LeaveIn, password, NO_HAS, "Or the password.", .flags = IN_SECRET,
             .max = USER_PASSWORD_MAX));

static Err own_hash(Exchange *x, Call *c, void *arg) {
    User u;
    Err e = user_actor(c, &u);
    if (!e)
        *(Str *)arg = arena_str(x->arena, u.password);
    return e;
}

static Err leave_before(Exchange *x) {
    LeaveIn *in = x->in;
    Str hash = {NULL, 0};
    if (!in->password.n || in->erase.otp.n)
        return OK;
    Err e = exchange_read(x, own_hash, &hash);
    if (!e)
        e = password_verify(in->password, hash, NULL);
    in->erase.password_hash = hash;
    return e == E_UNAUTHORIZED && x->actor.user ? diag_fail(&x->diag, E_INVALID, "INVALID_PASSWORD", S("The password is wrong."))
                                                : e;
}

static Err left(Exchange *x, Call *c, void *out) {
    (void)c;
    if (((const EraseOut *)out)->refused)
        x->refused = diag_fail(&x->diag, E_INVALID, "INVALID_OTP", S("The code is wrong or no longer good."));
    else
        exchange_session_end(x);
    return OK;
}

VIEW(campus_confirm_view, SendOtpOut, "ConfirmSent", "A code is on its way.", SHOW_CONST("success", "true", "It was sent."),
     SHOW("expiresIn", W_INT, SendOtpOut, expires_in_s, "Seconds that the code is good for."));

static const Route campus_mydata_routes[] = {
    {.method = "GET",
     .path = "/api/users/me/export",
     .handler = export,
     .shape = SHAPE_RAW,
     .media = "application/x-tar",
     .access = ACCESS_SIGNED_IN,
     .rate = RATE_UPLOAD,
     .summary = "Everything about oneself, as a tar archive.",
     .doc = "JSON files by topic (lists in files of fifty), conversations, and the files one uploaded."},
    {.method = "POST",
     .path = "/api/users/me/confirm",
     .op = confirm_send,
     .view = &campus_confirm_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .rate = RATE_AUTH,
     .errors = ERR(E_STATE),
     .summary = "Have a code sent to oneself, to confirm leaving.",
     .doc = "To the phone number, else the e-mail address."},
    {.method = "DELETE",
     .path = "/api/users/me",
     .op = account_erase,
     .in = &leave_in,
     .before = leave_before,
     .after = left,
     .out_size = sizeof(EraseOut),
     .view = &campus_done_view,
     .shape = SHAPE_ONE,
     .writes = true,
     .access = ACCESS_SIGNED_IN,
     .rate = RATE_AUTH,
     .errors = ERR(E_STATE),
     .summary = "Delete one's account.",
     .doc =
         "Confirmed by a code or the password. Not while an order is open or money is in the wallet. Sessions end at once; name, "
         "contacts, profile and listings are gone; what others took part in stays, under the name of a deleted user."},
};
SECTION(campus_mydata, "My data", "Taking one's data along, and leaving.");
