/* Places: the cells that cover a circle, against points of it; gigs and people near by, against looking at all of them. */
#include <math.h>

#include "domain/geo.h"
#include "domain/near.h"
#include "money_kit.h"

#define RAD (M_PI / 180e6)
#define EARTH_M 6371008.8

typedef struct Spot {
    int32_t lat, lon; /* e6 */
} Spot;

/* The angle between two vectors: another way than the one that is tested. */
static double distance(Spot a, Spot b) {
    const double p[3] = {cos(a.lat * RAD) * cos(a.lon * RAD), cos(a.lat * RAD) * sin(a.lon * RAD), sin(a.lat * RAD)},
                 q[3] = {cos(b.lat * RAD) * cos(b.lon * RAD), cos(b.lat * RAD) * sin(b.lon * RAD), sin(b.lat * RAD)};
    double x = p[1] * q[2] - p[2] * q[1], y = p[2] * q[0] - p[0] * q[2], z = p[0] * q[1] - p[1] * q[0];
    return EARTH_M * atan2(sqrt(x * x + y * y + z * z), p[0] * q[0] + p[1] * q[1] + p[2] * q[2]);
}

static double unit(void) { return (double)kit_below(1000000007) / 1000000007; }
static int32_t e6(double degrees) { return (int32_t)lround(degrees * 1e6); }

/* Evenly over the globe. */
static Spot anywhere(void) { return (Spot){e6(asin(2 * unit() - 1) * 180 / M_PI), e6(360 * unit() - 180)}; }

/* Where one gets from `a` in a direction: so also points just inside and just outside a circle are drawn. */
static Spot away(Spot a, double metres) {
    double angle = metres / EARTH_M, turn = 2 * M_PI * unit(), lat = a.lat * RAD;
    double to = asin(fmax(-1, fmin(1, sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(turn))));
    double lon = a.lon * RAD + atan2(sin(turn) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sin(to));
    double degrees = remainder(lon * 180 / M_PI, 360);
    return (Spot){e6(to * 180 / M_PI), e6(fmax(-180, fmin(180, degrees)))};
}

static const Spot corners[] = {{90000000, 0},  {-90000000, 123456789}, {89999999, -179999999}, {-89990000, 45000000},
                               {0, 180000000}, {0, -180000000},        {12000000, 179999999},  {-45000000, -179999500},
                               {0, 0},         {60000000, 0},          {-85000000, 90000000},  {13756300, 100501800}};
static const int64_t radii[] = {0, 1, 10, 500, 5000, 10000, 100000, 1000000, 5000000, 10007557, 15000000, 20015200, 20100000};

static bool covered(const GeoRange *ranges, size_t n, Spot s) {
    int64_t cell = geo_cell(s.lat, s.lon);
    for (size_t i = 0; i < n; i++)
        if (cell >= ranges[i].from && cell < ranges[i].to)
            return true;
    return false;
}

static void test_cover(void) {
    int missed = 0, unordered = 0, far = 0;
    int64_t drawn = 0, inside = 0;
    for (int round = 0; round < 200; round++) {
        Spot centre = round < (int)COUNT(corners) ? corners[round] : anywhere();
        for (size_t k = 0; k < COUNT(radii); k++) {
            GeoRange ranges[GEO_RANGES_MAX];
            size_t n = geo_cover(centre.lat, centre.lon, radii[k], ranges);
            for (size_t i = 0; i < n; i++)
                unordered += ranges[i].from >= ranges[i].to || (i && ranges[i].from <= ranges[i - 1].to) ||
                             ranges[i].to > INT64_C(1) << 52;
            unordered += n == 0 || n > GEO_RANGES_MAX || !covered(ranges, n, centre);
            for (int i = 0; i < 60; i++) {
                double reach = (double)radii[k];
                Spot s = i % 3 == 0 ? anywhere() : away(centre, i % 3 == 1 ? reach * (0.98 + 0.04 * unit()) : reach * unit());
                double exact = distance(centre, s);
                int64_t got = geo_distance_m(centre.lat, centre.lon, s.lat, s.lon);
                far += fabs((double)got - exact) > 1 + exact / 1000;
                missed += got <= radii[k] && !covered(ranges, n, s);
                inside += got <= radii[k];
                drawn++;
            }
        }
    }
    CHECK(missed == 0, "no place within a circle is outside its cells");
    CHECK(unordered == 0, "ranges ascend, stand apart, and are few");
    CHECK(far == 0, "distances are those of the vectors, within a thousandth");
    CHECK(inside > drawn / 10 && inside < drawn, "places within and without were drawn");
    CHECK(geo_cell(1, 180000000) == geo_cell(1, -180000000) && geo_distance_m(1, 180000000, 1, -180000000) == 0,
          "the date line is one meridian");
    CHECK(geo_distance_m(90000000, 0, 90000000, 90000000) == 0, "a pole is one place, whatever its longitude");
    CHECK(geo_distance_m(0, 0, 0, 180000000) == 20015114, "half round the globe");
}

