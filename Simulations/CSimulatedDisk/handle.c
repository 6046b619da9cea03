/// An open file: SQLite's I/O methods on a simulated one.
#include <stdlib.h>

#include "internal.h"

static sim_handle *handle_of(sqlite3_file *file) { return (sim_handle *)file; }

/// Temporary files are touched by no fault.
static sim_verdict touch(sim_handle *handle, sim_call call) {
    return handle->disk ? sim_disk_touch(handle->disk, handle->generation, call) : SIM_GO;
}

static bool is_live(const sim_handle *handle) {
    const sim_disk *disk = handle->disk;
    return !disk || (!disk->is_off && disk->generation == handle->generation);
}

static uint64_t next_number(sim_handle *handle) {
    return handle->disk ? ++handle->disk->op_number : 1;
}

// MARK: bytes

static int read_bytes(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    int code = SQLITE_IOERR_READ;
    if (touch(handle, SIM_READ) == SIM_GO) {
        size_t there = sim_image_read(&handle->file->seen, (uint64_t)offset, bytes, (size_t)count);
        code = there == (size_t)count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    sim_unlock();
    return code;
}

/// A write that the disk refuses; some of its bytes may arrive.
static int fail_write(sim_handle *handle, const void *bytes, size_t count, uint64_t offset) {
    sim_disk *disk = handle->disk;
    if (disk->failure == SIM_FAIL_IO) return SQLITE_IOERR_WRITE;
    if (disk->failure == SIM_FAIL_SHORT_WRITE && count) {
        size_t part = sim_mix(disk->seed, disk->calls) % count;
        int code = sim_file_write(handle->file, ++disk->op_number, offset, bytes, part);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_FULL;
}

static int write_bytes(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    int code = SQLITE_IOERR_WRITE;
    sim_verdict verdict = touch(handle, SIM_WRITE);
    if (verdict == SIM_GO || verdict == SIM_CUT) {
        code = sim_file_write(
            handle->file, next_number(handle), (uint64_t)offset, bytes, (size_t)count);
        if (verdict == SIM_CUT) code = SQLITE_IOERR_WRITE;
        if (!handle->disk) sim_file_forget_ops(handle->file);
    } else if (verdict == SIM_FAILED) {
        code = fail_write(handle, bytes, (size_t)count, (uint64_t)offset);
    }
    sim_unlock();
    return code;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    int code = SQLITE_IOERR_TRUNCATE;
    sim_verdict verdict = touch(handle, SIM_TRUNCATE);
    if (verdict == SIM_GO || verdict == SIM_CUT) {
        code = sim_file_truncate(handle->file, next_number(handle), (uint64_t)size);
        if (verdict == SIM_CUT) code = SQLITE_IOERR_TRUNCATE;
        if (!handle->disk) sim_file_forget_ops(handle->file);
    }
    sim_unlock();
    return code;
}

static int sync_live(sim_handle *handle) {
    sim_disk *disk = handle->disk;
    sim_file *file = handle->file;
    if (disk->lies) {
        disk->counts.lies += file->op_count > 0;
        return SQLITE_OK;
    }
    bool is_done = sim_file_settle(file);
    if (is_done && handle->syncs_directory) {
        sim_disk_settle_names(disk);
        handle->syncs_directory = false;
    } else if (is_done && file->is_linked) {
        sim_disk_supersede(disk, file);
    }
    return is_done ? SQLITE_OK : SQLITE_IOERR_NOMEM;
}

/// The page cache has called its pages clean, although only some of them arrived.
static int fail_sync(sim_handle *handle) {
    sim_file *file = handle->file;
    uint64_t seed = sim_mix(handle->disk->seed, handle->disk->calls);
    bool is_done = sim_file_apply_scattered(file, seed);
    sim_file_forget_ops(file);
    return is_done ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_NOMEM;
}

static int sync_file(sqlite3_file *base, int flags) {
    (void)flags;
    sim_handle *handle = handle_of(base);
    if (!handle->disk) return SQLITE_OK;
    sim_lock();
    int code = SQLITE_IOERR_FSYNC;
    switch (touch(handle, SIM_SYNC)) {
    case SIM_GO: code = sync_live(handle); break;
    case SIM_FAILED: code = fail_sync(handle); break;
    case SIM_DEAD:
    case SIM_CUT: break;
    }
    sim_unlock();
    return code;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    int code = is_live(handle) ? SQLITE_OK : SQLITE_IOERR_FSTAT;
    *size = (sqlite3_int64)handle->file->seen.size;
    sim_unlock();
    return code;
}

// MARK: locks

static int take(sim_handle *handle, int level) {
    sim_file *file = handle->file;
    if (level == SQLITE_LOCK_SHARED) {
        if ((file->exclusive && file->exclusive != handle) ||
            (file->pending && file->pending != handle)) {
            return SQLITE_BUSY;
        }
        file->shared_locks++;
    } else if (level == SQLITE_LOCK_RESERVED) {
        if (file->reserved && file->reserved != handle) return SQLITE_BUSY;
        file->reserved = handle;
    } else {
        if (file->reserved && file->reserved != handle) return SQLITE_BUSY;
        if (file->pending && file->pending != handle) return SQLITE_BUSY;
        file->pending = handle;
        handle->lock = SQLITE_LOCK_PENDING;
        if (file->shared_locks > 1) return SQLITE_BUSY;
        file->exclusive = handle;
    }
    handle->lock = level;
    return SQLITE_OK;
}

static int lock_file(sqlite3_file *base, int level) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    int code = SQLITE_OK;
    if (!is_live(handle)) {
        code = SQLITE_IOERR_LOCK;
    } else if (handle->lock < level) {
        code = take(handle, level);
    }
    sim_unlock();
    return code;
}

static void give(sim_handle *handle, int level) {
    sim_file *file = handle->file;
    if (level >= handle->lock) return;
    if (is_live(handle)) {
        if (file->exclusive == handle) file->exclusive = NULL;
        if (file->pending == handle) file->pending = NULL;
        if (file->reserved == handle) file->reserved = NULL;
        if (level == SQLITE_LOCK_NONE) file->shared_locks--;
    }
    handle->lock = level;
}

static int unlock_file(sqlite3_file *base, int level) {
    sim_lock();
    give(handle_of(base), level);
    sim_unlock();
    return SQLITE_OK;
}

static int check_reserved(sqlite3_file *base, int *is_reserved) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    int code = is_live(handle) ? SQLITE_OK : SQLITE_IOERR_CHECKRESERVEDLOCK;
    *is_reserved = handle->file->reserved != NULL;
    sim_unlock();
    return code;
}

