/* A disk whose sync takes PREWARM_SYNC_MS: to be preloaded. */
#include <stdlib.h>
#include <time.h>

static int nap(void) {
  const char *ms = getenv("PREWARM_SYNC_MS");
  long wait = ms ? atol(ms) : 20;
  struct timespec time = {wait / 1000, wait % 1000 * 1000000L};
  nanosleep(&time, NULL);
  return 0;
}

int fsync(int file) { (void)file; return nap(); }
int fdatasync(int file) { (void)file; return nap(); }
