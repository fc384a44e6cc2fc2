/* The record tables of the domain, by kind number. What lies right of the domain adds its own when the store is opened
 * (app/records.c). */
#include "domain/account.h"
#include "domain/agreement.h"
#include "domain/application.h"
#include "domain/audit.h"
#include "domain/bank.h"
#include "domain/boost.h"
#include "domain/buddy.h"
#include "domain/category.h"
#include "domain/city.h"
#include "domain/conversation.h"
#include "domain/device.h"
#include "domain/event.h"
#include "domain/figures.h"
#include "domain/file.h"
#include "domain/ledger.h"
#include "domain/milestone.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/outbox.h"
#include "domain/payment.h"
#include "domain/payment_request.h"
#include "domain/profile.h"
#include "domain/report.h"
#include "domain/review.h"
#include "domain/saved.h"
#include "domain/saved_search.h"
#include "domain/service.h"
#include "domain/session.h"
#include "domain/skill.h"
#include "domain/subscription.h"
#include "domain/usage.h"
#include "domain/video_call.h"
#include "domain/wallet.h"

/* One a line, so that two additions do not meet. */
// clang-format off
const Record *const domain_records[] = {
    &USER,
    &SESSION,
    &OTP,
    &GIG,
    &APPLICATION,
    &CATEGORY,
    &SERVICE,
    &CONVERSATION,
    &MESSAGE,
    &REVIEW,
    &NOTIFICATION,
    &FILE_RECORD,
    &DEVICE,
    &REPORT,
    &BLOCK,
    &EVENT,
    &OUTBOX,
    &ORDER,
    &TRANSFER,
    &BALANCE,
    &REGISTRATION, &SUBSCRIPTION, &SUBSCRIPTION_REF,
    &PAYMENT,
    &RECEIPT,
    &REFUND,
    &AUDIT,
    &BANK_ACCOUNT,
    &WITHDRAWAL,
    &BOOST,
    &MILESTONE,
    &AGREEMENT,
    &PAYMENT_REQUEST,
    &USAGE,
    &SAVED,
    &VIDEO_CALL,
    &SKILL,
    &FREELANCER,
    &CLIENT,
    &CITY,
    &GIG_NEWS,
    &DAY,
    &SAVED_SEARCH,
    &BUDDY,
};
// clang-format on
const size_t domain_record_count = COUNT(domain_records);
