/* Request heads through civetweb's patched parser and the front: never a read outside the head, and what is accepted is sane. */
#include <assert.h>
#include <civetweb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int nowhere(void *arg, const void *data, size_t n) {
    (void)arg, (void)data;
    return (int)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct mg_context *ctx;
    static struct mg_connection *conn;
    if (!ctx) {
        ctx = mg_front_start();
        conn = mg_front_new(ctx, nowhere, NULL);
    }
    if (size == 0)
        return 0;
    char *head = malloc(size);
    memcpy(head, data, size);
    struct mg_front_head f;
    int status = mg_front_parse(conn, head, size, &f);
    assert(status == 0 || (status >= 400 && status <= 505));
    if (status == 0) {
        /* the head ended where the bytes end, and only there */
        assert(size >= 4 && memcmp(data + size - 4, "\r\n\r\n", 4) == 0);
        assert(f.path[0] == '/' || strcmp(f.path, "*") == 0);
        assert(strstr(f.path, "/../") == NULL && strstr(f.path, "//") == NULL);
        assert(f.body_length >= -1);
        int length = 0, coding = 0;
        const struct mg_request_info *ri = mg_get_request_info(conn);
        for (int i = 0; i < ri->num_headers; i++) {
            length += mg_strcasecmp(ri->http_headers[i].name, "Content-Length") == 0;
            coding += mg_strcasecmp(ri->http_headers[i].name, "Transfer-Encoding") == 0;
            assert(strpbrk(ri->http_headers[i].value, "\r\n") == NULL);
        }
        assert(length + coding <= 1 && (f.body_length == -1) == (coding == 1));
        if (f.wants_websocket && mg_front_check_upgrade(conn) == 0)
            assert(mg_front_upgrade(conn, NULL) == 0);
    }
    free(head);
    return 0;
}
