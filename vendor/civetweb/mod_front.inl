/* mod_front.inl - civetweb without its own sockets and threads.
 *
 * Included at the end of civetweb.c (03-front.patch). A thread per connection and blocking reads do not fit a small board,
 * so src/net owns the sockets in one epoll set and calls in here once the bytes of a head are there. What HTTP means
 * stays civetweb's: parsing and checking heads, normalising paths, keep-alive, the WebSocket handshake. */

/* The options that the functions we reach look at; all others stay at their defaults. */
static const struct {
	int option;
	const char *value;
} front_options[] = {
    {ENABLE_KEEP_ALIVE, "yes"},
    {DECODE_URL, "no"},
    {ENABLE_AUTH_DOMAIN_CHECK, "no"},
};


CIVETWEB_API void
mg_front_stop(struct mg_context *ctx)
{
	int i;

	if (ctx == NULL) {
		return;
	}
	for (i = 0; i < NUM_OPTIONS; i++) {
		mg_free(ctx->dd.config[i]);
	}
	(void)pthread_mutex_destroy(&ctx->nonce_mutex);
	mg_free(ctx);
	(void)mg_exit_library();
}


CIVETWEB_API struct mg_context *
mg_front_start(void)
{
	struct mg_context *ctx;
	size_t i;

	(void)mg_init_library(MG_FEATURES_DEFAULT);
	ctx = (struct mg_context *)mg_calloc(1, sizeof(*ctx));
	if (ctx == NULL) {
		(void)mg_exit_library();
		return NULL;
	}
	ctx->context_type = CONTEXT_SERVER;
	(void)pthread_mutex_init(&ctx->nonce_mutex, &pthread_mutex_attr);

	for (i = 0; i < NUM_OPTIONS; i++) {
		const char *value = config_options[i].default_value;
		size_t j;

		for (j = 0; j < sizeof(front_options) / sizeof(front_options[0]); j++) {
			if (front_options[j].option == (int)i) {
				value = front_options[j].value;
			}
		}
		if (value == NULL) {
			continue;
		}
		ctx->dd.config[i] = mg_strdup(value);
		if (ctx->dd.config[i] == NULL) {
			mg_front_stop(ctx);
			return NULL;
		}
	}
	return ctx;
}


CIVETWEB_API struct mg_connection *
mg_front_new(struct mg_context *ctx, mg_front_write_handler write_handler, void *arg)
{
	struct mg_connection *conn = (struct mg_connection *)mg_calloc(1, sizeof(*conn));

	if (conn == NULL) {
		return NULL;
	}
	if (0 != pthread_mutex_init(&conn->mutex, &pthread_mutex_attr)) {
		mg_free(conn);
		return NULL;
	}
	conn->phys_ctx = ctx;
	conn->dom_ctx = &ctx->dd;
	conn->client.sock = INVALID_SOCKET;
	conn->connection_type = CONNECTION_TYPE_REQUEST;
	conn->front_write = write_handler;
	conn->front_arg = arg;
	return conn;
}


CIVETWEB_API void
mg_front_free(struct mg_connection *conn)
{
	if (conn == NULL) {
		return;
	}
	(void)pthread_mutex_destroy(&conn->mutex);
	mg_free(conn);
}


/* The part of a target that names something here: the path of a relative or an absolute URI, or "*". An absolute one is taken
 * whatever its host says (RFC 9112, 3.2.2): there is one site here, and a proxy in front may know it by another name. */
static char *
front_local_part(char *target)
{
	char *local;

	if (target[0] == '/') {
		return target; /* of graphic characters only: get_request took no others */
	}
	switch (get_uri_type(target)) {
	case 1:
	case 2:
		return target;
	case 3:
	case 4:
		local = strstr(target, "://");
		return (local != NULL) ? strchr(local + 3, '/') : NULL;
	default:
		return NULL;
	}
}


/* Cuts the query off the path and returns it, or NULL. Most paths have neither a dot nor a backslash nor a double slash, and
 * then remove_dot_segments, which costs as much as all the rest here, has nothing to do. */
static char *
front_cut_path(char *path)
{
	static const char special[256] = {[0] = 1, ['?'] = 1, ['/'] = 1, ['.'] = 1, ['\\'] = 1};
	int dots = 0;
	char *p = path, *query = NULL;

	for (;; p++) {
		while (!special[(unsigned char)*p]) {
			p++;
		}
		if ((*p == '?') || (*p == 0)) {
			break;
		}
		dots = dots || (*p != '/') || (p[1] == '/');
	}
	if (*p == '?') {
		*p = 0;
		query = p + 1;
	}
	if (dots) {
		remove_dot_segments(path);
	}
	return query;
}


