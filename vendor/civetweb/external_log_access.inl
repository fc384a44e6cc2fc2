/* The application writes its own access log. */
static void
log_access(const struct mg_connection *conn)
{
	(void)conn;
}
