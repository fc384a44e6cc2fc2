#include "realtime/phoenix.h"

#include <pthread.h>
#include <stdlib.h>

#include "codec/json.h"
#include "domain/conversation.h"
#include "domain/user.h"
#include "realtime/phoenix_filter.h"
#include "realtime/phoenix_rows.h"
#include "realtime/session.h"

enum { BROADCAST_PUSH = 3, BROADCAST = 4, PUSH_HEAD_BYTES = 7, AS_BINARY = 0, AS_JSON = 1, SMALL_FRAME_BYTES = 16 * 1024 };

/* One subscription to changes. */
typedef struct Binding {
    int64_t id;
    int32_t tables, changes;
    char *filter; /* malloc'ed */
    size_t filter_n;
} Binding;

typedef struct Channel {
    char topic[PHOENIX_TOPIC_BYTES_MAX], join_ref[PHOENIX_REF_BYTES_MAX];
    size_t topic_n, join_ref_n;
    bool self, ack;
    Binding bindings[PHOENIX_BINDINGS_MAX];
    size_t n;
} Channel;

/* Of one socket. Its own messages change the channels, the pump and other sockets read them: under `lock`, which comes after the
 * hub's. */
typedef struct Socket {
    pthread_mutex_t lock;
    int version;
    int64_t last_id;
    size_t n;
    Channel *channels[PHOENIX_CHANNELS_MAX];
    char key[PHOENIX_KEY_BYTES_MAX]; /* the apikey it came with */
    size_t key_n;
} Socket;

/* A frame that came, in either version. */
typedef struct In {
    Hub *hub;
    Client *cl;
    Socket *s;
    Arena *a;
    const Json *join_ref, *ref, *payload;
    Str topic, event;
} In;

static Str topic_of(const Channel *ch) { return str_of(ch->topic, ch->topic_n); }

static Str sub_topic(Str topic) { return str_starts(topic, S("realtime:")) ? str_from(topic, sizeof "realtime:" - 1) : topic; }

/* ---- frames ---- */

static void put_ref(Buf *b, const Json *ref) {
    if (json_type(ref) == JSON_STRING || json_type(ref) == JSON_NUMBER)
        json_put_value(b, ref);
    else
        buf_lit(b, "null");
}

/* Everything up to the payload; frame_end closes it. */
static void frame_begin(Buf *b, int version, const Json *join_ref, const Json *ref, Str topic, const char *event) {
    if (version == 2) {
        buf_char(b, '[');
        put_ref(b, join_ref);
        buf_char(b, ',');
        put_ref(b, ref);
        buf_char(b, ',');
        json_put_str(b, topic);
        buf_printf(b, ",\"%s\",", event);
        return;
    }
    buf_lit(b, "{\"topic\":");
    json_put_str(b, topic);
    buf_printf(b, ",\"event\":\"%s\",\"ref\":", event);
    put_ref(b, ref);
    if (json_type(join_ref) == JSON_STRING) {
        buf_lit(b, ",\"join_ref\":");
        put_ref(b, join_ref);
    }
    buf_lit(b, ",\"payload\":");
}

static void frame_end(Buf *b, int version) { buf_char(b, version == 2 ? ']' : '}'); }

static void send_frame(In *in, const Json *join_ref, const Json *ref, const char *event, Str payload) {
    Buf b = buf_arena(in->a, HUB_FRAME_BYTES_MAX);
    frame_begin(&b, in->s->version, join_ref, ref, in->topic, event);
    buf_add(&b, payload);
    frame_end(&b, in->s->version);
    if (!b.err)
        hub_send(in->hub, in->cl, buf_str(&b));
}

/* `response` is JSON text. */
static void reply(In *in, const char *status, Str response) {
    Buf b = buf_arena(in->a, HUB_FRAME_BYTES_MAX);
    buf_printf(&b, "{\"status\":\"%s\",\"response\":", status);
    buf_add(&b, response);
    buf_char(&b, '}');
    send_frame(in, in->join_ref, in->ref, "phx_reply", buf_str(&b));
}

static void reply_ok(In *in) { reply(in, "ok", S("{}")); }

static void reply_error(In *in, Str reason) {
    Buf b = buf_arena(in->a, SMALL_FRAME_BYTES);
    buf_lit(&b, "{\"reason\":");
    json_put_str(&b, reason);
    buf_char(&b, '}');
    reply(in, "error", buf_str(&b));
}

