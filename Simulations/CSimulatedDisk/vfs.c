/// The VFS: names, randomness and time. What is not simulated goes to the VFS that was there before.
#include <stdlib.h>

#include "internal.h"

static const char prefix[] = "/simulated/";
static sqlite3_vfs *original;
static bool is_running, refuses_others;
static uint64_t random_state;
static int64_t now_milliseconds;

static bool is_simulated(const char *path) {
    return path && !strncmp(path, prefix, sizeof prefix - 1);
}

/// The disk of a path and the file's name on it; NULL where there is no such disk.
static sim_disk *disk_of(const char *path, const char **name) {
    const char *disk = path + sizeof prefix - 1;
    const char *slash = strchr(disk, '/');
    if (!slash) return NULL;
    *name = slash + 1;
    return sim_disk_named(disk, (size_t)(slash - disk));
}

static int open_on_disk(const char *path, sim_handle *handle, int flags) {
    const char *name;
    sim_disk *disk = disk_of(path, &name);
    if (!disk) return SQLITE_CANTOPEN;
    sim_verdict verdict = sim_disk_touch(disk, disk->generation, SIM_OPEN);
    if (verdict == SIM_DEAD || verdict == SIM_FAILED) return SQLITE_CANTOPEN;
    sim_file *file = sim_disk_file(disk, name);
    bool is_new = !file;
    if (is_new && flags & SQLITE_OPEN_CREATE) file = sim_disk_add(disk, name);
    if (!file || verdict == SIM_CUT) return SQLITE_CANTOPEN;
    if (!is_new && flags & SQLITE_OPEN_EXCLUSIVE) return SQLITE_CANTOPEN;
    handle->disk = disk;
    handle->file = file;
    handle->generation = disk->generation;
    const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    handle->syncs_directory = is_new && flags & journals;
    disk->references++;
    file->references++;
    return SQLITE_OK;
}

static int open_file(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out_flags) {
    (void)vfs;
    if (path && !is_simulated(path)) {
        base->pMethods = NULL;
        sim_lock();
        bool refuses = refuses_others;
        sim_unlock();
        if (refuses) return SQLITE_CANTOPEN;
        return original->xOpen(original, path, base, flags, out_flags);
    }
    sim_handle *handle = (sim_handle *)base;
    memset(handle, 0, sizeof(sim_handle));
    sim_lock();
    int code = SQLITE_OK;
    if (path) {
        code = open_on_disk(path, handle, flags);
    } else {
        handle->file = sim_file_make("");
        if (!handle->file) code = SQLITE_NOMEM;
    }
    if (code == SQLITE_OK) {
        handle->deletes_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        base->pMethods = &sim_handle_methods;
        if (out_flags) *out_flags = flags;
    }
    sim_unlock();
    return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int syncs_directory) {
    (void)vfs;
    if (!is_simulated(path)) return original->xDelete(original, path, syncs_directory);
    sim_lock();
    const char *name;
    sim_disk *disk = disk_of(path, &name);
    int code = SQLITE_IOERR_DELETE;
    if (disk) {
        sim_verdict verdict = sim_disk_touch(disk, disk->generation, SIM_DELETE);
        if (verdict == SIM_GO || verdict == SIM_CUT) {
            sim_file *file = sim_disk_file(disk, name);
            bool is_durable = syncs_directory && verdict == SIM_GO && !disk->lies;
            if (file) sim_disk_unlink(disk, file, is_durable);
            code = file ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
            if (verdict == SIM_CUT) code = SQLITE_IOERR_DELETE;
        }
    }
    sim_unlock();
    return code;
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    if (!is_simulated(path)) return original->xAccess(original, path, flags, result);
    sim_lock();
    const char *name;
    sim_disk *disk = disk_of(path, &name);
    int code = disk && disk->is_off ? SQLITE_IOERR_ACCESS : SQLITE_OK;
    sim_file *file = disk ? sim_disk_file(disk, name) : NULL;
    // As on Unix, an empty file does not count as there.
    *result = file && (flags != SQLITE_ACCESS_EXISTS || file->seen.size > 0);
    sim_unlock();
    return code;
}

static int full_path(sqlite3_vfs *vfs, const char *path, int count, char *full) {
    (void)vfs;
    if (!is_simulated(path)) return original->xFullPathname(original, path, count, full);
    if (strlen(path) >= (size_t)count) return SQLITE_CANTOPEN;
    strcpy(full, path);
    return SQLITE_OK;
}

