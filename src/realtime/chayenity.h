/* chayenity.h - the chat sockets of Chayenity: /ws/chat/<room>?token=…, frames {"type":"…","data":{…}}.
 *
 * From the box: message, user_joined, user_left, typing, and error {detail, error_code} to who sent something that is not taken.
 * To the box: {"type":"send_message","content","image_url"?} and {"type":"typing","is_typing"}. Closes with 4401 without a good
 * token, 4404 when there is no such room, 4403 for those who take no part. */
#ifndef REALTIME_CHAYENITY_H
#define REALTIME_CHAYENITY_H

#include "realtime/hub.h"

extern const Dialect CHAYENITY_CHAT;

#endif