static void send_system(In *in, const char *status, const char *extension, Str message) {
    Buf b = buf_arena(in->a, SMALL_FRAME_BYTES);
    buf_lit(&b, "{\"message\":");
    json_put_str(&b, message);
    buf_printf(&b, ",\"status\":\"%s\",\"extension\":\"%s\",\"channel\":", status, extension);
    json_put_str(&b, sub_topic(in->topic));
    buf_char(&b, '}');
    send_frame(in, in->join_ref, NULL, "system", buf_str(&b));
}

/* ---- channels ---- */

static void channel_free(Channel *ch) {
    for (size_t i = 0; ch && i < ch->n; i++)
        free(ch->bindings[i].filter);
    free(ch);
}

/* Where the topic is among the channels; s->n when it is not. The lock is held, or the caller is the socket's own thread. */
static size_t channel_at(const Socket *s, Str topic) {
    size_t i = 0;
    while (i < s->n && !str_eq(topic_of(s->channels[i]), topic))
        i++;
    return i;
}

static void channel_remove(Socket *s, size_t at) {
    pthread_mutex_lock(&s->lock);
    Channel *gone = s->channels[at];
    s->channels[at] = s->channels[--s->n];
    pthread_mutex_unlock(&s->lock);
    channel_free(gone);
}

static void socket_drop(void *state) {
    Socket *s = state;
    while (s->n)
        channel_free(s->channels[--s->n]);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- who may say and hear what ---- */

typedef struct Ears {
    bool everybody; /* who is joined and signed in */
    Room room;
} Ears;

static bool topic_id(const Hub *hub, Str topic, Str prefix, const Record *kind, int64_t *id) {
    return str_starts(topic, prefix) && idmap_uuid_id(engine_ids(hub_engine(hub)), kind->kind, str_from(topic, prefix.n), id);
}

typedef struct Say {
    const Hub *hub;
    Str topic; /* without "realtime:" */
    Ears *ears;
} Say;

/* Who hears a broadcast of this topic, when the actor may say it. */
static Err ears_in(Call *c, void *arg) {
    Say *say = arg;
    Ears *ears = say->ears;
    Conversation v;
    Member all[MEMBERS_MAX];
    int64_t id;
    Err e = call_signed_in(c);
    if (e)
        return e;
    if (topic_id(say->hub, say->topic, S("typing:"), &CONVERSATION, &id) ||
        topic_id(say->hub, say->topic, S("conversation:"), &CONVERSATION, &id)) {
        e = conversation_join(c, id, &v, all, &ears->room.n);
        for (size_t i = 0; e == OK && i < ears->room.n; i++)
            ears->room.users[i] = all[i].user;
        return e;
    }
    if (str_starts(say->topic, S("typing:")) || str_starts(say->topic, S("conversation:")))
        return E_MISSING;
    if (str_starts(say->topic, S("notifications:"))) {
        ears->room.users[0] = c->actor.user;
        ears->room.n = 1;
        return topic_id(say->hub, say->topic, S("notifications:"), &USER, &id) && id == c->actor.user ? OK : E_FORBIDDEN;
    }
    ears->everybody = true;
    return OK;
}

/* ---- broadcasts ---- */

typedef struct Relay {
    Str topic;
    const Client *from; /* NULL: it came by HTTP */
    bool everybody;
    Str text[3];        /* by version; of version 2 the binary frame when `binary` */
    bool binary;
} Relay;

static void relay_to(Hub *hub, Client *cl, void *arg) {
    const Relay *r = arg;
    if (!client_user(cl))
        return; /* nobody yet, and perhaps not even open: then its state is not there */
    Socket *s = client_state(cl);
    pthread_mutex_lock(&s->lock);
    size_t at = channel_at(s, r->topic);
    bool hears = at < s->n && (cl != r->from || s->channels[at]->self);
    pthread_mutex_unlock(&s->lock);
    if (!hears || !r->text[s->version].n)
        return;
    if (r->binary && s->version == 2)
        hub_send_binary(hub, cl, r->text[2]);
    else
        hub_send(hub, cl, r->text[s->version]);
}

/* payload: the whole of it, {"type":"broadcast","event":…,"payload":…}. */
static Err relay_json(Hub *hub, Arena *a, Relay *r, const Ears *ears, Str payload) {
    for (int version = 1; version <= 2; version++) {
        Buf b = buf_arena(a, HUB_FRAME_BYTES_MAX);
        frame_begin(&b, version, NULL, NULL, r->topic, "broadcast");
        buf_add(&b, payload);
        frame_end(&b, version);
        if (b.err)
            return b.err;
        r->text[version] = buf_str(&b);
    }
    hub_each(hub, &PHOENIX_DIALECT, ears->everybody ? NULL : ears->room.users, ears->room.n, relay_to, r);
    return OK;
}

static void put_broadcast(Buf *b, Str event, Str payload) {
    buf_lit(b, "{\"type\":\"broadcast\",\"event\":");
    json_put_str(b, event);
    buf_lit(b, ",\"payload\":");
    buf_add(b, payload.n ? payload : S("{}"));
    buf_char(b, '}');
}

static Err ears_of(In *in, Ears *ears) {
    Say say = {in->hub, sub_topic(in->topic), ears};
    *ears = (Ears){0};
    return socket_read(in->hub, in->cl, in->a, NULL, ears_in, &say);
}

static void answer_broadcast(In *in, const Channel *ch, Err e) {
    if (e)
        reply_error(in, e == E_TOO_LARGE ? S("Payload size exceeded") : S("You may not send to this channel"));
    else if (ch->ack)
        reply_ok(in);
}

static int on_broadcast(In *in, Channel *ch) {
    Ears ears;
    Relay r = {.topic = in->topic, .from = in->cl};
    Buf b = buf_arena(in->a, HUB_FRAME_BYTES_MAX);
    Err e = ears_of(in, &ears);
    json_put_value(&b, in->payload);
    if (e == OK)
        e = b.err ? E_TOO_LARGE : relay_json(in->hub, in->a, &r, &ears, buf_str(&b));
    answer_broadcast(in, ch, e);
    return e == E_UNAUTHORIZED && client_user(in->cl) ? CLOSE_UNAUTHORIZED : 0;
}

Err phoenix_broadcast(Hub *hub, const Actor *actor, Arena *a, Str topic, Str event, Str payload) {
    Ears ears = {0};
    Diag diag = {0};
    Say say = {hub, topic, &ears};
    Tx *tx;
    Err e = store_read(hub_store(hub), a, &tx);
    if (e)
        return e;
    Call c = {.tx = tx, .arena = a, .diag = &diag, .now_ms = tx_now_ms(tx), .actor = *actor, .cfg = hub_domain(hub)};
    e = ears_in(&c, &say);
    store_read_end(tx);
    Relay r = {.topic = arena_printf(a, "realtime:%.*s", STR_ARG(topic))};
    Buf b = buf_arena(a, HUB_FRAME_BYTES_MAX);
    put_broadcast(&b, event, payload);
    if (e == OK)
        e = b.err ? E_TOO_LARGE : relay_json(hub, a, &r, &ears, buf_str(&b));
    return e;
}

/* ---- joining ---- */

static int32_t word_bits(Str word, const char *const *words, size_t n) {
    if (str_eq(word, S("*")) || !word.n)
        return (1 << n) - 1;
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(word, str_c0(words[i])))
            return 1 << i;
    return 0;
}