/* Where people live: what the cells hold beyond the circle stays in proportion to it. */
static void test_excess(void) {
    double worst = 0;
    for (int i = 0; i < 2000; i++) {
        Spot centre = {e6(140 * unit() - 70), e6(360 * unit() - 180)};
        double radius = 100 * pow(2000, unit()); /* 100 m to 200 km */
        GeoRange ranges[GEO_RANGES_MAX];
        size_t n = geo_cover(centre.lat, centre.lon, (int64_t)radius, ranges);
        double cells = 0, cell_m2 = 4 * M_PI * EARTH_M * EARTH_M / ldexp(1, 52) * M_PI / 2 * cos(centre.lat * RAD);
        for (size_t k = 0; k < n; k++)
            cells += (double)(ranges[k].to - ranges[k].from);
        double share = cells * cell_m2 / (M_PI * radius * radius);
        worst = share > worst ? share : worst;
    }
    printf("# cells hold at most %.1f times the circle\n", worst);
    CHECK(worst < 8, "a search looks at a few times what it finds");
}

/* ---- in the store ---- */

enum { PEOPLE = 700, GIGS = 700, BUSY = 60 /* people who post and do gigs */ };
#define CLIENT(gig) (1 + (gig) % BUSY)
#define DOER(gig) (1 + ((gig) + 7) % BUSY)
static Spot homes[PEOPLE + 1], sites[GIGS + 1];
static int64_t budgets[GIGS + 1];

/* Some at the same spots, some in one town, some where the map ends. */
static Spot somewhere(int i) {
    static const Spot town = {17385000, 78486700};
    switch (i % 5) {
    case 0: return anywhere();
    case 1: return corners[kit_below(COUNT(corners))];
    case 2: return away(corners[kit_below(COUNT(corners))], 20000 * unit());
    default: return away(town, 30000 * unit());
    }
}

static void settle(void) {
    for (int i = 1; i <= PEOPLE; i++) {
        User u;
        homes[i] = somewhere(i);
        UserEdit in = {.has = 1u << USER_SET_LAT | 1u << USER_SET_LON | 1u << USER_SET_AVAILABLE,
                       .lat_e6 = homes[i].lat,
                       .lon_e6 = homes[i].lon,
                       .available = i % 3 != 0};
        MUST(RUN(user_edit, user(i), &in, &u) == OK);
    }
    for (int i = 1; i <= GIGS; i++) {
        Gig g;
        sites[i] = somewhere(i);
        budgets[i] = 100 + (int64_t)kit_below(900);
        GigEdit in = {.has = 1u << GIG_SET_TITLE | 1u << GIG_SET_DESCRIPTION | 1u << GIG_SET_CATEGORY | 1u << GIG_SET_BUDGET_MAX |
                             1u << GIG_SET_LAT | 1u << GIG_SET_LON,
                      .title = S("Carry a sofa"),
                      .description = S("Two floors."),
                      .category = S("lifestyle"),
                      .budget_max = budgets[i],
                      .lat_e6 = sites[i].lat,
                      .lon_e6 = sites[i].lon};
        MUST(RUN(gig_post, user(CLIENT(i)), &in, &g) == OK && g.id == i);
        kit_forget();
    }
}

static GigRow moved;
static void stage(int64_t who, int64_t gig, int32_t to) {
    MUST(RUN(engagement_move, user(who), (&(EngagementMoveIn){gig, to}), &moved) == OK);
}

/* The stages that the gigs were brought to. */
static int32_t stages[GIGS + 1];
static void work(void) {
    for (int i = 1; i <= GIGS; i++) {
        int64_t client = CLIENT(i), doer = DOER(i);
        stages[i] = STAGE_PENDING + i % 6;
        if (stages[i] > STAGE_CANCELLED)
            stages[i] = STAGE_PENDING;
        if (stages[i] == STAGE_CANCELLED && i % 2)
            stage(client, i, STAGE_CANCELLED); /* before anybody had it */
        else
            for (int32_t s = STAGE_ACCEPTED; s <= stages[i]; s++)
                if (s != STAGE_COMPLETED || stages[i] == STAGE_COMPLETED)
                    stage(s == STAGE_COMPLETED ? client : doer, i, s);
    }
    kit_forget();
}

static int compare(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0]) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* What there is by looking at everything: pairs of distance and id. */
static size_t look_at_gigs(const NearIn *in, int64_t (*out)[2]) {
    size_t n = 0;
    for (int i = 1; i <= GIGS; i++) {
        int64_t d = geo_distance_m(in->lat_e6, in->lon_e6, sites[i].lat, sites[i].lon);
        if (d <= in->radius_m && (!in->stage || stages[i] == in->stage) && (!in->budget_min || budgets[i] >= in->budget_min) &&
            (!in->budget_max || budgets[i] <= in->budget_max))
            out[n][0] = d, out[n++][1] = i;
    }
    qsort(out, n, sizeof *out, compare);
    return n;
}

