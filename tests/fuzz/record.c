/* Hostile bytes into the record codec: what decodes must be whole, stay in bounds, and encode to something that decodes the same.
 */
#include <stdlib.h>

#include "../unit/store_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads every byte, so that the sanitizer sees those that are not there. */
static void use(const void *p, size_t n) {
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum ^= ((const uint8_t *)p)[i];
    __asm__ volatile("" : : "r"(sum));
}

static uint32_t read_all(const Thing *t) {
    ListIter tags = list_iter(&t->tags), refs = list_iter(&t->refs), parts = list_iter(&t->parts);
    Str s;
    int64_t v;
    Part p;
    uint32_t whole = 0;
    use(t->name.p, t->name.n);
    use(t->email.p, t->email.n);
    while (list_str(&tags, &s)) {
        use(s.p, s.n);
        whole++;
    }
    while (list_i64(&refs, &v))
        whole++;
    while (list_rec(&parts, &PART, &p))
        use(p.label.p, p.label.n);
    if (whole != t->tags.count + t->refs.count)
        abort();
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena a;
    Thing t, again;
    arena_init(&a, 1 << 20);
    (void)record_verify(&THING, str_of(data, size), &a);
    if (record_decode(&THING, str_of(data, size), &t) == OK) {
        read_all(&t);
        Buf b = buf_arena(&a, 1 << 19);
        record_encode(&THING, &t, &b);
        if (!b.err && (record_decode(&THING, b.n ? buf_str(&b) : S(""), &again) || read_all(&again) != read_all(&t) ||
                       t.owner != again.owner || t.status != again.status || !str_eq(t.name, again.name)))
            abort();
    }
    arena_free(&a);
    return 0;
}
