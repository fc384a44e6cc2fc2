/* campus.h - the native contract: what its files share.
 *
 * Paths /api/…, ids as UUIDs, money in minor units, time in ms. A single thing is bare, a list is {"<plural>":[…],"page","limit",
 * "total","hasMore"}. The bundled web UI speaks this contract only; what it needs is added here in the same style. */
#ifndef CONTRACT_CAMPUS_CAMPUS_H
#define CONTRACT_CAMPUS_CAMPUS_H

#include "contract/exchange.h"

extern const Contract campus_contract;

/* One section a topic, each in the file of its name. */
extern const Section campus_auth, campus_users, campus_gigs, campus_applications, campus_orders, campus_milestones,
    campus_payments, campus_wallet, campus_services, campus_reviews, campus_notifications, campus_files, campus_box,
    campus_realtime, campus_talk, campus_calls, campus_setup, campus_admin_people, campus_admin_listings, campus_admin_reports,
    campus_admin_orders, campus_admin_money, campus_admin_messages, campus_admin_box, campus_admin_cities, campus_admin_system,
    campus_alerts, campus_mydata, campus_admin_backup, campus_near, campus_portfolio;

/* Views that several topics show; the realtime dialect too. Over the domain's structs of the same name unless said otherwise. */
extern const View campus_user_view;       /* User: private rows for oneself only */
extern const View campus_person_view;     /* int64_t, a user id: the few facts shown beside a thing */
extern const View campus_gig_view;
extern const View campus_application_view;
extern const View campus_order_view;
extern const View campus_service_view;
extern const View campus_message_view;
extern const View campus_conversation_view; /* ConversationRow */
extern const View campus_bank_view;       /* BankAccount */
extern const View campus_milestone_view;
extern const View campus_call_view;       /* VideoCall */
extern const View campus_file_view;       /* File, as an attachment */
extern const View campus_review_view, campus_balance_view, campus_transaction_view, campus_withdrawal_view,
    campus_notification_view, campus_preference_view, campus_device_view, campus_saved_search_view, campus_block_view,
    campus_upload_view, campus_work_view; /* Portfolio */
extern const View campus_done_view;       /* {"success":true}, over nothing */

extern const Words campus_order_status_words, campus_escrow_words, campus_deadline_words;

/* For views: the category's slug of an id, the files of a list of ids, the path under which a file is served. */
bool campus_category(Render *r, int64_t id, Value *out);
bool campus_attachments(Render *r, const List *ids, Value *out);
bool campus_file_path(Render *r, int64_t file, Value *out);
/* The id behind "/api/files/<id>" or a bare id; false when it is neither. */
bool campus_file_of(Exchange *x, Str url, int64_t *file);

#endif
