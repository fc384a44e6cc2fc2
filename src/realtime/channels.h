/* channels.h - the three sockets of SkillConnect, as a site made with Django Channels has them. JSON frames, ids as integers.
 *
 *   /ws/notifications/                                    orders and applications as they come and are answered
 *   /ws/messaging/chat/<conversation>/                    messages, typing, who is there
 *   /ws/messaging/contracts/<order type>/<order id>/      contracts of an order as they change
 *
 * The token comes as ?token=, as a Bearer header or in the cookie; without a good one they close with 4401, for those who take no
 * part with 4403. Messages are sent by POST; a chat socket takes {"type":"typing","typing":true}. */
#ifndef REALTIME_CHANNELS_H
#define REALTIME_CHANNELS_H

#include "realtime/hub.h"

extern const Dialect CHANNELS_NOTIFICATIONS, CHANNELS_CHAT, CHANNELS_CONTRACTS;

#endif
