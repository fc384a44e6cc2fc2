/* demo_data.h - the words that the sample marketplace is made of. Static tables; see demo.c for how they are used. */
#ifndef APP_DEMO_DATA_H
#define APP_DEMO_DATA_H

#include "base/str.h"

typedef struct DemoPerson {
    const char *name, *course;
    int year; /* 1..5 */
    const char *bio;
    const char *skills; /* comma-separated */
} DemoPerson;

typedef struct DemoListing {
    const char *category; /* registry slug */
    const char *title;    /* {club} and {subject} are replaced */
    const char *description;
    const char *skills;
    int rupees_min, rupees_max; /* gigs: the budget; services: price is rupees_min */
    int days;                   /* until the deadline; services: delivery time */
} DemoListing;

extern const DemoPerson demo_people[];
extern const size_t demo_people_count;
extern const DemoListing demo_gigs[], demo_services[];
extern const size_t demo_gigs_count, demo_services_count;
extern const char *const demo_clubs[], *const demo_subjects[], *const demo_universities[];
extern const size_t demo_clubs_count, demo_subjects_count, demo_universities_count;
/* What people write: an application, both sides of an order's chat (alternating), hand-ins, reviews. */
extern const char *const demo_applications[], *const demo_chat[], *const demo_handins[], *const demo_reviews[];
extern const size_t demo_applications_count, demo_chat_count, demo_handins_count, demo_reviews_count;

#endif