/* One subscription to changes; what it names that is not here never changes. */
static Err bind(Socket *s, Channel *ch, const Json *want, Str *why) {
    static const char *const tables[] = {"messages", "notifications"}, *const changes[] = {"INSERT", "UPDATE", "DELETE"};
    Str schema = json_str(json_get(want, S("schema"))), filter = json_str(json_get(want, S("filter")));
    *why = S("a subscription to changes is an object with event, schema, table and filter");
    if (json_type(want) != JSON_OBJECT)
        return E_INVALID;
    *why = S("too many subscriptions to changes in one channel");
    if (ch->n == PHOENIX_BINDINGS_MAX)
        return E_LIMIT;
    *why = S("the filter cannot be read");
    if (!filter_valid(filter))
        return E_INVALID;
    bool public = !schema.n || str_eq(schema, S("public")) || str_eq(schema, S("*"));
    Binding *to = &ch->bindings[ch->n];
    *to = (Binding){.id = ++s->last_id,
                    .tables = public ? word_bits(json_str(json_get(want, S("table"))), tables, COUNT(tables)) : 0,
                    .changes = word_bits(json_str(json_get(want, S("event"))), changes, COUNT(changes)),
                    .filter = malloc(filter.n + 1),
                    .filter_n = filter.n};
    if (!to->filter)
        return E_NOMEM;
    if (filter.n)
        memcpy(to->filter, filter.p, filter.n);
    ch->n++;
    return OK;
}

