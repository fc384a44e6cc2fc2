/* A backup that is taken piece by piece: store_backup in a thread of its own, writing into a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"

enum { COPY_STACK_BYTES = 256 * 1024 };

struct StoreCopy {
    Store *store;
    pthread_t thread;
    int from, to;
    _Atomic(int) result; /* Err of the thread; read behind the pipe's end */
};

static atomic_flag copying = ATOMIC_FLAG_INIT;

static void *copy_main(void *arg) {
    StoreCopy *c = arg;
    atomic_store(&c->result, (int)store_backup(c->store, c->to));
    close(c->to);
    return NULL;
}

static Err start(StoreCopy *c) {
    int fds[2];
    pthread_attr_t attr;
    if (pipe2(fds, O_CLOEXEC) != 0)
        return E_IO;
    c->from = fds[0];
    c->to = fds[1];
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, COPY_STACK_BYTES);
    int rc = pthread_create(&c->thread, &attr, copy_main, c);
    pthread_attr_destroy(&attr);
    if (rc == 0)
        return OK;
    close(fds[0]);
    close(fds[1]);
    return E_NOMEM;
}

Err store_copy_open(Store *s, StoreCopy **out) {
    if (atomic_flag_test_and_set(&copying))
        return E_BUSY;
    StoreCopy *c = calloc(1, sizeof *c);
    Err e = E_NOMEM;
    if (c) {
        c->store = s;
        e = start(c);
    }
    if (e) {
        free(c);
        atomic_flag_clear(&copying);
        return e;
    }
    *out = c;
    return OK;
}

Err store_copy_next(void *copy, void *to, size_t cap, size_t *n) {
    StoreCopy *c = copy;
    *n = 0;
    for (;;) {
        ssize_t got = read(c->from, to, cap);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return E_IO;
        *n = (size_t)got;
        return got ? OK : (Err)atomic_load(&c->result);
    }
}

void store_copy_close(void *copy) {
    StoreCopy *c = copy;
    close(c->from); /* a copy under way fails with EPIPE */
    pthread_join(c->thread, NULL);
    free(c);
    atomic_flag_clear(&copying);
}