// MARK: the wal-index

static void shm_let_go(sim_shm *shm) {
    if (--shm->references > 0) return;
    for (unsigned index = 0; index < shm->count; index++) free(shm->regions[index]);
    free(shm);
}

static bool attach(sim_handle *handle) {
    if (handle->shm) return true;
    sim_file *file = handle->file;
    if (!file->shm) file->shm = calloc(1, sizeof(sim_shm));
    if (!file->shm) return false;
    // The file keeps none of its own: the last handle takes the index along, as the last process does.
    file->shm->references++;
    handle->shm = file->shm;
    return true;
}

static int map(sim_handle *handle, int region, int bytes, int extends, void volatile **memory) {
    *memory = NULL;
    if (!is_live(handle)) return SQLITE_IOERR_SHMMAP;
    if (!attach(handle)) return SQLITE_IOERR_NOMEM;
    sim_shm *shm = handle->shm;
    if (region >= (int)(sizeof shm->regions / sizeof *shm->regions)) return SQLITE_FULL;
    while ((int)shm->count <= region) {
        if (!extends) return SQLITE_OK;
        shm->regions[shm->count] = calloc(1, (size_t)bytes);
        if (!shm->regions[shm->count]) return SQLITE_IOERR_NOMEM;
        shm->count++;
    }
    *memory = shm->regions[region];
    return SQLITE_OK;
}