static void *dl_open(sqlite3_vfs *vfs, const char *path) {
    (void)vfs;
    return original->xDlOpen(original, path);
}

static void dl_error(sqlite3_vfs *vfs, int count, char *message) {
    (void)vfs;
    original->xDlError(original, count, message);
}

static void (*dl_symbol(sqlite3_vfs *vfs, void *library, const char *symbol))(void) {
    (void)vfs;
    return original->xDlSym(original, library, symbol);
}

static void dl_close(sqlite3_vfs *vfs, void *library) {
    (void)vfs;
    original->xDlClose(original, library);
}

// MARK: randomness and time

static int randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    (void)vfs;
    sim_lock();
    bool is_ours = is_running;
    for (int index = 0; is_ours && index < count; index += 8) {
        uint64_t word = sim_next(&random_state);
        memcpy(bytes + index, &word, count - index < 8 ? (size_t)(count - index) : 8);
    }
    sim_unlock();
    return is_ours ? count : original->xRandomness(original, count, bytes);
}

static int sleep_for(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    sim_lock();
    bool is_ours = is_running;
    sim_unlock();
    return is_ours ? microseconds : original->xSleep(original, microseconds);
}

static int current_time(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds) {
    (void)vfs;
    sim_lock();
    bool is_ours = is_running;
    // Milliseconds since noon of a day in 4714 BC, as SQLite counts.
    *milliseconds = now_milliseconds + 24405875 * (sqlite3_int64)8640000;
    sim_unlock();
    return is_ours ? SQLITE_OK : original->xCurrentTimeInt64(original, milliseconds);
}

static int current_day(sqlite3_vfs *vfs, double *day) {
    sqlite3_int64 milliseconds;
    int code = current_time(vfs, &milliseconds);
    *day = (double)milliseconds / 86400000.0;
    return code;
}

static int last_error(sqlite3_vfs *vfs, int count, char *message) {
    (void)vfs;
    (void)count;
    (void)message;
    return 0;
}

static sqlite3_vfs ours = {
    .iVersion = 2,
    .mxPathname = 512,
    .zName = "simulated",
    .xOpen = open_file,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = full_path,
    .xDlOpen = dl_open,
    .xDlError = dl_error,
    .xDlSym = dl_symbol,
    .xDlClose = dl_close,
    .xRandomness = randomness,
    .xSleep = sleep_for,
    .xCurrentTime = current_day,
    .xGetLastError = last_error,
    .xCurrentTimeInt64 = current_time,
};

int sim_one_thread(void) {
    int code = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    if (code == SQLITE_OK) code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    // Statements are compiled in it: opening a book compiles a hundred.
    if (code == SQLITE_OK) code = sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 400);
    return code;
}

int sim_install(void) {
    int code = sqlite3_initialize();
    if (code != SQLITE_OK) return code;
    sim_lock();
    if (!original) {
        original = sqlite3_vfs_find(NULL);
        if (!original || original->iVersion < 2) {
            original = NULL;
            code = SQLITE_ERROR;
        } else {
            int needed = (int)sizeof(sim_handle);
            ours.szOsFile = original->szOsFile > needed ? original->szOsFile : needed;
            if (original->mxPathname > ours.mxPathname) ours.mxPathname = original->mxPathname;
            code = sqlite3_vfs_register(&ours, 1);
        }
    }
    sim_unlock();
    return code;
}

/// SQLite draws its own generator's key anew, from `randomness`, when it next needs it.
static void reset_generator(void) { sqlite3_randomness(0, NULL); }

void sim_begin(uint64_t seed) {
    sim_lock();
    sim_forget_all();
    is_running = true;
    random_state = seed;
    now_milliseconds = 0;
    sim_unlock();
    reset_generator();
}

void sim_end(void) {
    sim_lock();
    is_running = false;
    sim_unlock();
    reset_generator();
}

void sim_set_clock(int64_t milliseconds) {
    sim_lock();
    now_milliseconds = milliseconds;
    sim_unlock();
}

int64_t sim_clock(void) {
    sim_lock();
    int64_t milliseconds = now_milliseconds;
    sim_unlock();
    return milliseconds;
}

void sim_refuse_other_paths(bool refuses) {
    sim_lock();
    refuses_others = refuses;
    sim_unlock();
}
