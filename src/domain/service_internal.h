/* service_internal.h - the indexes that lists of services walk (service_list.c). Their keys are: what the list is of (counted),
 * what it is sorted by, when the service was offered, its category, price and delivery time. */
#ifndef DOMAIN_SERVICE_INTERNAL_H
#define DOMAIN_SERVICE_INTERNAL_H

#include "domain/service.h"

extern const Index *const SERVICE_BY_CATEGORY;
extern const Index *const SERVICE_BY_CREATED;
extern const Index *const SERVICE_BY_PRICE;
extern const Index *const SERVICE_BY_DAYS;
extern const Index *const SERVICE_BY_ORDERS;
extern const Index *const SERVICE_BY_RATING;
extern const Index *const SERVICE_BY_SKILL;

#endif
