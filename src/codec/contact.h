/* contact.h - phone numbers, e-mail addresses and bank details: syntax and one normal form each. Pure, thread-safe. */
#ifndef CODEC_CONTACT_H
#define CODEC_CONTACT_H

#include "base/buf.h"

enum { PHONE_CHARS_MAX = 16, EMAIL_BYTES_MAX = 254, IFSC_CHARS = 11, BANK_DIGITS_MIN = 9, BANK_DIGITS_MAX = 18 };
enum { COUNTRY_INDIA = 91 };

/* The normal form of a phone number is E.164: '+', country code, digits, 8 to 15 in all. Blanks, '-', '.', '(' and ')' are
 * ignored; "00" is "+"; a number without either is national in `country` (one leading 0 dropped; the country code with the full
 * number is taken too for India). Indian numbers have ten digits. Writes to out, *n characters, no NUL. False when it is none. */
bool phone_normal(Str s, int country, char out[PHONE_CHARS_MAX], size_t *n);

/* Addresses as people have them: dot-atom@domain of RFC 5321/5322 (no quotes, comments, literals), at most 254 bytes, local part
 * at most 64, at least two labels. UTF-8 is taken in neither. */
bool email_valid(Str s);
/* Lower case in the arena; two spellings of one mailbox compare equal. The caller checked email_valid. {NULL,0} when memory is
 * out. */
Str email_normal(Arena *a, Str s);

/* Indian Financial System Code: four letters, 0, six letters or digits, in either case. Writes it in upper case. */
bool ifsc_normal(Str s, char out[IFSC_CHARS]);
/* 9 to 18 digits, not all the same. Blanks and '-' are not taken. */
bool bank_account_valid(Str s);

#endif
