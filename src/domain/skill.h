/* skill.h - the registry of skills: what people write as text has a small permanent id here, for contracts that refer to skills
 * by id. Two spellings are one skill when they fold to the same words. Every list of skills that a listing or a person is given
 * is registered in the transaction that stores it, so a skill that is shown always has its id. */
#ifndef DOMAIN_SKILL_H
#define DOMAIN_SKILL_H

#include "domain/domain.h"

enum { SKILL_NAME_MAX = 50 /* code points */ };

typedef struct Skill {
    int64_t id;
    Str key;  /* skill_key of the name */
    Str name; /* as it was written first */
    int64_t created_ms;
} Skill;
extern const Record SKILL;
extern const Index *const SKILL_BY_KEY; /* unique */

/* What two spellings of a skill have in common: the folded words and the signs + and # in it ("C++" is not "C"), or the text
 * itself where there are no words. Empty when out of memory. */
Str skill_key(Arena *a, Str name);
/* For KeyPart.of: the keys of a List of skills. */
Err skill_keys(Arena *a, const List *skills, size_t *n, Str **strs);
/* Whether the list holds a skill with this key. Scratch from `a`. */
bool skills_have(Arena *a, const List *skills, Str key);

/* Checks a list of skills as it was given: trimmed, each once, at most `max` of 1 to SKILL_NAME_MAX characters. E_INVALID on
 * field `skills`. Writes nothing. */
Err skills_in(Call *c, const List *given, size_t max, List *out);
/* Registers those that are new. Write transaction; after all checks. */
Err skills_register(Call *c, const List *skills);
/* The id of a skill; 0 when nobody ever named it. */
int64_t skill_find(Tx *tx, Arena *a, Str name);

#endif
