/* Turns the N-th change that a process makes to files below a folder into a fault, and notes every change.
 *
 * Preloaded into the program (LD_PRELOAD). FAULT_ROOT names the folder. FAULT_AT and FAULT_KIND choose the fault:
 * kill, eio, enospc (from then on, as a full disk is), short (half a write, then a full disk) or count (none). FAULT_LOG names a
 * folder: `log` in it gets a line per change, and a file's content at each sync is kept beside it as `synced-<line>`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum fault { NONE, FAIL, SHORT };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long count = 0;
static int log_fd = -2;

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static const char *root(void) { return getenv("FAULT_ROOT"); }

/* Makes a path absolute without resolving links; the tests use plain paths. */
static void absolute(int folder, const char *path, char *out) {
    char base[PATH_MAX] = "";
    if (path[0] == '/') { snprintf(out, PATH_MAX, "%s", path); return; }
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) base[0] = 0;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        base[length > 0 ? length : 0] = 0;
    }
    if (strncmp(path, "./", 2) == 0) path += 2;
    size_t length = strlen(base);
    snprintf(out, PATH_MAX, "%.*s/%s", (int)(length < PATH_MAX / 2 ? length : PATH_MAX / 2), base, path);
}

static int of_descriptor(int descriptor, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    if (length <= 0) return 0;
    out[length] = 0;
    return 1;
}

static int inside(const char *path) {
    const char *folder = root();
    size_t length = folder ? strlen(folder) : 0;
    return length && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static void note(const char *line) {
    const char *folder = getenv("FAULT_LOG");
    if (!folder) return;
    if (log_fd == -2) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/log", folder);
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    }
    if (log_fd >= 0) { ssize_t ignored = syscall(SYS_write, log_fd, line, strlen(line)); (void)ignored; }
}

/* Counts a change that is about to be made and says what becomes of it. */
static enum fault meet(int is_write) {
    const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    count++;
    if (!at || !kind) return NONE;
    long wanted = atol(at);
    int is_full = strcmp(kind, "enospc") == 0 || strcmp(kind, "short") == 0;
    if (count < wanted || (count > wanted && !is_full)) return NONE;
    if (count == wanted) note("fault\n");
    if (strcmp(kind, "count") == 0) return NONE;
    if (strcmp(kind, "kill") == 0) { kill(getpid(), SIGKILL); for (;;) pause(); }
    if (strcmp(kind, "eio") == 0) { errno = EIO; return FAIL; }
    /* A full disk still removes and renames. */
    if (!is_write) return NONE;
    if (strcmp(kind, "short") == 0 && count == wanted) return SHORT;
    errno = ENOSPC;
    return FAIL;
}

static void keep_content(const char *path, unsigned long long inode) {
    const char *folder = getenv("FAULT_LOG");
    char target[PATH_MAX + 64], line[PATH_MAX + 128], block[65536];
    if (!folder) return;
    snprintf(target, sizeof target, "%s/synced-%ld", folder, count);
    int from = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    int to = (int)syscall(SYS_openat, AT_FDCWD, target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ssize_t length;
    while (from >= 0 && to >= 0 && (length = syscall(SYS_read, from, block, sizeof block)) > 0) {
        ssize_t ignored = syscall(SYS_write, to, block, (size_t)length);
        (void)ignored;
    }
    if (from >= 0) close(from);
    if (to >= 0) close(to);
    snprintf(line, sizeof line, "sync\t%llu\tsynced-%ld\n", inode, count);
    note(line);
}

static ssize_t change_content(int descriptor, const void *bytes, size_t length, off_t at) {
    char path[PATH_MAX];
    int counts = of_descriptor(descriptor, path) && inside(path);
    enum fault fault = NONE;
    if (counts) {
        pthread_mutex_lock(&mutex);
        fault = meet(1);
        pthread_mutex_unlock(&mutex);
    }
    if (fault == FAIL) { errno = errno ? errno : EIO; return -1; }
    if (fault == SHORT) length = length / 2;
    return at < 0 ? syscall(SYS_write, descriptor, bytes, length)
                  : syscall(SYS_pwrite64, descriptor, bytes, length, at);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    return change_content(descriptor, bytes, length, -1);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t at) {
    return change_content(descriptor, bytes, length, at);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t at) {
    return change_content(descriptor, bytes, length, at);
}
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    (void)from; (void)from_at; (void)to; (void)to_at; (void)length; (void)flags;
    /* The standard library then copies by read and write. */
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
    (void)from; (void)at; (void)to; (void)length;
    errno = ENOSYS;
    return -1;
}

