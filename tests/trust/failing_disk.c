/* Makes the disk fail below one folder, for the process that loads this: the chosen call that writes, syncs, makes,
 * renames or deletes there does not happen and tells an error, once or from then on.
 *
 * Loaded by LD_PRELOAD, so that what libraries write that are not Python's fails too. Idle until `fault_arm`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[4096];
static size_t length;
static long chosen, seen;
static int failure, stays, armed;
static char what[4200];

enum { GROWS = 1, CHANGES = 2 };

/* `number` counts from 1; 0 only counts. `error` is an errno, or -1 for SIGKILL. */
void fault_arm(const char *below, long number, int error, int from_then_on) {
    snprintf(folder, sizeof folder, "%s", below);
    length = strlen(folder);
    chosen = number, failure = error, stays = from_then_on, seen = 0, what[0] = 0, armed = 1;
}

long fault_count(void) { return seen; }
const char *fault_what(void) { return what; }
void fault_disarm(void) { armed = 0; }

static int strikes(int kind, const char *call, const char *path) {
    if (!armed || path == NULL || strncmp(path, folder, length) != 0)
        return 0;
    long now = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (chosen == 0 || now < chosen || (now > chosen && !stays))
        return 0;
    /* A full disk still lets files be renamed and deleted. */
    if (failure == ENOSPC && kind != GROWS)
        return 0;
    if (what[0] == 0)
        snprintf(what, sizeof what, "%s %s", call, path + length);
    if (failure == -1)
        kill(getpid(), SIGKILL);
    errno = failure;
    return 1;
}

static int strikes_handle(int kind, const char *call, int handle) {
    if (!armed)
        return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0)
        return 0;
    path[size] = 0;
    return strikes(kind, call, path);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int handle, const void *bytes, size_t count) {
    REAL(write);
    return strikes_handle(GROWS, "write", handle) ? -1 : real(handle, bytes, count);
}
ssize_t writev(int handle, const struct iovec *parts, int count) {
    REAL(writev);
    return strikes_handle(GROWS, "writev", handle) ? -1 : real(handle, parts, count);
}
ssize_t pwrite(int handle, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite);
    return strikes_handle(GROWS, "pwrite", handle) ? -1 : real(handle, bytes, count, offset);
}
ssize_t pwrite64(int handle, const void *bytes, size_t count, off64_t offset) {
    REAL(pwrite64);
    return strikes_handle(GROWS, "pwrite", handle) ? -1 : real(handle, bytes, count, offset);
}
ssize_t copy_file_range(int from, off64_t *start, int to, off64_t *there, size_t count, unsigned flags) {
    REAL(copy_file_range);
    return strikes_handle(GROWS, "copy", to) ? -1 : real(from, start, to, there, count, flags);
}
int fsync(int handle) {
    REAL(fsync);
    return strikes_handle(GROWS, "fsync", handle) ? -1 : real(handle);
}
int fdatasync(int handle) {
    REAL(fdatasync);
    return strikes_handle(GROWS, "fdatasync", handle) ? -1 : real(handle);
}
int ftruncate(int handle, off_t size) {
    REAL(ftruncate);
    return strikes_handle(GROWS, "ftruncate", handle) ? -1 : real(handle, size);
}
int ftruncate64(int handle, off64_t size) {
    REAL(ftruncate64);
    return strikes_handle(GROWS, "ftruncate", handle) ? -1 : real(handle, size);
}
int rename(const char *from, const char *to) {
    REAL(rename);
    return strikes(CHANGES, "rename", to) ? -1 : real(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
    REAL(renameat);
    return strikes(CHANGES, "rename", to) ? -1 : real(a, from, b, to);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return strikes(GROWS, "mkdir", path) ? -1 : real(path, mode);
}
int link(const char *from, const char *to) {
    REAL(link);
    return strikes(GROWS, "link", to) ? -1 : real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(linkat);
    return strikes(GROWS, "link", to) ? -1 : real(a, from, b, to, flags);
}
int symlink(const char *to, const char *path) {
    REAL(symlink);
    return strikes(GROWS, "symlink", path) ? -1 : real(to, path);
}
int unlink(const char *path) {
    REAL(unlink);
    return strikes(CHANGES, "unlink", path) ? -1 : real(path);
}
int rmdir(const char *path) {
    REAL(rmdir);
    return strikes(CHANGES, "rmdir", path) ? -1 : real(path);
}

#define OPENING(name)                                                                     \
    int name(const char *path, int flags, ...) {                                          \
        REAL(name);                                                                       \
        mode_t mode = 0;                                                                  \
        if (flags & (O_CREAT | O_TMPFILE)) {                                              \
            va_list rest;                                                                 \
            va_start(rest, flags);                                                        \
            mode = va_arg(rest, mode_t);                                                  \
            va_end(rest);                                                                 \
        }                                                                                 \
        if ((flags & (O_CREAT | O_TRUNC)) && strikes(GROWS, "open", path)) return -1;     \
        return real(path, flags, mode);                                                   \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                                                  \
    int name(int at, const char *path, int flags, ...) {                                  \
        REAL(name);                                                                       \
        mode_t mode = 0;                                                                  \
        if (flags & (O_CREAT | O_TMPFILE)) {                                              \
            va_list rest;                                                                 \
            va_start(rest, flags);                                                        \
            mode = va_arg(rest, mode_t);                                                  \
            va_end(rest);                                                                 \
        }                                                                                 \
        if ((flags & (O_CREAT | O_TRUNC)) && strikes(GROWS, "open", path)) return -1;     \
        return real(at, path, flags, mode);                                               \
    }
OPENING_AT(openat)
OPENING_AT(openat64)
