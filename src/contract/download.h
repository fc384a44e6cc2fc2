/* download.h - a file's bytes as an answer: small ones at once, larger ones piece by piece, with no transaction open in between.
 */
#ifndef CONTRACT_DOWNLOAD_H
#define CONTRACT_DOWNLOAD_H

#include "contract/exchange.h"

/* A handler whose input struct begins with the IdIn of a file: answers its bytes to those who may read it (file_get), under its
 * media type and name, and so that no browser takes it for a page. One byte range is given as 206 (416 when there is nothing in
 * it), and 304 to whoever has it already: the ETag follows from the content. What is public may be cached by anybody. E_MISSING,
 * E_FORBIDDEN, E_UNAUTHORIZED. */
Err download_handler(Exchange *x);

#endif