/* The same list in the same order, each with its id: the client compares. */
static void put_bindings(Buf *b, const Channel *ch, const Json *wants) {
    static const char *const names[] = {"event", "schema", "table", "filter"};
    const Json *want;
    Str key;
    size_t i = 0;
    buf_lit(b, "{\"postgres_changes\":[");
    for (JsonIter it = json_iter(wants); i < ch->n && json_next(&it, &key, &want); i++) {
        buf_printf(b, "%s{\"id\":%lld", i ? "," : "", (long long)ch->bindings[i].id);
        for (size_t k = 0; k < COUNT(names); k++) {
            const Json *v = json_get(want, str_c0(names[k]));
            if (json_type(v) == JSON_ABSENT)
                continue;
            buf_printf(b, ",\"%s\":", names[k]);
            json_put_value(b, v);
        }
        buf_char(b, '}');
    }
    buf_lit(b, "]}");
}

/* The token of a join or a refresh. A key that is nobody's token, as clients without a session send it, is fine. */
static Err take_token(In *in, Str token) {
    if (!token.n || str_eq(token, str_of(in->s->key, in->s->key_n)))
        return OK;
    size_t dots = 0;
    for (size_t i = 0; i < token.n; i++)
        dots += token.p[i] == '.';
    return dots == 2 ? socket_token(in->hub, in->cl, token, in->a) : OK;
}

static bool is_on(const Json *v, const char *name) { return json_bool(json_get(v, str_c0(name))); }

static Channel *channel_new(In *in, const Json *config, Str *why) {
    const Json *broadcast = json_get(config, S("broadcast")), *wants = json_get(config, S("postgres_changes")), *want;
    Channel *ch = calloc(1, sizeof *ch);
    Str join_ref = json_str(in->join_ref), key;
    *why = S("no memory");
    if (!ch)
        return NULL;
    memcpy(ch->topic, in->topic.p, in->topic.n);
    ch->topic_n = in->topic.n;
    if (join_ref.n && join_ref.n <= sizeof ch->join_ref) {
        memcpy(ch->join_ref, join_ref.p, join_ref.n);
        ch->join_ref_n = join_ref.n;
    }
    ch->self = is_on(broadcast, "self");
    ch->ack = is_on(broadcast, "ack");
    Err e = OK;
    for (JsonIter it = json_iter(wants); e == OK && json_next(&it, &key, &want);)
        e = bind(in->s, ch, want, why);
    if (e == OK)
        return ch;
    channel_free(ch);
    return NULL;
}

static int on_join(In *in) {
    const Json *config = json_get(in->payload, S("config"));
    Socket *s = in->s;
    Ears ears;
    Str why;
    if (!in->topic.n || in->topic.n > PHOENIX_TOPIC_BYTES_MAX || !str_starts(in->topic, S("realtime:")))
        return reply_error(in, S("unmatched topic")), 0;
    if (take_token(in, json_str(json_get(in->payload, S("access_token")))))
        return reply_error(in, S("InvalidJWTToken: the token is not good or has expired")), 0;
    if (is_on(config, "private") && ears_of(in, &ears))
        return reply_error(in,
                           arena_printf(in->a, "Unauthorized: You do not have permissions to read from this Channel topic: %.*s",
                                        STR_ARG(sub_topic(in->topic)))),
               0;
    size_t at = channel_at(s, in->topic);
    if (at < s->n)
        channel_remove(s, at); /* joined again: the client lost track, or replaces it */
    if (s->n == PHOENIX_CHANNELS_MAX)
        return reply_error(in, S("ChannelRateLimitReached: Too many channels")), 0;
    Channel *ch = channel_new(in, config, &why);
    if (!ch)
        return reply_error(in, why), 0;
    Buf b = buf_arena(in->a, SMALL_FRAME_BYTES);
    put_bindings(&b, ch, json_get(config, S("postgres_changes")));
    bool changes = ch->n > 0;
    pthread_mutex_lock(&s->lock);
    s->channels[s->n++] = ch;
    pthread_mutex_unlock(&s->lock);
    reply(in, "ok", buf_str(&b));
    if (is_on(json_get(config, S("presence")), "enabled"))
        send_frame(in, in->join_ref, NULL, "presence_state", S("{}"));
    if (changes)
        send_system(in, "ok", "postgres_changes", S("Subscribed to PostgreSQL"));
    return 0;
}

/* ---- the other events ---- */

static void leave(In *in, size_t at) {
    channel_remove(in->s, at);
    send_frame(in, in->join_ref, in->ref, "phx_close", S("{}"));
}

