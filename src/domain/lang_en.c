/* What people are told in English. The contracts' answers say these texts too. */
#include "domain/lang.h"
#include "domain/notify.h"

// clang-format off
const Text lang_en[TEXT_COUNT] = {
    [NOTE_NEW_APPLICATION] = {.title = STR_INIT("New application"), .body = STR_INIT("Somebody applied to \"{subject}\".")},
    [NOTE_APPLICATION_ACCEPTED] = {.title = STR_INIT("Application accepted"), .body = STR_INIT("You were chosen for \"{subject}\".")},
    [NOTE_APPLICATION_REJECTED] = {.title = STR_INIT("Application not chosen"), .body = STR_INIT("You were not chosen for \"{subject}\".")},
    [NOTE_APPLICATION_WITHDRAWN] = {.title = STR_INIT("Application withdrawn"), .body = STR_INIT("An application to \"{subject}\" was withdrawn.")},
    [NOTE_ORDER_CREATED] = {.title = STR_INIT("New order"), .body = STR_INIT("There is an order for \"{subject}\" over {amount}.")},
    [NOTE_PAYMENT_RECEIVED] = {.title = STR_INIT("Payment received"), .body = STR_INIT("{amount} for \"{subject}\" is held safely until the work is approved.")},
    [NOTE_WORK_STARTED] = {.title = STR_INIT("Work has started"), .body = STR_INIT("Work on \"{subject}\" has started.")},
    [NOTE_WORK_SUBMITTED] = {.title = STR_INIT("Work handed in"), .body = STR_INIT("The work for \"{subject}\" waits for your approval.")},
    [NOTE_REVISION_REQUESTED] = {.title = STR_INIT("Revision requested"), .body = STR_INIT("Changes are asked for in \"{subject}\".")},
    [NOTE_ORDER_APPROVED] = {.title = STR_INIT("Work approved"), .body = STR_INIT("Your work for \"{subject}\" was approved.")},
    [NOTE_ORDER_COMPLETED] = {.title = STR_INIT("Order completed"), .body = STR_INIT("\"{subject}\" is complete.")},
    [NOTE_ORDER_CANCELLED] = {.title = STR_INIT("Order cancelled"), .body = STR_INIT("\"{subject}\" was cancelled.")},
    [NOTE_ORDER_DISPUTED] = {.title = STR_INIT("Order disputed"), .body = STR_INIT("A moderator will look at \"{subject}\".")},
    [NOTE_DISPUTE_SETTLED] = {.title = STR_INIT("Dispute settled"), .body = STR_INIT("A moderator has decided about \"{subject}\".")},
    [NOTE_AUTO_APPROVE_SOON] = {.title = STR_INIT("Please look at the work"), .body = STR_INIT("The work for \"{subject}\" is soon approved by itself.")},
    [NOTE_REFUND] = {.title = STR_INIT("Refund"), .body = STR_INIT("{amount} is on its way back to you.")},
    [NOTE_WITHDRAWAL_PAID] = {.title = STR_INIT("Withdrawal paid"), .body = STR_INIT("{amount} was sent to your bank account.")},
    [NOTE_WITHDRAWAL_FAILED] = {.title = STR_INIT("Withdrawal failed"), .body = STR_INIT("{amount} could not be sent and is back in your wallet.")},
    [NOTE_BANK_VERIFIED] = {.title = STR_INIT("Bank account verified"), .body = STR_INIT("You can withdraw to the account ending in {subject}.")},
    [NOTE_BANK_FAILED] = {.title = STR_INIT("Bank account not verified"), .body = STR_INIT("The account ending in {subject} could not be verified.")},
    [NOTE_NEW_MESSAGE] = {.title = STR_INIT("New message"), .body = STR_INIT("{subject} wrote to you.")},
    [NOTE_NEW_REVIEW] = {.title = STR_INIT("New review"), .body = STR_INIT("{subject} reviewed you. It shows once you have written yours, or after some days.")},
    [NOTE_BADGE] = {.title = STR_INIT("New badge"), .body = STR_INIT("You earned the badge {subject}."), .coded = true},
    [NOTE_GIG_BOOSTED] = {.title = STR_INIT("Gig boosted"), .body = STR_INIT("\"{subject}\" is shown first among equals.")},
    [NOTE_SAVED_SEARCH] = {.title = STR_INIT("A gig for you"), .body = STR_INIT("\"{subject}\" fits a search of yours.")},
    [NOTE_ID_VERIFIED] = {.title = STR_INIT("Student ID verified"), .body = STR_INIT("Your student ID was verified.")},
    [NOTE_LISTING_REMOVED] = {.title = STR_INIT("Listing taken down"), .body = STR_INIT("A moderator took \"{subject}\" down: {detail}")},
    [NOTE_AGREEMENT_ACCEPTED] = {.title = STR_INIT("Contract accepted"), .body = STR_INIT("Your contract over {amount} was accepted.")},
    [NOTE_AGREEMENT_REJECTED] = {.title = STR_INIT("Contract rejected"), .body = STR_INIT("Your contract over {amount} was rejected.")},
    [NOTE_APPLICATION_STAGE] = {.title = STR_INIT("Your application"), .body = STR_INIT("Your application to \"{subject}\" is being looked at.")},
    [NOTE_GIG_UPDATED] = {.title = STR_INIT("Gig changed"), .body = STR_INIT("\"{subject}\" has changed.")},
    [NOTE_CALL_SCHEDULED] = {.title = STR_INIT("Call scheduled"), .body = STR_INIT("{subject} has fixed a time for a call with you.")},
    [NOTE_CALL_STARTED] = {.title = STR_INIT("Call"), .body = STR_INIT("{subject} is calling you.")},
    [NOTE_CALL_SOON] = {.title = STR_INIT("Call soon"), .body = STR_INIT("Your call with {subject} begins soon.")},
    [NOTE_CALL_CANCELLED] = {.title = STR_INIT("Call cancelled"), .body = STR_INIT("The call with {subject} was called off.")},
    [NOTE_LISTING_RESTORED] = {.title = STR_INIT("Listing is back"), .body = STR_INIT("\"{subject}\" can be seen again.")},
    [NOTE_ID_REJECTED] = {.title = STR_INIT("Student ID not accepted"), .body = STR_INIT("Your student ID was not accepted: {detail}")},
    [NOTE_REPORT_SETTLED] = {.title = STR_INIT("Your report was looked at"), .body = STR_INIT("A moderator has {detail} your report. Thank you."), .coded = true},
    [NOTE_SAVED_SEARCH_DIGEST] = {.title = STR_INIT("More gigs for you"), .body = STR_INIT("{subject} more gigs fit your saved searches.")},
    [TEXT_CODE] = {.title = STR_INIT("{name}: your code"), .body = STR_INIT("{code} is your code for {name}. It is good for {minutes} min. Tell it to nobody.")},
};
const LangWord lang_en_words[] = {
    {STR_INIT("first_gig"), STR_INIT("first_gig")}, {STR_INIT("ten_gigs"), STR_INIT("ten_gigs")}, {STR_INIT("top_rated"), STR_INIT("top_rated")},
    {STR_INIT("verified_student"), STR_INIT("verified_student")}, {STR_INIT("fast_responder"), STR_INIT("fast_responder")},
    {STR_INIT("upheld"), STR_INIT("upheld")}, {STR_INIT("dismissed"), STR_INIT("dismissed")},
    {{0}, {0}},
};
// clang-format on
