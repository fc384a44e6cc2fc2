/* Cells against brute force: no place within the circle is missed, on poles and on the date line either. */
#include <math.h>

#include "domain/geo.h"
#include "tap_kit.h"

enum { PLACES = 4000, CIRCLES = 400 };
typedef struct Place {
    int32_t lat, lon;
    int64_t cell;
} Place;
static Place places[PLACES];

static int32_t between(int32_t low, int32_t high) { return low + (int32_t)(kit_next() % (uint64_t)((int64_t)high - low + 1)); }

/* Places everywhere, and crowds where it is hard. */
static Place place(int i) {
    static const int32_t crowds[][2] = {
        {90000000, 0}, {-90000000, 0}, {0, 180000000}, {13756300, 100501800}, {67000000, -180000000}};
    Place p = {between(-90000000, 90000000), between(-180000000, 180000000), 0};
    if (i % 2) {
        const int32_t *at = crowds[(i / 2) % 5];
        int64_t lat = at[0] + between(-2000000, 2000000), lon = (int64_t)at[1] + between(-3000000, 3000000);
        p.lat = (int32_t)(lat > 90000000 ? 180000000 - lat : lat < -90000000 ? -180000000 - lat : lat);
        p.lon = (int32_t)(lon > 180000000 ? lon - 360000000 : lon < -180000000 ? lon + 360000000 : lon);
    }
    p.cell = geo_cell(p.lat, p.lon);
    return p;
}

/* The same distance by another formula: the angle between two vectors. */
static double reference_m(const Place *a, const Place *b) {
    const double rad = 3.14159265358979323846 / 180e6;
    double v[2][3];
    const Place *both[] = {a, b};
    for (int i = 0; i < 2; i++) {
        v[i][0] = cos(both[i]->lat * rad) * cos(both[i]->lon * rad);
        v[i][1] = cos(both[i]->lat * rad) * sin(both[i]->lon * rad);
        v[i][2] = sin(both[i]->lat * rad);
    }
    double c[3] = {v[0][1] * v[1][2] - v[0][2] * v[1][1], v[0][2] * v[1][0] - v[0][0] * v[1][2],
                   v[0][0] * v[1][1] - v[0][1] * v[1][0]};
    return 6371008.8 *
           atan2(sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]), v[0][0] * v[1][0] + v[0][1] * v[1][1] + v[0][2] * v[1][2]);
}

static bool covered(const GeoRange *r, size_t n, int64_t cell) {
    for (size_t i = 0; i < n; i++)
        if (cell >= r[i].from && cell < r[i].to)
            return true;
    return false;
}

int main(void) {
    const char *seed = getenv("SEED");
    kit_state = seed ? strtoull(seed, NULL, 10) : 4711;
    for (int i = 0; i < PLACES; i++)
        places[i] = place(i);
    bool exact = true, complete = true, sorted = true, bounded = true;
    size_t candidates = 0, hits = 0;
    for (int i = 0; i < CIRCLES; i++) {
        Place at = place(i);
        static const int64_t radii[] = {0, 1, 500, 5000, 60000, 300000, 2500000, 9000000, 20100000};
        int64_t radius = radii[i % 9];
        GeoRange r[GEO_RANGES_MAX];
        size_t n = geo_cover(at.lat, at.lon, radius, r);
        bounded &= n > 0 && n <= GEO_RANGES_MAX;
        for (size_t k = 1; k < n; k++)
            sorted &= r[k].from > r[k - 1].to;
        for (int k = 0; k < PLACES; k++) {
            double m = reference_m(&at, &places[k]);
            int64_t ours = geo_distance_m(at.lat, at.lon, places[k].lat, places[k].lon);
            exact &= fabs((double)ours - m) <= 0.001 * m + 1;
            bool in = covered(r, n, places[k].cell);
            complete &= in || ours > radius;
            if (radius >= 5000 && radius <= 300000) {
                candidates += in;
                hits += ours <= radius;
            }
        }
        complete &= covered(r, n, at.cell);
    }
    CHECK(exact, "distances within 0.1 % of another formula's");
    CHECK(complete, "nothing within a circle is missed");
    CHECK(sorted && bounded, "ranges ascend, apart, and are few");
    printf("# %zu candidates for %zu hits\n", candidates, hits);
    CHECK(hits > 100 && candidates < 20 * hits, "and most of what is looked at is near");
    CHECK(geo_cell(0, 180000000) == geo_cell(0, -180000000), "both names of the date line are one cell");
    CHECK(geo_distance_m(0, 179999999, 0, -179999999) <= 1, "and no distance lies across it");
    CHECK(geo_distance_m(90000000, 0, 90000000, 123000000) == 0, "a pole is one place");
    return kit_failed;
}