static int on_token(In *in, size_t at) {
    if (take_token(in, json_str(json_get(in->payload, S("access_token")))) == OK)
        return 0;
    send_system(in, "error", "system", S("InvalidJWTToken: the token is not good or has expired"));
    leave(in, at);
    return 0;
}

static int on_frame(In *in) {
    if (str_eq(in->topic, S("phoenix")) && str_eq(in->event, S("heartbeat")))
        return reply_ok(in), 0;
    if (!socket_rate(in->hub, in->cl, in->a))
        return reply_error(in, S("too many messages")), 0;
    if (str_eq(in->event, S("phx_join")))
        return on_join(in);
    size_t at = channel_at(in->s, in->topic);
    if (at == in->s->n)
        return reply_error(in, S("unmatched topic")), 0;
    if (str_eq(in->event, S("phx_leave"))) {
        reply_ok(in);
        leave(in, at);
    } else if (str_eq(in->event, S("access_token"))) {
        return on_token(in, at);
    } else if (str_eq(in->event, S("broadcast"))) {
        return on_broadcast(in, in->s->channels[at]);
    } else {
        reply_ok(in); /* presence, and what newer clients add */
    }
    return 0;
}

static int phoenix_message(Hub *hub, Client *cl, Str text, Arena *a) {
    const Json *root, *at[5] = {NULL};
    Str key;
    In in = {.hub = hub, .cl = cl, .s = client_state(cl), .a = a};
    if (json_parse(a, text, &root, NULL))
        return 1007; /* RFC 6455 7.4.1: not what the type of message promises */
    if (in.s->version == 2 && json_type(root) == JSON_ARRAY) {
        size_t n = 0;
        for (JsonIter it = json_iter(root); n < COUNT(at) && json_next(&it, &key, &at[n]);)
            n++;
    } else if (json_type(root) == JSON_OBJECT) {
        static const char *const names[] = {"join_ref", "ref", "topic", "event", "payload"};
        for (size_t i = 0; i < COUNT(names); i++)
            at[i] = json_get(root, str_c0(names[i]));
    }
    in.join_ref = at[0];
    in.ref = at[1];
    in.topic = json_str(at[2]);
    in.event = json_str(at[3]);
    in.payload = at[4];
    return on_frame(&in);
}

/* ---- binary broadcasts ---- */

/* The next n bytes of *rest. */
static Str take(Str *rest, size_t n) {
    Str out = str_slice(*rest, 0, n);
    *rest = str_from(*rest, n);
    return out;
}

static const Json *text_json(Arena *a, Str text) {
    Buf b = buf_arena(a, 4 * PHOENIX_TOPIC_BYTES_MAX);
    const Json *out = NULL;
    json_put_str(&b, text);
    return text.n && json_parse(a, buf_str(&b), &out, NULL) == OK ? out : NULL;
}

static Str binary_frame(Arena *a, Str topic, Str event, Str meta, Str payload) {
    Buf b = buf_arena(a, HUB_FRAME_BYTES_MAX);
    const char head[] = {BROADCAST, (char)topic.n, (char)event.n, (char)meta.n, AS_BINARY};
    buf_put(&b, head, sizeof head);
    buf_add(&b, topic);
    buf_add(&b, event);
    buf_add(&b, meta);
    buf_add(&b, payload);
    return b.err ? (Str){NULL, 0} : buf_str(&b);
}

static Err relay_push(In *in, int encoding, Str meta, Str payload) {
    Ears ears;
    Relay r = {.topic = in->topic, .from = in->cl};
    const Json *checked;
    Err e = ears_of(in, &ears);
    if (e)
        return e;
    if (encoding == AS_BINARY) {
        r.binary = true;
        r.text[2] = binary_frame(in->a, in->topic, in->event, meta, payload);
        if (!r.text[2].n)
            return E_TOO_LARGE;
        hub_each(in->hub, &PHOENIX_DIALECT, ears.everybody ? NULL : ears.room.users, ears.room.n, relay_to, &r);
        return OK;
    }
    if (!str_utf8_valid(payload) || json_parse(in->a, payload, &checked, NULL))
        return E_SYNTAX;
    Buf b = buf_arena(in->a, HUB_FRAME_BYTES_MAX);
    put_broadcast(&b, in->event, payload);
    return b.err ? E_TOO_LARGE : relay_json(in->hub, in->a, &r, &ears, buf_str(&b));
}