static int sync_one(int descriptor, int (*real)(int)) {
    char path[PATH_MAX], line[PATH_MAX + 32];
    struct stat found;
    if (!of_descriptor(descriptor, path) || !inside(path) || fstat(descriptor, &found)) return real(descriptor);
    pthread_mutex_lock(&mutex);
    enum fault fault = meet(0);
    if (fault == FAIL) { pthread_mutex_unlock(&mutex); errno = EIO; return -1; }
    if (S_ISDIR(found.st_mode)) {
        snprintf(line, sizeof line, "folder\t%s\n", path);
        note(line);
    } else {
        keep_content(path, (unsigned long long)found.st_ino);
    }
    pthread_mutex_unlock(&mutex);
    return real(descriptor);
}
int fsync(int descriptor) { return sync_one(descriptor, REAL(fsync)); }
int fdatasync(int descriptor) { return sync_one(descriptor, REAL(fdatasync)); }

/* Notes a change of names that was made. */
static void note_names(const char *what, const char *one, const char *other) {
    char line[2 * PATH_MAX + 32];
    snprintf(line, sizeof line, other ? "%s\t%s\t%s\n" : "%s\t%s\n", what, one, other);
    note(line);
}

static int change_names(const char *what, int from_folder, const char *from, int to_folder, const char *to, int flags) {
    char one[PATH_MAX], other[PATH_MAX];
    absolute(from_folder, from, one);
    if (to) absolute(to_folder, to, other);
    int counts = inside(to ? other : one), result;
    pthread_mutex_lock(&mutex);
    if (counts && meet(0) == FAIL) { pthread_mutex_unlock(&mutex); errno = EIO; return -1; }
    if (strcmp(what, "rename") == 0) result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
    else if (strcmp(what, "link") == 0) result = (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
    else if (strcmp(what, "mkdir") == 0) result = (int)syscall(SYS_mkdirat, from_folder, from, flags);
    else result = (int)syscall(SYS_unlinkat, from_folder, from, flags);
    int saved = errno;
    if (counts && result == 0) note_names(what, one, to ? other : NULL);
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}

int rename(const char *from, const char *to) { return change_names("rename", AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return change_names("rename", a, from, b, to, 0); }
int link(const char *from, const char *to) { return change_names("link", AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return change_names("link", a, from, b, to, flags); }
int unlink(const char *path) { return change_names("unlink", AT_FDCWD, path, 0, NULL, 0); }
int unlinkat(int folder, const char *path, int flags) { return change_names("unlink", folder, path, 0, NULL, flags); }
int rmdir(const char *path) { return change_names("unlink", AT_FDCWD, path, 0, NULL, AT_REMOVEDIR); }
int mkdir(const char *path, mode_t mode) { return change_names("mkdir", AT_FDCWD, path, 0, NULL, (int)mode); }

static int open_one(int folder, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX], line[PATH_MAX + 64];
    absolute(folder, path, whole);
    int notes = (flags & O_CREAT) && inside(whole);
    struct stat found;
    int is_new = notes && fstatat(folder, path, &found, AT_SYMLINK_NOFOLLOW) != 0;
    int opened = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (opened >= 0 && notes && (is_new || (flags & O_TRUNC)) && fstat(opened, &found) == 0) {
        pthread_mutex_lock(&mutex);
        snprintf(line, sizeof line, "%s\t%s\t%llu\n", is_new ? "create" : "truncate", whole,
                 (unsigned long long)found.st_ino);
        note(line);
        pthread_mutex_unlock(&mutex);
    }
    return opened;
}
#define OPEN_MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { OPEN_MODE(flags) return open_one(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { OPEN_MODE(flags) return open_one(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { OPEN_MODE(flags) return open_one(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { OPEN_MODE(flags) return open_one(folder, path, flags | O_LARGEFILE, mode); }
