#include "gateway/gateway.h"

#include <assert.h>
#include <stdlib.h>

#include "gateway/internal.h"
#include "gateway/sms.h"

static Err thread_start(pthread_t *t, void *(*run)(void *), void *arg) {
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, GATEWAY_STACK_BYTES);
    int failed = pthread_create(t, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return failed ? E_NOMEM : OK;
}

/* With as many senders as lanes each has its own, further ones are shared out; with fewer, a sender serves several. */
static uint32_t lanes_of(int sender, int senders) {
    if (senders >= LANE_COUNT)
        return 1u << (sender % LANE_COUNT);
    uint32_t lanes = 0;
    for (int lane = sender; lane < LANE_COUNT; lane += senders)
        lanes |= 1u << lane;
    return lanes;
}

static void join(Gateway *g, int threads) {
    pthread_mutex_lock(&g->lock);
    g->stopping = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    if (threads > 0)
        pthread_join(g->dispatcher, NULL);
    if (threads > 1)
        pthread_join(g->poller, NULL);
    for (int i = 0; i < g->sender_count; i++)
        pthread_join(g->senders[i].thread, NULL);
}

void gateway_free(Gateway *g) {
    if (!g)
        return;
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->lock);
    arena_free(&g->account);
    free(g);
}

Err gateway_start(const GatewayEnv *env, Gateway **out) {
    assert(env->config->senders >= 1 && env->config->senders <= GATEWAY_SENDERS_MAX);
    assert(env->config->calls_max >= 1 && env->config->calls_max <= GATEWAY_CALLS_MAX);
    const SmsRow *sms = sms_row(env->config->sms_provider);
    if (!sms || (!sms->base && !env->config->sms_url.n))
        return E_INVALID;
    Gateway *g = calloc(1, sizeof *g);
    if (!g)
        return E_NOMEM;
    g->env = *env;
    g->cfg = env->config;
    g->sms = sms;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, &attr);
    pthread_condattr_destroy(&attr);
    arena_init(&g->account, GATEWAY_ARENA_BYTES);
    int threads = 0;
    Err e = g->cfg->push_account.n ? push_account_read(g) : OK;
    if (e) {
        gateway_free(g);
        return e;
    }
    e = thread_start(&g->dispatcher, gateway_dispatch, g);
    if (!e)
        threads++, e = thread_start(&g->poller, gateway_poll, g);
    if (!e)
        threads++;
    for (int i = 0; !e && i < g->cfg->senders; i++) {
        Sender *s = &g->senders[i];
        *s = (Sender){.gateway = g, .lanes = lanes_of(i, g->cfg->senders)};
        e = thread_start(&s->thread, gateway_send, s);
        if (!e)
            g->sender_count++;
    }
    if (e) {
        join(g, threads);
        gateway_free(g);
        return e;
    }
    *out = g;
    return OK;
}

void gateway_wake(void *gateway) {
    Gateway *g = gateway;
    pthread_mutex_lock(&g->lock);
    g->woken = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

void gateway_stop(Gateway *g) {
    if (g)
        join(g, 2);
}

void gateway_stats(const Gateway *g, GatewayStats *out) {
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&g->lock;
    pthread_mutex_lock(lock);
    *out = g->stats;
    pthread_mutex_unlock(lock);
}
