/* Cities that people can choose besides those that come with the box. */
#include "contract/campus/admin.h"
#include "domain/city.h"

VIEW(admin_city_view, City, "AdminCity", "A city that was added.", SHOW_ID("id", City, id, &CITY, "Its id."),
     SHOW("name", W_STR, City, name, "Its name."), SHOW("createdAt", W_TIME, City, created_ms, "When it was added."));
VIEW(admin_cities_view, PageOut, "AdminCities", "The cities that were added.", SHOW_ITEMS_AS("cities"));

INPUTS(admin_city_add_in, CityAddIn,
       INPUT("name", IN_BODY, W_STR, CityAddIn, name, NO_HAS, "Its name.", .flags = IN_REQUIRED | IN_TRIM, .min = 1,
             .max = CITY_NAME_MAX));
INPUTS(admin_city_in, IdIn, INPUT_ID("id", IdIn, id, &CITY, "Which city."));

static const Route campus_admin_cities_routes[] = {
    {ADMIN_READ(ADMIN, "/api/admin/cities", city_list, NULL, &admin_city_view), .envelope = &admin_cities_view,
     .shape = SHAPE_LIST, .summary = "The cities that were added."},
    {ADMIN_ACT(ADMIN, "POST", "/api/admin/cities", city_add, &admin_city_add_in, &admin_city_view), .status = 201,
     .errors = ERR(E_CONFLICT) | ERR(E_LIMIT), .summary = "Add a city."},
    {ADMIN_ACT(ADMIN, "DELETE", "/api/admin/cities/{id}", city_delete, &admin_city_in, &campus_done_view),
     .errors = ERR(E_MISSING), .summary = "Take back a city that was added."},
};
SECTION(campus_admin_cities, "Admin: cities", "Places that people can choose.");
