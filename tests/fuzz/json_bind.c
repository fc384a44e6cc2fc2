/* A request's body (JSON, form, multipart: by the first byte) and query through the binder into a struct, and that struct through
 * the renderer. Never a crash or an E_INTERNAL; what was bound keeps its rows' rules; what is rendered is JSON. */
#include "../unit/contract_kit.h"

#include <stdlib.h>

static const char *type;
static Str type_header(const Request *req, const char *name) {
    (void)req;
    return str_eq_nocase(str_c0(name), S("Content-Type")) ? str_c0(type) : (Str){NULL, 0};
}

static bool text_fine(Str s) { return str_utf8_valid(s) && !(s.n && memchr(s.p, 0, s.n)); }

static void check_note(Exchange *x, const NoteIn *in) {
    if (!text_fine(in->title) || str_utf8_len(in->title) < 3 || str_utf8_len(in->title) > 20 || !text_fine(in->body) ||
        in->tags.count > 3)
        abort();
    if (((in->has >> HAS_PRICE) & 1) != (in->price != 0) || in->price < 0 || in->price > 100000)
        abort();
    if (in->degrees < -90000000 || in->degrees > 90000000 || in->small % 2 || (in->flags & ~7) || in->colour < 0 ||
        in->colour > 4)
        abort();
    Note note = {.id = 1,
                 .owner = 5,
                 .price = in->price,
                 .at = in->at,
                 .title = in->title,
                 .body = in->body,
                 .colour = in->colour,
                 .flags = in->flags,
                 .degrees = in->degrees,
                 .pinned = in->pinned,
                 .tags = in->tags,
                 .parts = in->parts};
    Call c = {.arena = x->arena, .cfg = &toy_config};
    Buf out = buf_arena(x->arena, 1 << 22);
    Render r;
    const Json *root;
    engine_render_init(x->engine, x->contract, &c, &out, &r);
    render_view(&r, &note_view, &note);
    if (out.err || json_parse(x->arena, buf_str(&out), &root, NULL) || json_type(root) != JSON_OBJECT ||
        !str_eq(json_str(json_get(root, S("title"))), in->title))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
                                        "multipart/form-data; boundary=B", ""};
    static Engine *engine;
    Err e;
    if (!engine) {
        EngineConfig cfg = {.contracts = toy_contracts,
                            .contract_count = 2,
                            .domain = toy_domain,
                            .session = toy_session,
                            .kind_user = KIND_USER,
                            .kind_session = KIND_SESSION};
        engine = engine_start(&cfg, &e);
        if (!engine)
            abort();
    }
    if (!size)
        return 0;
    Arena a;
    arena_init(&a, 16 << 20);
    type = types[data[0] % COUNT(types)];
    Request req = {.method = S("POST"),
                   .path = S("/"),
                   .query = str_of(data + 1, size - 1),
                   .body = str_of(data + 1, size - 1),
                   .arena = &a,
                   .header = type_header};
    static const size_t routes[] = {1, 0}; /* posting, listing */
    for (size_t i = 0; i < COUNT(routes) + 1; i++) {
        bool positional = i == COUNT(routes);
        Exchange x = {.engine = engine,
                      .contract = positional ? &other : &toy,
                      .route = positional ? &other_section_routes[2] : &toy_section_routes[routes[i]],
                      .req = &req,
                      .arena = &a,
                      .cfg = &toy_config};
        e = body_parse(&x);
        if (!e)
            e = bind_input(&x);
        if (e && e != E_INVALID && e != E_SYNTAX && e != E_TOO_LARGE && e != E_MEDIA)
            abort();
        if (e == E_INVALID && !x.diag.count && !x.diag.message.n)
            abort();
        for (size_t k = 0; k < x.diag.count; k++)
            if (!str_utf8_valid(x.diag.fields[k].name) || !x.diag.fields[k].message.n)
                abort();
        if (!e && i != 1)
            check_note(&x, x.in);
    }
    arena_free(&a);
    return 0;
}
