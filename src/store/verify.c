#include "store/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/internal.h"

/* ---- LMDB 0.9's layout; page numbers are as wide as the machine's size_t, so a file belongs to one word size ---- */

typedef struct PageHead {
    size_t pgno;
    uint16_t pad, flags;
    union {
        struct {
            uint16_t lower, upper; /* the free space between offsets and nodes */
        };
        uint32_t pages; /* of an overflow run */
    };
} PageHead;

typedef struct Tree {
    uint32_t pad; /* of the first tree of a meta page: the page size */
    uint16_t flags, depth;
    size_t branch_pages, leaf_pages, overflow_pages, entries, root;
} Tree;

typedef struct Meta {
    uint32_t magic, version;
    void *address;
    size_t map_bytes;
    Tree trees[2]; /* free pages, names */
    size_t last_page, txn;
} Meta;

typedef struct Node {
    uint16_t lo, hi, flags, key_bytes;
} Node;

enum {
    META_VERSION = 1,
    PAGE_BRANCH = 1,
    PAGE_LEAF = 2,
    PAGE_OVERFLOW = 4,
    PAGE_META = 8,
    NODE_BIG = 1,
    NODE_TREE = 2,
    ENV_FIXED_MAP = 1,
    PAGE_BYTES_LEAST = 512,
    PAGE_BYTES_MOST = 32768,
    DEPTH_MAX = 32,
    KEY_MAX = 511,
    TAIL_PAGES_MAX = 131072, /* unwritten free pages at the end: no more than one transaction can make */
    VERIFY_LEAVES_BYTES = 8 << 20
};
static const uint32_t meta_magic = 0xBEEFC0DE;
static const size_t no_page = SIZE_MAX;

/* ---- the meta pages ---- */

