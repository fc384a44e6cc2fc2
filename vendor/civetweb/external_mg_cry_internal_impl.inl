/* Errors of the server core go to the application's callback; without one they are dropped, never to a file. */
static void
mg_cry_internal_impl(const struct mg_connection *conn, const char *func, unsigned line, const char *fmt, va_list ap)
{
	char buf[MG_BUF_LEN];

	(void)func;
	(void)line;
	vsnprintf_impl(buf, sizeof(buf), fmt, ap);
	buf[sizeof(buf) - 1] = 0;
	if (conn && conn->phys_ctx && conn->phys_ctx->callbacks.log_message) {
		conn->phys_ctx->callbacks.log_message(conn, buf);
	}
}