static int shm_map(
    sqlite3_file *base, int region, int bytes, int extends, void volatile **memory) {
    sim_lock();
    int code = map(handle_of(base), region, bytes, extends, memory);
    sim_unlock();
    return code;
}

static void shm_give(sim_handle *handle, unsigned slots) {
    sim_shm *shm = handle->shm;
    for (unsigned slot = 0; slot < SQLITE_SHM_NLOCK; slot++) {
        if (!(slots & 1u << slot)) continue;
        if (handle->shm_shared & 1u << slot) shm->shared[slot]--;
        if (handle->shm_exclusive & 1u << slot) shm->exclusive[slot] = NULL;
    }
    handle->shm_shared &= ~slots;
    handle->shm_exclusive &= ~slots;
}

static int shm_take(sim_handle *handle, unsigned slots, bool is_exclusive) {
    sim_shm *shm = handle->shm;
    for (unsigned slot = 0; slot < SQLITE_SHM_NLOCK; slot++) {
        if (!(slots & 1u << slot)) continue;
        unsigned own = handle->shm_shared >> slot & 1;
        if (shm->exclusive[slot] && shm->exclusive[slot] != handle) return SQLITE_BUSY;
        if (is_exclusive && shm->shared[slot] > own) return SQLITE_BUSY;
    }
    for (unsigned slot = 0; slot < SQLITE_SHM_NLOCK; slot++) {
        if (!(slots & 1u << slot)) continue;
        if (is_exclusive) {
            shm->exclusive[slot] = handle;
        } else if (!(handle->shm_shared & 1u << slot)) {
            shm->shared[slot]++;
        }
    }
    if (is_exclusive) {
        handle->shm_exclusive |= slots;
    } else {
        handle->shm_shared |= slots;
    }
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int first, int count, int flags) {
    sim_handle *handle = handle_of(base);
    unsigned slots = ((1u << count) - 1) << first;
    sim_lock();
    int code = SQLITE_OK;
    if (flags & SQLITE_SHM_UNLOCK) {
        if (handle->shm) shm_give(handle, slots);
    } else if (!is_live(handle) || !handle->shm) {
        code = SQLITE_IOERR_SHMLOCK;
    } else {
        code = shm_take(handle, slots, (flags & SQLITE_SHM_EXCLUSIVE) != 0);
    }
    sim_unlock();
    return code;
}

static void shm_barrier(sqlite3_file *base) {
    (void)base;
    sim_lock();
    sim_unlock();
}

static void detach(sim_handle *handle) {
    sim_shm *shm = handle->shm;
    if (!shm) return;
    shm_give(handle, ~0u);
    if (shm->references == 1 && handle->file->shm == shm) handle->file->shm = NULL;
    shm_let_go(shm);
    handle->shm = NULL;
}

static int shm_unmap(sqlite3_file *base, int deletes) {
    (void)deletes;
    sim_lock();
    detach(handle_of(base));
    sim_unlock();
    return SQLITE_OK;
}

// MARK: the rest

static int close_file(sqlite3_file *base) {
    sim_handle *handle = handle_of(base);
    sim_lock();
    detach(handle);
    give(handle, SQLITE_LOCK_NONE);
    if (handle->deletes_on_close && handle->disk && is_live(handle) && handle->file->is_linked) {
        sim_disk_unlink(handle->disk, handle->file, false);
    }
    sim_file_let_go(handle->file);
    sim_disk_let_go(handle->disk);
    base->pMethods = NULL;
    sim_unlock();
    return SQLITE_OK;
}

static int control(sqlite3_file *base, int op, void *argument) {
    (void)base;
    (void)op;
    (void)argument;
    return SQLITE_NOTFOUND;
}

/// As SQLite's own VFS for Unix says of a local disk.
static int sector_size(sqlite3_file *base) {
    (void)base;
    return SIM_PAGE_BYTES;
}

static int characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods sim_handle_methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_bytes,
    .xWrite = write_bytes,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};
