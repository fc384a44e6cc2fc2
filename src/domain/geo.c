#include "domain/geo.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { AXIS_BITS = 26, MARGIN = 2 /* units of the finest grid, for what rounding takes */ };
#define AXIS (INT64_C(1) << AXIS_BITS)
#define EARTH_M 6371008.8
#define RAD (M_PI / 180e6) /* of a millionth of a degree */

static int64_t clamp(int64_t v, int64_t low, int64_t high) { return v < low ? low : v > high ? high : v; }

/* The column of a longitude, which goes round, and the row of a latitude. */
static int64_t column(int64_t lon_e6) {
    lon_e6 = (lon_e6 % 360000000 + 540000000) % 360000000;
    return lon_e6 * AXIS / 360000000;
}
static int64_t row(int64_t lat_e6) { return clamp((lat_e6 + 90000000) * AXIS / 180000000, 0, AXIS - 1); }

/* The low 26 bits with a gap behind each (Warren, "Hacker's Delight", 7-2). */
static int64_t spread(int64_t v) {
    uint64_t x = (uint64_t)v & 0x3ffffff;
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    x = (x | x << 1) & UINT64_C(0x5555555555555555);
    return (int64_t)x;
}
static int64_t cell(int64_t x, int64_t y) { return spread(x) | spread(y) << 1; }

int64_t geo_cell(int32_t lat_e6, int32_t lon_e6) { return cell(column(lon_e6), row(lat_e6)); }

GeoPlace geo_place(int32_t lat_e6, int32_t lon_e6) {
    return (GeoPlace){.lat_e6 = lat_e6, .lon_e6 = lon_e6, .cos_lat = cos(lat_e6 * RAD)};
}

int64_t geo_distance_from(const GeoPlace *from, int32_t lat_e6, int32_t lon_e6) {
    double a = sin((lat_e6 - from->lat_e6) * RAD / 2), b = sin(((double)lon_e6 - from->lon_e6) * RAD / 2);
    double h = a * a + from->cos_lat * cos(lat_e6 * RAD) * b * b;
    return llround(2 * EARTH_M * asin(sqrt(h > 1 ? 1 : h)));
}

int64_t geo_distance_m(int32_t lat1, int32_t lon1, int32_t lat2, int32_t lon2) {
    GeoPlace from = geo_place(lat1, lon1);
    return geo_distance_from(&from, lat2, lon2);
}

static int by_from(const void *a, const void *b) {
    const GeoRange *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

size_t geo_cover(int32_t lat_e6, int32_t lon_e6, int64_t radius_m, GeoRange out[GEO_RANGES_MAX]) {
    /* Distances are rounded: half a metre beyond is within, too. */
    double angle = ((double)clamp(radius_m, 0, GEO_RADIUS_MAX_M) + 1) / EARTH_M, lat = lat_e6 * RAD;
    int64_t reach = (int64_t)ceil(angle / RAD);
    bool pole = lat_e6 + reach >= 90000000 || lat_e6 - reach <= -90000000;
    int64_t y0 = clamp(row(lat_e6 - reach) - MARGIN, 0, AXIS - 1), y1 = clamp(row(lat_e6 + reach) + MARGIN, 0, AXIS - 1);
    /* The meridians that touch the circle, where no pole is in it: Bronstein, spherical triangle with a right angle. */
    double turn = pole ? M_PI : asin(fmin(1, sin(angle) / cos(lat)));
    int64_t wide = (int64_t)ceil(turn / RAD) * AXIS / 360000000 + 1 + MARGIN;
    int64_t x0 = column(lon_e6) - wide, x1 = column(lon_e6) + wide;
    if (pole || x1 - x0 >= AXIS) {
        x0 = 0;
        x1 = AXIS - 1;
    }
    /* The finest grid that needs few cells. Columns go on counting over the date line; below, they come round. */
    int shift = 0;
    while (((x1 >> shift) - (x0 >> shift) + 1) * ((y1 >> shift) - (y0 >> shift) + 1) > GEO_RANGES_MAX)
        shift++;
    size_t n = 0;
    int64_t columns = AXIS >> shift;
    for (int64_t x = x0 >> shift; x <= x1 >> shift; x++)
        for (int64_t y = y0 >> shift; y <= y1 >> shift; y++) {
            int64_t from = cell((x % columns + columns) % columns, y) << 2 * shift;
            out[n++] = (GeoRange){from, from + (INT64_C(1) << 2 * shift)};
        }
    qsort(out, n, sizeof *out, by_from);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept && out[i].from <= out[kept - 1].to) {
            if (out[i].to > out[kept - 1].to)
                out[kept - 1].to = out[i].to;
        } else {
            out[kept++] = out[i];
        }
    }
    return kept;
}
