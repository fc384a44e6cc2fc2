/* geo.h - places on the globe as index keys: cells of a quadtree over longitude and latitude, numbered along a Z-order curve
 * (Morton 1966), so that what lies close together lies in few ranges of numbers. Pure, thread-safe.
 *
 * Distances are those of a sphere of 6,371,008.8 m (the mean radius of the WGS 84 ellipsoid), by the haversine formula: within
 * 0.6 % of the ellipsoid's. Degrees are given in millionths (e6). */
#ifndef DOMAIN_GEO_H
#define DOMAIN_GEO_H

#include <stddef.h>
#include <stdint.h>

enum {
    GEO_RANGES_MAX = 48,       /* ranges of cells that cover a circle */
    GEO_RADIUS_MAX_M = 20100000 /* beyond it everything is near */
};

/* Cells in [from, to). */
typedef struct GeoRange {
    int64_t from, to;
} GeoRange;

/* The cell of a place, 0 .. 2^52 - 1: about 0.6 m at the equator. Latitude -90e6..90e6, longitude -180e6..180e6; 180 and -180 are
 * the same meridian. */
int64_t geo_cell(int32_t lat_e6, int32_t lon_e6);
/* Ranges, ascending and apart, that hold every place within radius_m of this one, over poles and the date line; their number.
 * What they hold beyond it grows with the circle, not with the globe. */
size_t geo_cover(int32_t lat_e6, int32_t lon_e6, int64_t radius_m, GeoRange out[GEO_RANGES_MAX]);
/* A place that many distances are measured from. */
typedef struct GeoPlace {
    int32_t lat_e6, lon_e6;
    double cos_lat;
} GeoPlace;
GeoPlace geo_place(int32_t lat_e6, int32_t lon_e6);
/* Along the great circle, in metres, rounded. */
int64_t geo_distance_from(const GeoPlace *from, int32_t lat_e6, int32_t lon_e6);
int64_t geo_distance_m(int32_t lat1_e6, int32_t lon1_e6, int32_t lat2_e6, int32_t lon2_e6);

#endif
