#include "base/blocking.h"

#include <stddef.h>

static BlockingHook *hook_begin, *hook_end;

void blocking_register(BlockingHook *begin, BlockingHook *end) {
    hook_begin = begin;
    hook_end = end;
}

void blocking_begin(void) {
    if (hook_begin)
        hook_begin();
}

void blocking_end(void) {
    if (hook_end)
        hook_end();
}
