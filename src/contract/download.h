/* download.h - a file's bytes as an answer: small ones at once, larger ones piece by piece, with no transaction open in between.
 */
#ifndef CONTRACT_DOWNLOAD_H
#define CONTRACT_DOWNLOAD_H

#include "contract/exchange.h"

/* A handler whose input struct begins with the IdIn of a file: answers its bytes to those who may read it (file_get), under its
 * media type and name, and so that no browser takes it for a page. E_MISSING, E_FORBIDDEN, E_UNAUTHORIZED. */
Err download_handler(Exchange *x);

#endif
