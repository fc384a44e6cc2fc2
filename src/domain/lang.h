/* lang.h - what leaves the box, in the reader's language.
 *
 * Notifications by push, e-mail and SMS and the messages with one-time codes are texts with holes (codec/template.h): one table a
 * language, lang_*.c, with the same texts and the same holes in each (lang_lint). Who reads: the account's language, else the
 * request's, else English. What the contracts answer is English always.
 *
 * A further language is a number here, a table, and a row in lang.c. Pure, thread-safe. */
#ifndef DOMAIN_LANG_H
#define DOMAIN_LANG_H

#include "codec/template.h"
#include "domain/notify.h"

/* Permanent numbers; 0 = not said. */
enum { LANG_EN = 1, LANG_HI, LANG_COUNT };

/* The texts: by NotificationType, then the others. */
enum { TEXT_CODE = NOTE_TYPE_COUNT, TEXT_COUNT };

typedef struct Text {
    Str title; /* of a push message, or the subject of a mail */
    Str body;
    Str sms;    /* shorter, for SMS; empty: the body */
    bool coded; /* what is put in are our own words: the language has its own for them */
} Text;
typedef struct LangWord {
    Str word, said;
} LangWord;

/* The language of a tag such as "hi" or "hi-IN", without regard to case; 0: none of ours. */
int32_t lang_of(Str tag);
/* The one a person's texts are in: `own` if it is one, else `asked`, else English. */
int32_t lang_choose(int32_t own, int32_t asked);
/* The one for an SMS: English where the box may not send SMS in that one (DomainConfig.sms_langs). */
int32_t lang_sms(const DomainConfig *cfg, int32_t lang);
#define LANG_BIT(lang) (INT32_C(1) << (lang))
/* The text as it leaves: its holes filled from vars[n] (at most LANG_VARS_MAX), in the arena. The SMS of a language that SMS
 * carry in UCS-2 (70 characters a part) fits one part: what `subject`, `detail` and `name` put in is cut for it. E_NOMEM,
 * E_INVALID (a hole without a variable). */
enum { LANG_VARS_MAX = 4 };
Err lang_say(Arena *a, int32_t lang, int32_t text, const Var *vars, size_t n, Text *out);

/* Faults of the tables, one line each to stderr; their number. Texts or words that a language lacks, other holes than English
 * has, an SMS that leaves no room for what is put in. */
size_t lang_lint(void);

/* ---- the tables ---- */

extern const Text lang_en[TEXT_COUNT], lang_hi[TEXT_COUNT];
extern const LangWord lang_en_words[], lang_hi_words[]; /* up to an empty one */

#endif
