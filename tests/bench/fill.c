/* Usage: fill DIR GIGS
 * Makes a fresh data directory with so many open gigs by GIGS/50 people, through the same domain operations that requests use,
 * many to a commit and without syncing. Text and budgets are drawn by a fixed seed: the same number gives the same gigs. */
#include <stdio.h>
#include <stdlib.h>

#include "app/box.h"
#include "app/demo_data.h"
#include "domain/gig.h"
#include "domain/user.h"

enum { GIGS_PER_PERSON = 50, PER_COMMIT = 200, PEOPLE_MAX = 20000 };
/* One gig in four has a place, in a square of half a degree around a city. */
enum { ONE_IN_WITH_PLACE = 4, CENTRE_LAT_E6 = 12970000, CENTRE_LON_E6 = 77590000, SIDE_E6 = 500000 };

typedef struct Fill {
    Box box;
    DomainConfig cfg;
    uint64_t random;
    int64_t people[PEOPLE_MAX];
    size_t person_count, gig_count, wanted;
} Fill;

static uint64_t draw(Fill *f, uint64_t below) {
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (f->random >> 33) % below;
}

static const char *word(Fill *f) {
    static const char *const words[] = {"evening", "campus", "library", "notes",  "weekend", "hostel", "festival",
                                        "urgent",  "vector", "banner",  "report", "seminar", "camera", "editing",
                                        "quiz",    "garden", "bicycle", "guitar", "science", "journal"};
    return words[draw(f, COUNT(words))];
}

static Str fill_in(Fill *f, Arena *a, const char *template) {
    Buf b = buf_arena(a, 2048);
    for (Str rest = str_c0(template); rest.n;) {
        if (str_starts(rest, S("{club}"))) {
            buf_add(&b, str_c0(demo_clubs[draw(f, demo_clubs_count)]));
            rest = str_from(rest, 6);
        } else if (str_starts(rest, S("{subject}"))) {
            buf_add(&b, str_c0(demo_subjects[draw(f, demo_subjects_count)]));
            rest = str_from(rest, 9);
        } else {
            buf_char(&b, rest.p[0]);
            rest = str_from(rest, 1);
        }
    }
    return buf_str(&b);
}

static Err post_gig(Fill *f, Call *c) {
    const DemoListing *l = &demo_gigs[draw(f, demo_gigs_count)];
    Str skills[2] = {str_c0(word(f)), str_c0(word(f))};
    GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_SKILLS |
                         1u << GIG_SET_BUDGET_MIN | 1u << GIG_SET_BUDGET_MAX | 1u << GIG_SET_DEADLINE,
                  .title = fill_in(f, c->arena, l->title),
                  .description = arena_printf(c->arena, "%s For the %s, %s and %s, number %zu.", l->description, word(f), word(f),
                                              word(f), f->gig_count),
                  .category = str_c0(l->category),
                  .skills = list_of_strs(c->arena, skills, 2),
                  .budget_min = (l->rupees_min + (int64_t)draw(f, 500)) * 100,
                  .budget_max = (l->rupees_max + 500 + (int64_t)draw(f, 500)) * 100,
                  .deadline_ms = c->now_ms + (1 + (int64_t)draw(f, 60)) * MS_DAY};
    if (f->gig_count % ONE_IN_WITH_PLACE == 0) {
        in.has |= 1u << GIG_SET_LAT | 1u << GIG_SET_LON;
        in.lat_e6 = CENTRE_LAT_E6 - SIDE_E6 / 2 + (int32_t)draw(f, SIDE_E6);
        in.lon_e6 = CENTRE_LON_E6 - SIDE_E6 / 2 + (int32_t)draw(f, SIDE_E6);
    }
    Gig g;
    c->actor = (Actor){.user = f->people[draw(f, f->person_count)]};
    return gig_post(c, &in, &g);
}

/* A write function may run again: it begins from what it was given. */
static Err some_more(Tx *tx, void *arg) {
    Fill *f = arg, begin = {.random = f->random, .person_count = f->person_count, .gig_count = f->gig_count};
    Diag diag = {0};
    Call c = {.tx = tx,
              .arena = tx_arena(tx),
              .diag = &diag,
              .now_ms = tx_now_ms(tx),
              .actor = {.rights = RIGHT_SYSTEM},
              .cfg = &f->cfg};
    Err e = OK;
    for (size_t i = 0; i < PER_COMMIT && !e; i++) {
        if (f->person_count < f->wanted / GIGS_PER_PERSON && f->person_count < PEOPLE_MAX) {
            User u;
            e = user_register(&c, arena_printf(c.arena, "+9170%08zu", f->person_count), &u);
            f->people[f->person_count] = u.id;
            f->person_count += !e;
        } else if (f->gig_count < f->wanted) {
            e = post_gig(f, &c);
            f->gig_count += !e;
        }
    }
    if (e) {
        f->random = begin.random;
        f->person_count = begin.person_count;
        f->gig_count = begin.gig_count;
    }
    return e;
}

int main(int argc, char **argv) {
    static Fill f;
    static Arena arena;
    static Options options;
    uint8_t key[32];
    if (argc != 3 || (f.wanted = strtoul(argv[2], NULL, 10)) < GIGS_PER_PERSON) {
        fprintf(stderr, "usage: fill DIR GIGS, %d gigs at least\n", GIGS_PER_PERSON);
        return EXIT_USAGE;
    }
    arena_init(&arena, COMMAND_ARENA_BYTES);
    arena_init(&f.box.arena, COMMAND_ARENA_BYTES);
    options = (Options){.data = argv[1], .environment = (char *const[]){NULL}, .arena = &arena};
    f.random = 1;
    if (command_settings(&options, &f.box.settings))
        return EXIT_UNUSABLE;
    f.box.store = box_store_open(&f.box, argv[1], true);
    if (!f.box.store || box_key(f.box.store, &f.box.arena, key))
        return EXIT_UNUSABLE;
    box_domain_config(&f.box.settings.now, key, &f.cfg);
    Err e = OK;
    while (!e && f.gig_count < f.wanted)
        e = store_write(f.box.store, some_more, &f);
    store_close(f.box.store);
    if (e)
        fprintf(stderr, "fill: %s after %zu gigs\n", err_name(e), f.gig_count);
    return e ? EXIT_FAULTS : EXIT_OK;
}