/* Whether the connection stays open, and what is asked to be spoken on it. Nearly everybody says nothing or "keep-alive". */
static void
front_connection(struct mg_connection *conn, struct mg_front_head *out)
{
	const struct mg_request_info *ri = &conn->request_info;
	const char *said[2] = {NULL, NULL};
	int n = get_req_headers(ri, "Connection", said, 2);

	if (!conn->must_close && ((n == 0) || ((n == 1) && !mg_strcasecmp(said[0], "keep-alive")))) {
		conn->protocol_type = PROTOCOL_TYPE_HTTP1;
		out->keep_alive = (n == 1) || !out->http_1_0;
		return;
	}
	out->keep_alive = should_keep_alive(conn);
	conn->protocol_type = should_switch_to_protocol(conn);
	out->wants_websocket = (conn->protocol_type == PROTOCOL_TYPE_WEBSOCKET);
	/* An upgrade to anything else may be ignored (RFC 9110, 7.8); `Connection: Upgrade` alone does not ask for a close. */
	if ((conn->protocol_type != PROTOCOL_TYPE_HTTP1) && !out->http_1_0) {
		out->keep_alive = !conn->must_close && !header_has_option(said[0], "close");
	}
}


CIVETWEB_API int
mg_front_parse(struct mg_connection *conn,
               char *head,
               size_t len,
               struct mg_front_head *out)
{
	struct mg_request_info *ri = &conn->request_info;
	char ebuf[64];
	char *path, *query;
	const char *expect;
	int err = 0;

	memset(out, 0, sizeof(*out));
	if (len > INT_MAX) {
		return 431;
	}
	/* What the last request left: its paths lie in a head of ours, get_message must not free them. */
	ri->local_uri = ri->local_uri_raw = NULL;
	ri->acceptedWebSocketSubprotocol = NULL;
	conn->buf = head;
	conn->buf_size = conn->data_len = (int)len;
	if (!get_request(conn, ebuf, sizeof(ebuf), &err)) {
		return (err > 0) ? err : 400;
	}
	out->http_1_0 = !strcmp(ri->http_version, "1.0");
	if (!out->http_1_0 && strcmp(ri->http_version, "1.1")) {
		return 505;
	}

	/* get_request does not promise a writable target, but it lies in the head, which is. */
	path = front_local_part(head + (ri->request_uri - head));
	if ((path == NULL) || ((path[0] == '*') && strcmp(ri->request_method, "OPTIONS"))) {
		return 400;
	}
	query = front_cut_path(path);
	ri->local_uri = ri->local_uri_raw = path;
	ri->query_string = query;

	out->method = ri->request_method;
	out->path = path;
	out->query = query;
	out->host = get_header(ri->http_headers, ri->num_headers, "Host");
	out->body_length = conn->is_chunked ? -1 : conn->content_len;
	front_connection(conn, out);
	expect = get_header(ri->http_headers, ri->num_headers, "Expect");
	if ((expect != NULL) && !out->http_1_0) {
		out->expects_continue = mg_strcasecmp(expect, "100-continue") ? -1 : 1;
	}
	return 0;
}


CIVETWEB_API int
mg_front_check_upgrade(struct mg_connection *conn)
{
	const struct mg_request_info *ri = &conn->request_info;
	const char *key[2], *version;
	size_t i;

	if (strcmp(ri->request_method, "GET") || strcmp(ri->http_version, "1.1")
	    || (conn->content_len > 0) || conn->is_chunked) {
		return 400;
	}
	version = get_header(ri->http_headers, ri->num_headers, "Sec-WebSocket-Version");
	if ((version == NULL) || strcmp(version, "13")) {
		return 426;
	}
	/* 16 bytes in base64 */
	if ((get_req_headers(ri, "Sec-WebSocket-Key", key, 2) != 1) || (strlen(key[0]) != 24)
	    || strcmp(key[0] + 22, "==")) {
		return 400;
	}
	for (i = 0; i < 22; i++) {
		if (!isalnum((unsigned char)key[0][i]) && (key[0][i] != '+') && (key[0][i] != '/')) {
			return 400;
		}
	}
	return 0;
}


static void
front_ready(struct mg_connection *conn, void *accepted)
{
	(void)conn;
	*(int *)accepted = 1;
}


CIVETWEB_API int
mg_front_upgrade(struct mg_connection *conn, const char *subprotocol)
{
	int status = mg_front_check_upgrade(conn);
	int accepted = 0;

	if (status != 0) {
		return status;
	}
	conn->request_info.acceptedWebSocketSubprotocol = subprotocol;
	handle_websocket_request(
	    conn, conn->request_info.local_uri, 1, NULL, NULL, front_ready, NULL, NULL, &accepted);
	return accepted ? 0 : 500;
}
