#include "store/text_internal.h"

enum { TARGET_MAX = 2 * TEXT_WORD_BYTES_MAX + 8 };

static size_t letter_bytes(uint8_t first) { return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4; }

size_t letters(Str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((uint8_t)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* Where each letter begins, and the end; returns how many letters. */
static size_t letter_starts(Str s, uint8_t at[TEXT_WORD_BYTES_MAX + 1]) {
    size_t n = 0, i = 0;
    for (; i < s.n && n < TEXT_WORD_BYTES_MAX; i += letter_bytes((uint8_t)s.p[i]))
        at[n++] = (uint8_t)i;
    at[n] = (uint8_t)s.n;
    return n;
}

bool typo_near(Str a, Str b) {
    if (a.n > b.n) {
        Str swap = a;
        a = b;
        b = swap;
    }
    size_t la = letters(a), lb = letters(b);
    if (la > lb + 1 || lb > la + 1 || str_eq(a, b))
        return false;
    /* What both begin with, cut at a letter. */
    size_t same = 0;
    while (same < a.n && a.p[same] == b.p[same])
        same++;
    while (same && same < b.n && ((uint8_t)b.p[same] & 0xc0) == 0x80)
        same--;
    Str ra = str_from(a, same), rb = str_from(b, same);
    size_t na = ra.n ? letter_bytes((uint8_t)ra.p[0]) : 0, nb = rb.n ? letter_bytes((uint8_t)rb.p[0]) : 0;
    if (lb == la + 1)
        return str_eq(ra, str_from(rb, nb));
    if (la == lb + 1)
        return str_eq(str_from(ra, na), rb);
    if (str_eq(str_from(ra, na), str_from(rb, nb)))
        return true;
    Str a1 = str_slice(ra, 0, na), b1 = str_slice(rb, 0, nb);
    return str_eq(str_slice(ra, na, na + nb), b1) && str_eq(str_slice(rb, nb, nb + na), a1) &&
           str_eq(str_from(ra, na + nb), str_from(rb, na + nb));
}

typedef struct Target {
    char p[TARGET_MAX];
    size_t n;
} Target;

static Target join(Str a, Str b, Str c, Str d) {
    Target t = {.n = 0};
    const Str parts[] = {a, b, c, d};
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (parts[i].n)
            memcpy(t.p + t.n, parts[i].p, parts[i].n);
        t.n += parts[i].n;
    }
    return t;
}

typedef struct Walk {
    TermCursor *c;
    bool more; /* the cursor stands at a word */
    void (*found)(void *ctx, const TermCursor *c);
    void *ctx;
    const uint8_t *seen[2 * TEXT_WORD_BYTES_MAX]; /* lists given already: two edits may make the same word */
    size_t seen_count;
} Walk;

static void seek(Walk *w, Str target) { w->more = term_seek(w->c, target); }

/* Goes to a word or behind it, and gives it when it is there. */
static void probe(Walk *w, const Target *t) {
    Str target = str_of(t->p, t->n);
    /* When the cursor already stands behind the target it has been passed over in vain, or the walk went back: seek decides. */
    if (!target.n)
        return;
    seek(w, target);
    if (!w->more || !str_eq(term_word(w->c), target))
        return;
    for (size_t i = 0; i < w->seen_count; i++)
        if (w->seen[i] == w->c->list.p)
            return;
    if (w->seen_count < COUNT(w->seen))
        w->seen[w->seen_count++] = w->c->list.p;
    w->found(w->ctx, w->c);
}

/* The words that have w's letters with one more at `at`, or another one there. Walks the letters that do follow the prefix in
 * this dictionary, so the cost is that of the branches there are, in any script. */
static void branches(Walk *k, Str w, Str prefix, size_t letter_n) {
    Str rest = str_from(w, prefix.n), behind = str_from(rest, letter_n);
    seek(k, prefix);
    while (k->more && str_starts(term_word(k->c), prefix)) {
        Str here = term_word(k->c);
        if (here.n == prefix.n) {
            k->more = term_next(k->c);
            continue;
        }
        size_t n = letter_bytes((uint8_t)here.p[prefix.n]);
        if (prefix.n + n > here.n)
            return;
        char letter[4];
        memcpy(letter, here.p + prefix.n, n);
        Target more = join(prefix, str_of(letter, n), rest, S("")), other = join(prefix, str_of(letter, n), behind, S(""));
        bool more_first = str_cmp(rest, behind) < 0;
        probe(k, more_first ? &more : &other);
        const Target *second = more_first ? &other : &more;
        if (k->more && letter_n && str_cmp(term_word(k->c), str_of(second->p, second->n)) <= 0)
            probe(k, second);
        Target child = join(prefix, str_of(letter, n), S(""), S(""));
        if (k->more && str_starts(term_word(k->c), str_of(child.p, child.n))) {
            child.p[child.n - 1]++; /* behind every word that goes on with this letter */
            seek(k, str_of(child.p, child.n));
        }
    }
}

void typo_walk(TermCursor *c, Str w, void (*found)(void *ctx, const TermCursor *c), void *ctx) {
    Walk k = {.c = c, .found = found, .ctx = ctx};
    uint8_t at[TEXT_WORD_BYTES_MAX + 1];
    size_t n = letter_starts(w, at);
    for (size_t i = 0; i <= n; i++) {
        Str prefix = str_slice(w, 0, at[i]);
        branches(&k, w, prefix, i < n ? (size_t)(at[i + 1] - at[i]) : 0);
        if (i == n)
            break;
        Target less = join(prefix, str_from(w, at[i + 1]), S(""), S(""));
        probe(&k, &less);
        if (i + 1 < n) {
            Target swapped =
                join(prefix, str_slice(w, at[i + 1], at[i + 2]), str_slice(w, at[i], at[i + 1]), str_from(w, at[i + 2]));
            probe(&k, &swapped);
        }
    }
}
