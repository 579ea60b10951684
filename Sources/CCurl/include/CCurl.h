// HTTP by libcurl, in the manner of a loop of ours: nothing here waits, and nothing is called back but the question
// whether an address may be used. What libcurl wants watched, and what came, is fetched after each call.
//
// The library is loaded when the first client is made: most gates have no remote server, and it takes as long to load as
// the rest of the program.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct ccurl_client ccurl_client;
typedef struct ccurl_transfer ccurl_transfer;

enum { CCURL_READABLE = 1, CCURL_WRITABLE = 2 };

/// Whether a connection may be made to an address of 4 or 16 bytes.
typedef bool (*ccurl_admit)(const void *owner, const uint8_t *address, size_t count);

/// Null if the library is not there or there is no memory.
ccurl_client *_Nullable ccurl_client_new(void);
/// All its transfers must be freed before.
void ccurl_client_free(ccurl_client *client);
/// Lets a descriptor's transfers go on, or with -1 those whose time has come.
void ccurl_client_go(ccurl_client *client, int fd, int readiness);
/// The next descriptor that is to be watched in another way, in the order in which that was asked; false for none.
bool ccurl_client_next_watch(ccurl_client *client, int *fd, int *interest);
/// In how many milliseconds to go on with -1; -1 for not at all. Asking forgets nothing.
long ccurl_client_alarm(const ccurl_client *client);
/// The next transfer that is over, with libcurl's code; null for none.
ccurl_transfer *_Nullable ccurl_client_next_done(ccurl_client *client, int *code);

struct ccurl_request {
  const char *method;
  const char *url;
  const uint8_t *_Nullable body;
  size_t body_count;
  const char *_Nullable ca_file;
  bool uses_proxy;
  long connect_milliseconds;
};

/// Null if there is no memory or the request makes no sense; the body is copied.
ccurl_transfer *_Nullable ccurl_transfer_new(
    ccurl_client *client, const struct ccurl_request *request, const void *owner, ccurl_admit admit);
bool ccurl_transfer_add_header(ccurl_transfer *transfer, const char *line);
bool ccurl_transfer_start(ccurl_transfer *transfer);
void ccurl_transfer_free(ccurl_transfer *transfer);

/// The header lines of the last answer so far, with their ends; they are complete once there is a body or an end.
const uint8_t *_Nullable ccurl_transfer_headers(const ccurl_transfer *transfer, size_t *count);
bool ccurl_transfer_has_headers(const ccurl_transfer *transfer);
/// What has come of the body and was not dropped.
const uint8_t *_Nullable ccurl_transfer_body(const ccurl_transfer *transfer, size_t *count);
/// Drops it, and lets more come.
void ccurl_transfer_drop_body(ccurl_transfer *transfer);

long ccurl_transfer_status(const ccurl_transfer *transfer);
/// Whether anything of the body was handed to the system.
bool ccurl_transfer_has_sent(const ccurl_transfer *transfer);
/// Whether an address was refused.
bool ccurl_transfer_was_refused(const ccurl_transfer *transfer);
bool ccurl_transfer_has_long_headers(const ccurl_transfer *transfer);
/// The system's error of a connection that could not be made; 0 for none.
int ccurl_transfer_errno(const ccurl_transfer *transfer);

// MARK: Compressed bodies

typedef struct ccurl_inflater ccurl_inflater;

/// Reads what gzip and zlib write; null where there is no zlib, which libcurl brings along.
ccurl_inflater *_Nullable ccurl_inflater_new(void);
/// Uses up some of what came, and makes something of it: 1 at its end, -1 for what is none, else 0.
int ccurl_inflater_go(
    ccurl_inflater *inflater, const uint8_t *_Nullable in, size_t in_count, size_t *used, uint8_t *out, size_t room,
    size_t *made);
void ccurl_inflater_free(ccurl_inflater *inflater);

#pragma clang assume_nonnull end
