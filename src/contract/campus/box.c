/* What is there to know about the box itself: settings that clients need, categories, search suggestions. */
#include "contract/campus/campus.h"
#include "domain/boost.h"
#include "domain/category.h"
#include "domain/gig.h"

typedef struct ConfigOut {
    Str name, currency, key_id, push_key;
    int32_t decimals, fee_bps, boost_days_max;
    int64_t boost_price, withdraw_min, otp_ttl_s, auto_approve_s;
    bool sandbox, sandbox_payments, sandbox_messages;
} ConfigOut;
VIEW(campus_config_view, ConfigOut, "Config", "Public facts of this marketplace.",
     SHOW("name", W_STR, ConfigOut, name, "Its name."), SHOW("currency", W_STR, ConfigOut, currency, "ISO 4217."),
     SHOW("currencyDecimals", W_INT, ConfigOut, decimals, "Digits after the point of a major unit."),
     SHOW("feeBasisPoints", W_INT, ConfigOut, fee_bps, "The marketplace's share, in 1/100 %."),
     SHOW("feePercent", W_DECIMAL, ConfigOut, fee_bps, "The same in percent.", .scale = 2),
     SHOW("razorpayKeyId", W_STR, ConfigOut, key_id, "The payment provider's public key.", .empty = EMPTY_NULL),
     SHOW("vapidPublicKey", W_STR, ConfigOut, push_key, "What a browser subscribes to push messages with.", .empty = EMPTY_NULL),
     SHOW("boostPricePerDay", W_MONEY, ConfigOut, boost_price, "What a day of boosting costs."),
     SHOW("boostDaysMax", W_INT, ConfigOut, boost_days_max, "Days at most."),
     SHOW("withdrawMin", W_MONEY, ConfigOut, withdraw_min, "The smallest withdrawal."),
     SHOW("otpExpiresIn", W_INT, ConfigOut, otp_ttl_s, "Seconds that a code is good for."),
     SHOW("autoApproveIn", W_INT, ConfigOut, auto_approve_s,
          "Seconds until submitted work counts as approved without an answer."),
     SHOW("sandbox", W_BOOL, ConfigOut, sandbox, "Providers are simulated: no real money moves."),
     SHOW("sandboxPayments", W_BOOL, ConfigOut, sandbox_payments, "The payment provider is one of them."),
     SHOW("sandboxMessages", W_BOOL, ConfigOut, sandbox_messages, "Nor are SMS sent: the sandbox keeps them."));

static Err config(Exchange *x) {
    const DomainConfig *c = x->cfg;
    ConfigOut out = {.name = c->name,
                     .currency = c->currency,
                     .key_id = x->ports->checkout_key_id,
                     .push_key = x->ports->push_key,
                     .decimals = c->currency_decimals,
                     .fee_bps = c->fee_bps,
                     .boost_days_max = BOOST_DAYS_MAX,
                     .boost_price = c->boost_price_per_day,
                     .withdraw_min = c->withdraw_min,
                     .otp_ttl_s = c->otp_ttl_ms / MS_SECOND,
                     .auto_approve_s = c->auto_approve_ms / MS_SECOND,
                     .sandbox = x->ports->sandbox,
                     .sandbox_payments = x->ports->sandbox_payments,
                     .sandbox_messages = x->ports->sandbox_messages};
    return exchange_render_as(x, NULL, 200, &campus_config_view, &out);
}

VIEW(campus_category_view, Category, "Category", "A category of the registry.",
     SHOW("slug", W_STR, Category, slug, "What listings name."), SHOW("name", W_STR, Category, name, "For people."),
     SHOW("aliases", W_STRS, Category, aliases, "Taken for it too."));

INPUTS(suggest_in, SuggestIn,
       INPUT("q", IN_QUERY, W_STR, SuggestIn, q, NO_HAS, "What was typed so far.", .flags = IN_TRIM, .max = 100),
       INPUT("limit", IN_QUERY, W_INT, SuggestIn, limit, NO_HAS, "How many.", .flags = IN_CLAMP | IN_DEFAULT, .min = 1, .max = 20,
             .fallback = 8));
VIEW_SCALAR(campus_strings_view, W_STR, Str, "Text.");

static const Route campus_box_routes[] = {
    {.method = "GET",
     .path = "/api/config",
     .handler = config,
     .view = &campus_config_view,
     .shape = SHAPE_ONE,
     .summary = "Public facts of this marketplace."},
    {.method = "GET",
     .path = "/api/categories",
     .op = category_list,
     .view = &campus_category_view,
     .plural = "categories",
     .shape = SHAPE_LIST,
     .summary = "The categories."},
    {.method = "GET",
     .path = "/api/search/suggest",
     .op = gig_suggest,
     .in = &suggest_in,
     .view = &campus_strings_view,
     .shape = SHAPE_LIST,
     .plural = "suggestions",
     .access = ACCESS_OPTIONAL,
     .kept = true,
     .summary = "Completions as you type."},
};
SECTION(campus_box, "Marketplace", "Facts, categories, suggestions.");
