/* blocking.h - saying "I wait now".
 *
 * A worker thread that is about to wait for a commit or for another machine says so, and the pool it belongs to lets another
 * worker take over meanwhile. The pool registers how; without one these do nothing. Nestable. Thread-safe. */
#ifndef BASE_BLOCKING_H
#define BASE_BLOCKING_H

typedef void BlockingHook(void);

/* Registers the hooks, once, before threads are started. */
void blocking_register(BlockingHook *begin, BlockingHook *end);
void blocking_begin(void);
void blocking_end(void);

#endif
