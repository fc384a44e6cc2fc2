#include "init.h"

#include <stdio.h>
#include <string.h>

static char *trim(char *s) {
    size_t n = strlen(s);
    while (n && strchr(" \t\r\n", s[n - 1]))
        s[--n] = 0;
    while (*s && strchr(" \t", *s))
        s++;
    return s;
}

void config_read(const char *path, const char *rest, BoardConfig *c) {
    const struct {
        const char *key;
        char *to;
        size_t room;
    } rows[] = {{"box_address", c->address, sizeof c->address},
                {"box_gateway", c->gateway, sizeof c->gateway},
                {"box_dns", c->dns, sizeof c->dns},
                {"box_ntp", c->ntp, sizeof c->ntp},
                {"box_admin", c->admin, sizeof c->admin},
                {"box_code", c->code, sizeof c->code},
                {"wifi_name", c->wifi_name, sizeof c->wifi_name},
                {"wifi_password", c->wifi_password, sizeof c->wifi_password},
                {"wifi_user", c->wifi_user, sizeof c->wifi_user},
                {"wifi_country", c->wifi_country, sizeof c->wifi_country}};
    char line[1024];
    memset(c, 0, sizeof *c);
    FILE *in = fopen(path, "re"), *out = fopen(rest, "we");
    while (in && out && fgets(line, sizeof line, in)) {
        char *text = trim(strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line), *equals = strchr(text, '=');
        bool own = false;
        if (*text == '#' || !*text || !equals)
            continue;
        *equals = 0;
        char *key = trim(text), *value = trim(equals + 1);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (strcmp(key, rows[i].key) == 0) {
                snprintf(rows[i].to, rows[i].room, "%s", value);
                own = true;
            }
        if (!own)
            fprintf(out, "%s = %s\n", key, value);
    }
    if (in)
        fclose(in);
    if (out)
        fclose(out);
}