static void test_gigs(void) {
    static int64_t all[GIGS][2];
    int wrong = 0;
    size_t found = 0;
    for (int round = 0; round < 400; round++) {
        Spot at = round % 2 ? sites[1 + kit_below(GIGS)] : somewhere(round);
        NearIn in = {.lat_e6 = at.lat,
                     .lon_e6 = at.lon,
                     .radius_m = radii[kit_below(COUNT(radii))],
                     .page = {.page = 1, .limit = 1 + (int32_t)kit_below(100), .skip = (int32_t)(round % 3 ? 0 : kit_below(50))},
                     .stage = round % 2 ? 0 : (int32_t)kit_below(6),
                     .budget_min = round % 5 ? 0 : 400,
                     .budget_max = round % 7 ? 0 : 700};
        PageOut page;
        size_t n = look_at_gigs(&in, all);
        MUST(READ(gigs_near, user(1), &in, &page) == OK);
        size_t skip = (size_t)in.page.skip, want = n <= skip ? 0 : n - skip;
        want = want > (size_t)in.page.limit ? (size_t)in.page.limit : want;
        wrong += page.total != (int64_t)n || page.count != want;
        for (size_t i = 0; i < page.count && i < want; i++) {
            const GigRow *g = (const GigRow *)page.items + i;
            wrong += g->gig.id != all[skip + i][1] || g->distance_m != all[skip + i][0] || g->stage != stages[g->gig.id];
        }
        found += n;
    }
    CHECK(wrong == 0, "gigs near by: none missed, none too many, nearest first, by stage, budget and page");
    CHECK(found > 10000, "there were many to find");
}

static void test_people(void) {
    static int64_t all[PEOPLE][2];
    int wrong = 0;
    for (int round = 0; round < 300; round++) {
        Spot at = round % 2 ? homes[1 + kit_below(PEOPLE)] : somewhere(round);
        PeopleNearIn in = {.lat_e6 = at.lat,
                           .lon_e6 = at.lon,
                           .radius_m = radii[kit_below(COUNT(radii))],
                           .only_available = round % 3 == 0,
                           .page = {.page = 1, .limit = 100}};
        PageOut page;
        size_t n = 0;
        for (int i = 2; i <= PEOPLE; i++) { /* without oneself */
            int64_t d = geo_distance_m(at.lat, at.lon, homes[i].lat, homes[i].lon);
            if (d <= in.radius_m && (!in.only_available || i % 3))
                all[n][0] = d, all[n++][1] = i;
        }
        qsort(all, n, sizeof *all, compare);
        MUST(READ(people_near, user(1), &in, &page) == OK);
        wrong += page.total != (int64_t)n || page.count != (n < 100 ? n : 100);
        for (size_t i = 0; i < page.count && i < n; i++)
            wrong += ((const PersonNear *)page.items)[i].user.id != all[i][1];
    }
    CHECK(wrong == 0, "people near by: none missed, none too many, nearest first");
    User u;
    UserEdit move = {.has = 1u << USER_SET_LAT | 1u << USER_SET_LON, .lat_e6 = 1234567, .lon_e6 = -7654321};
    MUST(RUN(user_edit, user(5), &move, &u) == OK);
    PageOut page;
    PeopleNearIn here = {.lat_e6 = 1234567, .lon_e6 = -7654321, .page = {.page = 1, .limit = 10}};
    CHECK(READ(people_near, user(1), &here, &page) == OK && page.count == 1 && ((const PersonNear *)page.items)[0].user.id == 5,
          "who moves is found at the new place, exactly there");
    here.lat_e6 = homes[5].lat, here.lon_e6 = homes[5].lon, here.radius_m = 20100000;
    CHECK(READ(people_near, user(1), &here, &page) == OK && page.total == PEOPLE - 1, "and once only");
}

/* ---- one's own ---- */

static void test_mine(void) {
    int wrong = 0;
    for (int64_t who = 1; who <= 40; who++)
        for (int32_t role = 0; role <= ROLE_DOER; role++)
            for (int32_t s = 0; s <= STAGE_CANCELLED; s++) {
                int64_t want[GIGS], n = 0;
                PageOut page;
                for (int i = GIGS; i >= 1; i--) {
                    bool own = CLIENT(i) == who,
                         had = DOER(i) == who && stages[i] != STAGE_PENDING && !(stages[i] == STAGE_CANCELLED && i % 2);
                    if (((own && role != ROLE_DOER) || (had && role != ROLE_CLIENT)) && (!s || stages[i] == s))
                        want[n++] = i;
                }
                EngagementsIn in = {.page = {.page = 1, .limit = 100}, .role = role, .stage = s};
                MUST(READ(engagements_mine, user(who), &in, &page) == OK);
                wrong += page.total != n || (int64_t)page.count != n;
                for (int64_t i = 0; i < n && i < (int64_t)page.count; i++)
                    wrong += ((const GigRow *)page.items)[i].gig.id != want[i];
            }
    CHECK(wrong == 0, "one's own gigs by role and stage, newest first");
}

int main(void) {
    test_cover();
    test_excess();
    kit_world(PEOPLE);
    settle();
    work();
    test_gigs();
    test_people();
    test_mine();
    CHECK(faults(false) == 0, "the books are in order");
    kit_close();
    return kit_failed;
}