static int phoenix_binary(Hub *hub, Client *cl, Str bytes, Arena *a) {
    In in = {.hub = hub, .cl = cl, .s = client_state(cl), .a = a};
    Str rest = bytes, head = take(&rest, PUSH_HEAD_BYTES);
    if (in.s->version != 2 || head.n < PUSH_HEAD_BYTES || head.p[0] != BROADCAST_PUSH)
        return 1003;
    const uint8_t *n = (const uint8_t *)head.p;
    size_t need = (size_t)n[1] + n[2] + n[3] + n[4] + n[5];
    if (rest.n < need || n[6] > AS_JSON || !str_utf8_valid(str_slice(rest, 0, need)))
        return 1007;
    in.join_ref = text_json(a, take(&rest, n[1]));
    in.ref = text_json(a, take(&rest, n[2]));
    in.topic = take(&rest, n[3]);
    in.event = take(&rest, n[4]);
    Str meta = take(&rest, n[5]);
    if (!socket_rate(hub, cl, a))
        return reply_error(&in, S("too many messages")), 0;
    size_t at = channel_at(in.s, in.topic);
    if (at == in.s->n)
        return reply_error(&in, S("unmatched topic")), 0;
    Err e = relay_push(&in, n[6], meta, rest);
    answer_broadcast(&in, in.s->channels[at], e);
    return e == E_UNAUTHORIZED && client_user(cl) ? CLOSE_UNAUTHORIZED : 0;
}

/* ---- opening ---- */

static int phoenix_open(Hub *hub, Client *cl, const Request *req) {
    Str version = socket_query(req, "vsn"), key = socket_query(req, "apikey");
    Socket *s = calloc(1, sizeof *s);
    if (!s)
        return 1011;
    pthread_mutex_init(&s->lock, NULL);
    s->version = str_starts(version, S("2.")) ? 2 : 1;
    if (key.n <= sizeof s->key) {
        memcpy(s->key, key.n ? key.p : "", key.n);
        s->key_n = key.n;
    }
    client_set_state(cl, s, socket_drop);
    /* Whoever brings no user's token is nobody until a join does. */
    if (socket_identify(hub, cl, req) && key.n)
        socket_token(hub, cl, key, req->arena);
    return 0;
}

/* ---- changes ---- */

static void phoenix_event(Hub *hub, Call *c, const Event *e, int64_t for_user, bool *per_user, Buf *frame) {
    (void)for_user, (void)per_user;
    if (e->users.count) /* row level security: there is nothing that everybody may read */
        change_put(hub, c, e, frame);
}

/* The ids of this channel's subscriptions that want the change, as a JSON list; false when none does. */
static bool wanted(const Channel *ch, int32_t table, int32_t change, const Json *record, Buf *ids) {
    bool any = false;
    buf_char(ids, '[');
    for (size_t i = 0; i < ch->n; i++) {
        const Binding *w = &ch->bindings[i];
        if (!(w->tables & table) || !(w->changes & change) || !filter_match(str_of(w->filter, w->filter_n), record))
            continue;
        if (any)
            buf_char(ids, ',');
        buf_i64(ids, w->id);
        any = true;
    }
    buf_char(ids, ']');
    return any;
}

static void phoenix_deliver(Hub *hub, Client *cl, const Event *e, Str data, Arena *a) {
    Socket *s = client_state(cl);
    const Json *root;
    int32_t table, change;
    if (!s || !change_of(e, &table, &change) || json_parse(a, data, &root, NULL))
        return;
    const Json *record = json_get(root, S("record"));
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n; i++) {
        Buf ids = buf_arena(a, SMALL_FRAME_BYTES), b = buf_arena(a, HUB_FRAME_BYTES_MAX);
        if (!wanted(s->channels[i], table, change, record, &ids))
            continue;
        frame_begin(&b, s->version, NULL, NULL, topic_of(s->channels[i]), "postgres_changes");
        buf_lit(&b, "{\"ids\":");
        buf_add(&b, buf_str(&ids));
        buf_lit(&b, ",\"data\":");
        buf_add(&b, data);
        buf_char(&b, '}');
        frame_end(&b, s->version);
        if (!b.err)
            hub_send(hub, cl, buf_str(&b));
    }
    pthread_mutex_unlock(&s->lock);
}

const Dialect PHOENIX_DIALECT = {.name = "phoenix",
                                 .path = "/realtime/v1/websocket",
                                 .open = phoenix_open,
                                 .message = phoenix_message,
                                 .binary = phoenix_binary,
                                 .event = phoenix_event,
                                 .deliver = phoenix_deliver};
