/* log.h - one line per event.
 *
 * Human text on a terminal, one JSON object per line otherwise. Fields are key/value pairs; never pass a secret, an OTP or a
 * whole phone number (log_phone masks one). Thread-safe: a line is one write(2) to stderr. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;
enum { LOG_LINE_BYTES = 1024, LOG_RING_LINES = 256 };

/* What is logged from now on, and how. json < 0: JSON unless stderr is a terminal. */
void log_setup(LogLevel least, int json);
bool log_enabled(LogLevel level);

/* A line `msg` from `component` with fields: alternating const char *key and formatted values are given as one printf format
 * of `key=value` pairs separated by single spaces, e.g. log_line(LOG_INFO, "net", "listening", "addr=%s port=%d", a, p). Values
 * containing spaces must be last. fmt may be "". Over-long lines are cut. */
void log_line(LogLevel level, const char *component, const char *msg, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* "+91XXXXXX3210" -> "+91******3210" into out (at least 24 bytes); for e-mail, "a***@host". Returns out. */
const char *log_mask(Str contact, char out[32]);

/* The newest lines (for the admin's live log): copies up to `max` lines after sequence `*seq`, oldest first, newline-separated,
 * into to[cap]; moves *seq. Returns bytes written. */
size_t log_recent(uint64_t *seq, char *to, size_t cap);

#endif
