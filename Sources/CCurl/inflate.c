#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "CCurl.h"

/// zlib's `z_stream`, whose layout is the same in all its versions.
struct stream {
  const uint8_t *next_in;
  unsigned avail_in;
  unsigned long total_in;
  uint8_t *next_out;
  unsigned avail_out;
  unsigned long total_out;
  const char *message;
  void *state, *allocate, *release, *opaque;
  int data_type;
  unsigned long adler, reserved;
};

struct ccurl_inflater {
  struct stream stream;
};

static struct {
  int (*init)(struct stream *, int, const char *, int);
  int (*inflate)(struct stream *, int);
  int (*end)(struct stream *);
} zlib;

static bool load(void) {
  if (zlib.end) return true;
  void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return false;
  void *found[3] = {dlsym(library, "inflateInit2_"), dlsym(library, "inflate"), dlsym(library, "inflateEnd")};
  if (!found[0] || !found[1] || !found[2]) return false;
  memcpy(&zlib.init, &found[0], sizeof found[0]);
  memcpy(&zlib.inflate, &found[1], sizeof found[1]);
  memcpy(&zlib.end, &found[2], sizeof found[2]);
  return true;
}

ccurl_inflater *ccurl_inflater_new(void) {
  if (!load()) return NULL;
  ccurl_inflater *inflater = calloc(1, sizeof *inflater);
  if (!inflater) return NULL;
  // 15 bits of window, and 32 for gzip's head or zlib's, whichever comes.
  if (zlib.init(&inflater->stream, 15 + 32, "1.2.0", (int)sizeof inflater->stream) == 0) return inflater;
  free(inflater);
  return NULL;
}

int ccurl_inflater_go(
    ccurl_inflater *inflater, const uint8_t *in, size_t in_count, size_t *used, uint8_t *out, size_t room, size_t *made) {
  struct stream *stream = &inflater->stream;
  stream->next_in = in;
  stream->avail_in = (unsigned)in_count;
  stream->next_out = out;
  stream->avail_out = (unsigned)room;
  int code = zlib.inflate(stream, 0);
  *used = in_count - stream->avail_in;
  *made = room - stream->avail_out;
  // 1 is the end; -5 only says that it could not go on.
  return code == 1 ? 1 : code == 0 || code == -5 ? 0 : -1;
}

void ccurl_inflater_free(ccurl_inflater *inflater) {
  zlib.end(&inflater->stream);
  free(inflater);
}
