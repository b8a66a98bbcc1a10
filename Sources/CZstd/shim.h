#ifndef DSEL_CZSTD_SHIM_H
#define DSEL_CZSTD_SHIM_H

#include <zstd.h>
#include <zstd_errors.h>

#endif
