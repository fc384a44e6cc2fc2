/* city.h - the cities that people choose their place from: a list of India's that comes with the box (data/cities.txt), and those
 * that admins add. Only a help for typing: a place may be any text. */
#ifndef DOMAIN_CITY_H
#define DOMAIN_CITY_H

#include "domain/domain.h"

enum { CITY_NAME_MAX = 100 /* code points */, CITIES_ADDED_MAX = 2000, CITY_MATCHES_MAX = 10 };

typedef struct City {
    int64_t id;
    Str name;
    Str key; /* folded */
    int64_t created_ms;
} City;
extern const Record CITY; /* those that were added */

typedef struct CityFindIn {
    Str q;
} CityFindIn;
/* CityFindIn -> PageOut of Str: names that hold q, whatever the case; those that begin with it first, the larger first; at most
 * CITY_MATCHES_MAX. Nothing for an empty q. Open to everybody. */
OpFn city_find;

typedef struct CityAddIn {
    Str name;
} CityAddIn;
/* CityAddIn -> City. Admins; audited. E_INVALID, E_CONFLICT when it is known. */
OpFn city_add;
/* nothing -> PageOut of City: those that were added, newest first. Admins. */
OpFn city_list;
/* IdIn -> nothing: takes back one that was added. Admins; audited. */
OpFn city_delete;

#endif
