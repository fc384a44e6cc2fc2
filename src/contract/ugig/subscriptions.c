/* What one has used of a month's allowance. */
#include "contract/ugig/ugig.h"
#include "domain/usage.h"

VIEW(usage_view, UsageOut, "Usage", "This month.", SHOW("posts_used", W_INT, UsageOut, posts_used, "Gigs posted."),
     SHOW("posts_limit", W_INT, UsageOut, posts_limit, "Gigs that may be posted; null: any number.", .empty = EMPTY_NULL),
     SHOW("can_post", W_BOOL, UsageOut, can_post, "Whether one more may be."));

static const Route ugig_subscriptions_routes[] = {
    {UGIG_ACTION("getUsage", "What one used this month."), .op = usage_get, .view = &usage_view, .shape = SHAPE_ONE,
     .reads = true, .access = ACCESS_SIGNED_IN},
};
SECTION(ugig_subscriptions, "Subscriptions", "Plans.");
