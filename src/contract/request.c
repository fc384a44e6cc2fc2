#include "contract/request.h"

#include "domain/lang.h"

Reply reply_new(const Request *req) {
    return (Reply){.status = 200,
                   .headers = buf_arena(req->arena, REPLY_HEADER_BYTES_MAX),
                   .body = buf_arena(req->arena, REPLY_BODY_BYTES_MAX),
                   .length = -1};
}

void reply_header_str(Reply *rep, Str name, Str value) {
    if (str_has_control(value))
        return;
    buf_add(&rep->headers, name);
    buf_lit(&rep->headers, ": ");
    buf_add(&rep->headers, value);
    buf_lit(&rep->headers, "\r\n");
}

/* "q=0.8" in thousandths; 1000 without one, 0 for anything else. */
static int64_t weight(Str parameters) {
    static const int64_t digit[] = {100, 10, 1};
    int64_t q = 1000;
    for (Str p; str_split(&parameters, ';', &p);) {
        p = str_trim(p);
        if (p.n < 3 || (p.p[0] | 0x20) != 'q' || p.p[1] != '=')
            continue;
        q = p.p[2] == '1' ? 1000 : 0;
        for (size_t i = 4; p.p[2] == '0' && i < p.n && i < 4 + COUNT(digit); i++)
            q += p.p[i] >= '0' && p.p[i] <= '9' ? (p.p[i] - '0') * digit[i - 4] : 0;
    }
    return q;
}

int32_t request_lang(const Request *req) {
    Str rest = req->header(req, "Accept-Language");
    int32_t best = 0;
    int64_t most = 0;
    for (Str part; str_split(&rest, ',', &part);) {
        size_t semicolon = str_index(part, ';');
        int32_t lang = lang_of(str_trim(str_slice(part, 0, semicolon)));
        int64_t q = weight(str_from(part, semicolon + 1));
        if (lang && q > most) {
            best = lang;
            most = q;
        }
    }
    return best;
}

static bool is_loopback(Str address) {
    return str_starts(address, S("127.")) || str_eq(address, S("::1")) || str_starts(address, S("::ffff:127."));
}

/* "localhost", "box.localhost", "127.0.0.1:8080", "[::1]:8080": names that no name server decides on. */
static bool is_host_of_here(Str host) {
    Str name = str_slice(host, 0, host.n && host.p[0] == '[' ? 0 : str_index(host, ':')), own = S("localhost");
    bool numeric = true;
    for (size_t i = 0; i < name.n; i++)
        numeric = numeric && ((name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.');
    if (numeric) /* also without a name, or an IPv6 address in its brackets */
        return true;
    size_t label = name.n - (name.n > own.n ? own.n : name.n);
    return str_eq_nocase(str_from(name, label), own) && (!label || name.p[label - 1] == '.');
}

bool request_is_local(const Request *req) {
    static const char *const signs[] = {"X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host"};
    if (!is_loopback(req->remote) || !is_host_of_here(req->host))
        return false;
    for (size_t i = 0; i < COUNT(signs); i++)
        if (req->header(req, signs[i]).p)
            return false;
    return true;
}