static bool read_at(int fd, void *to, size_t n, uint64_t at) {
    char *p = to;
    while (n) {
        ssize_t got = pread(fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
        at += (uint64_t)got;
    }
    return true;
}

static bool page_bytes_ok(size_t n) { return n >= PAGE_BYTES_LEAST && n <= PAGE_BYTES_MOST && (n & (n - 1)) == 0; }

/* NULL when it is good, else what is wrong with it. */
static const char *meta_read(int fd, uint64_t at, Meta *m) {
    struct {
        PageHead head;
        Meta meta;
    } page;
    if (!read_at(fd, &page, sizeof page, at))
        return "is cut off";
    *m = page.meta;
    uint32_t other;
    memcpy(&other, (const char *)&page + (sizeof(size_t) == 8 ? 12 : 16), sizeof other);
    if (m->magic != meta_magic)
        return other == meta_magic ? "was made on a machine of another word size (32 or 64 bits)" : "is not a database";
    if (m->version != META_VERSION)
        return "has an unknown format version";
    if (!(page.head.flags & PAGE_META) || !page_bytes_ok(m->trees[0].pad) || (m->trees[0].flags & ENV_FIXED_MAP) ||
        m->trees[1].flags)
        return "has a damaged first page";
    return NULL;
}

static Err verify_metas(int fd, uint64_t file_bytes, const char **what) {
    Meta m[2];
    *what = meta_read(fd, 0, &m[0]);
    if (!*what)
        *what = meta_read(fd, m[0].trees[0].pad, &m[1]);
    if (!*what && m[0].trees[0].pad != m[1].trees[0].pad)
        *what = "has two first pages that differ";
    for (int i = 0; i < 2 && !*what; i++) {
        if (m[i].last_page < 1 || m[i].last_page > file_bytes / m[i].trees[0].pad + TAIL_PAGES_MAX)
            *what = "has a damaged first page";
        for (int t = 0; t < 2 && !*what; t++)
            if (m[i].trees[t].root != no_page && m[i].trees[t].root > m[i].last_page)
                *what = "has a damaged first page";
    }
    if (*what)
        return E_CORRUPT;
    const Meta *newest = &m[m[0].txn < m[1].txn];
    for (int t = 0; t < 2; t++)
        if (newest->trees[t].root != no_page && (newest->trees[t].root + 1) * newest->trees[0].pad > file_bytes)
            *what = "is cut off";
    return *what ? E_CORRUPT : OK;
}

Err verify_file(const char *path, Arena *a, Str *why) {
    struct stat st;
    const char *what = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return OK;
    Err e = fd < 0 || fstat(fd, &st) != 0 ? E_IO : OK;
    if (!e && st.st_size > 0)
        e = verify_metas(fd, (uint64_t)st.st_size, &what);
    if (fd >= 0)
        close(fd);
    if (e && a)
        *why = arena_printf(a, "%s %s", path, what ? what : "cannot be read");
    return e;
}

/* ---- the pages of a snapshot ---- */

typedef struct Walker {
    int fd;
    size_t page_bytes, last_page;
    uint64_t file_bytes;
    bool leaves; /* read every leaf, not only those of the free list and the names */
    uint8_t *seen;
    char *pages[DEPTH_MAX + 1]; /* one page per level of the tree being walked; level 0 for the trees themselves */
    void (*say)(void *ctx, Str line);
    void *ctx;
    uint64_t faults;
    bool no_memory;
} Walker;

typedef enum Which { TREE_FREE, TREE_NAMES, TREE_DATA } Which;

typedef struct TreeWalk {
    Walker *w;
    Which which;
    const char *name;
    const Tree *tree;
    size_t branch_pages, leaf_pages, overflow_pages, entries;
    uint8_t last_key[KEY_MAX];
    size_t last_key_bytes;
    bool partial; /* leaves were not read */
} TreeWalk;

enum { FAULTS_TOLD_MAX = 100 };

static bool bad(TreeWalk *t, size_t pgno, const char *what) {
    Walker *w = t->w;
    if (++w->faults <= FAULTS_TOLD_MAX && w->say) {
        char line[160];
        int n = snprintf(line, sizeof line, "page %zu of %s: %s", pgno, t->name, what);
        w->say(w->ctx, str_of(line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1));
    }
    return false;
}

/* Marks pages as met; a page met twice belongs to two things. */
static bool mark(TreeWalk *t, size_t pgno, size_t n) {
    Walker *w = t->w;
    if (pgno < 2 || pgno > w->last_page || n > w->last_page - pgno + 1)
        return bad(t, pgno, "number out of range");
    for (size_t i = pgno; i < pgno + n; i++) {
        if (w->seen[i / 8] >> (i % 8) & 1)
            return bad(t, i, "is used twice");
        w->seen[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    return true;
}

static char *level_page(Walker *w, unsigned level) {
    if (!w->pages[level])
        w->pages[level] = malloc(w->page_bytes);
    w->no_memory |= !w->pages[level];
    return w->pages[level];
}

static size_t node_count(const PageHead *h) { return (h->lower - sizeof(PageHead)) / sizeof(uint16_t); }

static const Node *node_at(const char *page, size_t i) {
    uint16_t offset;
    memcpy(&offset, page + sizeof(PageHead) + i * sizeof offset, sizeof offset);
    return (const Node *)(page + offset);
}

static size_t node_bytes(const Node *n) { return n->lo | (size_t)n->hi << 16; }

static size_t node_child(const Node *n) {
    size_t pgno = node_bytes(n);
    return sizeof(size_t) == 8 ? pgno | (size_t)((uint64_t)n->flags << 32) : pgno;
}

/* Everything that can be said of a page by itself: then its nodes may be read. */
static bool page_sound(TreeWalk *t, const char *page, size_t pgno, bool leaf) {
    const PageHead *h = (const PageHead *)page;
    size_t size = t->w->page_bytes;
    if (h->pgno != pgno || h->flags != (leaf ? PAGE_LEAF : PAGE_BRANCH))
        return bad(t, pgno, "is not the page that it should be");
    if (h->lower < sizeof *h || h->lower > h->upper || h->upper > size || (h->lower - sizeof *h) % sizeof(uint16_t))
        return bad(t, pgno, "has damaged bounds");
    if (node_count(h) < (leaf || t->which == TREE_FREE ? 1 : 2))
        return bad(t, pgno, "has too few entries");
    for (size_t i = 0; i < node_count(h); i++) {
        uint16_t offset;
        memcpy(&offset, page + sizeof *h + i * sizeof offset, sizeof offset);
        if (offset < h->upper || offset % 2 || offset + sizeof(Node) > size)
            return bad(t, pgno, "has an entry outside itself");
        const Node *n = (const Node *)(page + offset);
        size_t value = !leaf ? 0 : n->flags & NODE_BIG ? sizeof(size_t) : node_bytes(n);
        if (n->key_bytes > KEY_MAX || (leaf && !n->key_bytes) || value > size ||
            offset + sizeof(Node) + n->key_bytes + value > size)
            return bad(t, pgno, "has an entry that is too long");
        if (leaf && n->flags != (t->which == TREE_NAMES ? NODE_TREE : n->flags & NODE_BIG))
            return bad(t, pgno, "has an entry of a wrong kind");
        if (t->which == TREE_FREE && leaf && n->key_bytes != sizeof(size_t))
            return bad(t, pgno, "has a key of a wrong size");
    }
    return true;
}

static bool key_ascends(TreeWalk *t, const Node *n) {
    const char *key = (const char *)(n + 1);
    bool good = !t->last_key_bytes;
    if (!good && t->which == TREE_FREE) {
        size_t a, b;
        memcpy(&a, t->last_key, sizeof a);
        memcpy(&b, key, sizeof b);
        good = a < b;
    } else if (!good) {
        good = str_cmp(str_of(t->last_key, t->last_key_bytes), str_of(key, n->key_bytes)) < 0;
    }
    memcpy(t->last_key, key, n->key_bytes);
    t->last_key_bytes = n->key_bytes;
    return good;
}

/* A value on pages of its own. Gives its first page's offset in the file. */
static bool overflow_sound(TreeWalk *t, const Node *n, uint64_t *at) {
    Walker *w = t->w;
    size_t pgno, need = (sizeof(PageHead) - 1 + node_bytes(n)) / w->page_bytes + 1;
    memcpy(&pgno, (const char *)(n + 1) + n->key_bytes, sizeof pgno);
    PageHead h;
    if (pgno < 2 || pgno > w->last_page || !read_at(w->fd, &h, sizeof h, (uint64_t)pgno * w->page_bytes))
        return bad(t, pgno, "of a long value cannot be read");
    if (h.pgno != pgno || h.flags != PAGE_OVERFLOW || h.pages < need)
        return bad(t, pgno, "of a long value is damaged");
    if (!mark(t, pgno, h.pages))
        return false;
    *at = (uint64_t)pgno * w->page_bytes + sizeof h;
    if (*at + node_bytes(n) > w->file_bytes)
        return bad(t, pgno, "of a long value is cut off");
    t->overflow_pages += h.pages;
    return true;
}

/* An entry of the free list: a count and that many page numbers, each nobody else's. */
static bool free_sound(TreeWalk *t, size_t pgno, const Node *n, bool big, uint64_t at) {
    size_t bytes = node_bytes(n), count = 0;
    size_t *ids = malloc(bytes ? bytes : 1);
    if (!ids) {
        t->w->no_memory = true;
        return false;
    }
    bool good = true;
    if (!big)
        memcpy(ids, (const char *)(n + 1) + n->key_bytes, bytes);
    else
        good = read_at(t->w->fd, ids, bytes, at);
    if (good && bytes >= sizeof(size_t))
        count = ids[0];
    if (!good || bytes < sizeof(size_t) || count > bytes / sizeof(size_t) - 1)
        good = bad(t, pgno, "has a damaged list of free pages");
    for (size_t i = 1; good && i <= count; i++)
        good = mark(t, ids[i], 1);
    free(ids);
    return good;
}

static bool walk_tree(Walker *w, Which which, const char *name, const Tree *tree, unsigned level);

static bool leaf_sound(TreeWalk *t, const char *page, size_t pgno, unsigned level) {
    const PageHead *h = (const PageHead *)page;
    for (size_t i = 0; i < node_count(h); i++) {
        const Node *n = node_at(page, i);
        uint64_t at = 0;
        bool big = n->flags & NODE_BIG;
        if (!key_ascends(t, n))
            return bad(t, pgno, "has keys out of order");
        if (big && !overflow_sound(t, n, &at))
            return false;
        if (t->which == TREE_FREE && !free_sound(t, pgno, n, big, at))
            return false;
        if (t->which == TREE_NAMES) {
            Tree sub;
            char name[16] = {0};
            if (node_bytes(n) != sizeof sub || n->key_bytes >= sizeof name)
                return bad(t, pgno, "has an entry of a wrong kind");
            memcpy(name, n + 1, n->key_bytes);
            memcpy(&sub, (const char *)(n + 1) + n->key_bytes, sizeof sub);
            if (sub.flags)
                return bad(t, pgno, "has an entry of a wrong kind");
            if (!walk_tree(t->w, TREE_DATA, name, &sub, level + 1))
                return false;
        }
    }
    t->entries += node_count(h);
    return true;
}

/* `depth` counts from the tree's root, `level` from the outermost tree's. */
static bool walk_page(TreeWalk *t, size_t pgno, unsigned depth, unsigned level) {
    Walker *w = t->w;
    bool leaf = depth == t->tree->depth;
    if (!mark(t, pgno, 1))
        return false;
    *(leaf ? &t->leaf_pages : &t->branch_pages) += 1;
    if (((uint64_t)pgno + 1) * w->page_bytes > w->file_bytes)
        return bad(t, pgno, "is cut off");
    if (leaf && t->which == TREE_DATA && !w->leaves) {
        t->partial = true;
        return true;
    }
    if (level > DEPTH_MAX)
        return bad(t, pgno, "is too deep");
    char *page = level_page(w, level);
    if (!page)
        return false;
    if (!read_at(w->fd, page, w->page_bytes, (uint64_t)pgno * w->page_bytes))
        return bad(t, pgno, "cannot be read");
    if (!page_sound(t, page, pgno, leaf))
        return false;
    if (leaf)
        return leaf_sound(t, page, pgno, level);
    bool good = true;
    for (size_t i = 0; i < node_count((const PageHead *)page); i++)
        good = walk_page(t, node_child(node_at(page, i)), depth + 1, level + 1) && good;
    return good;
}

static bool walk_tree(Walker *w, Which which, const char *name, const Tree *tree, unsigned level) {
    TreeWalk t = {.w = w, .which = which, .name = name, .tree = tree};
    if (tree->root == no_page)
        return (!tree->depth && !tree->entries) || bad(&t, 0, "the empty tree is damaged");
    if (!tree->depth || tree->depth > DEPTH_MAX)
        return bad(&t, tree->root, "the tree's depth is damaged");
    if (!walk_page(&t, tree->root, 1, level))
        return false;
    if (t.branch_pages != tree->branch_pages || t.leaf_pages != tree->leaf_pages ||
        (!t.partial && (t.overflow_pages != tree->overflow_pages || t.entries != tree->entries)))
        return bad(&t, tree->root, "the tree's totals are wrong");
    return true;
}

static void walk_all(Walker *w, const Meta *m) {
    bool good = walk_tree(w, TREE_FREE, "the free list", &m->trees[0], 0);
    TreeWalk whole = {.w = w, .name = "the file"};
    /* LMDB may leave the last pages of the file unwritten, but only free ones; and free pages are all that is marked yet. */
    for (size_t i = w->file_bytes / w->page_bytes; good && i <= w->last_page; i++)
        good = (w->seen[i / 8] >> (i % 8) & 1) || bad(&whole, i, "is cut off");
    good = walk_tree(w, TREE_NAMES, "the names", &m->trees[1], 0) && good;
    for (size_t i = 2; good && w->leaves && i <= w->last_page; i++)
        if (!(w->seen[i / 8] >> (i % 8) & 1))
            bad(&whole, i, "is neither used nor free");
}

Err verify_pages(Tx *tx, bool leaves, void (*say)(void *ctx, Str line), void *ctx, uint64_t *faults) {
    mdb_filehandle_t fd;
    struct stat st;
    MDB_stat tree;
    Meta m;
    size_t txn = mdb_txn_id(tx->txn);
    if (mdb_env_get_fd(tx->store->env, &fd) || fstat(fd, &st) != 0 || mdb_env_stat(tx->store->env, &tree))
        return E_IO;
    if (meta_read(fd, (uint64_t)(txn & 1) * tree.ms_psize, &m))
        return E_CORRUPT;
    if (m.txn != txn)
        return E_BUSY; /* two commits have passed and overwritten it */
    Walker w = {.fd = fd,
                .page_bytes = tree.ms_psize,
                .last_page = m.last_page,
                .file_bytes = (uint64_t)st.st_size,
                .leaves = leaves,
                .say = say,
                .ctx = ctx};
    w.seen = calloc(w.last_page / 8 + 1, 1);
    if (w.seen)
        walk_all(&w, &m);
    w.no_memory |= !w.seen;
    for (size_t i = 0; i < COUNT(w.pages); i++)
        free(w.pages[i]);
    free(w.seen);
    *faults += w.faults;
    return w.no_memory ? E_NOMEM : OK;
}

/* ---- at opening ---- */

typedef struct FirstFault {
    Arena *a;
    Str line;
} FirstFault;

static void keep_first(void *ctx, Str line) {
    FirstFault *f = ctx;
    if (!f->line.p && f->a)
        f->line = arena_str(f->a, line);
}

Err verify_quick(Store *s, Arena *a, Str *why) {
    enum { TRIES = 100 };
    FirstFault first = {.a = a};
    uint64_t faults = 0;
    Err e = E_BUSY;
    for (int i = 0; i < TRIES && e == E_BUSY; i++) {
        MDB_envinfo info;
        MDB_stat st;
        Tx *tx;
        e = store_read(s, a, &tx);
        if (e)
            break;
        bool leaves = !mdb_env_info(s->env, &info) && !mdb_env_stat(s->env, &st) &&
                      (uint64_t)info.me_last_pgno * st.ms_psize <= VERIFY_LEAVES_BYTES;
        e = verify_pages(tx, leaves, keep_first, &first, &faults);
        store_read_end(tx);
    }
    if (!e && faults)
        e = E_CORRUPT;
    if (e && a)
        *why = arena_printf(a, "%s is damaged: %.*s", s->path, STR_ARG(first.line.p ? first.line : str_c0(err_name(e))));
    return e;
}
