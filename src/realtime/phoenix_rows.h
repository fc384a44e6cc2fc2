/* phoenix_rows.h - rows of the tables messages and notifications as a change of the database is told. */
#ifndef REALTIME_PHOENIX_ROWS_H
#define REALTIME_PHOENIX_ROWS_H

#include "realtime/hub.h"

/* Bits of tables and of what happened to a row. */
enum { TABLE_MESSAGES = 1, TABLE_NOTIFICATIONS = 2 };
enum { CHANGE_INSERT = 1, CHANGE_UPDATE = 2, CHANGE_DELETE = 4 };

/* What an event means as a change: false when nothing that is told. */
bool change_of(const Event *e, int32_t *table, int32_t *change);
/* Appends {"schema":"public","table":…,"commit_timestamp":…,"type":"INSERT","columns":[…],"record":{…},"errors":null}; nothing
 * when the row is gone. */
void change_put(Hub *hub, Call *c, const Event *e, Buf *b);

#endif
