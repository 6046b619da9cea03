#include <pthread.h>
#include <stdlib.h>

#include "internal.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
void sim_lock(void) { pthread_mutex_lock(&mutex); }
void sim_unlock(void) { pthread_mutex_unlock(&mutex); }

static sim_disk *disks[SIM_DISKS_MAX];
static size_t disk_count;

sim_disk *sim_disk_named(const char *name, size_t count) {
    for (size_t index = 0; index < disk_count; index++) {
        const char *other = disks[index]->name;
        if (!strncmp(other, name, count) && !other[count]) return disks[index];
    }
    return NULL;
}

void sim_disk_let_go(sim_disk *disk) {
    if (!disk || --disk->references > 0) return;
    for (size_t index = 0; index < disk->file_count; index++) sim_file_let_go(disk->files[index]);
    free(disk);
}

/// No path leads to the disk any more, and its handles are dead.
static void forget(sim_disk *disk) {
    if (!disk->is_named) return;
    disk->is_named = false;
    disk->generation++;
    disk->is_off = true;
    for (size_t index = 0; index < disk_count; index++) {
        if (disks[index] != disk) continue;
        disk_count--;
        memmove(&disks[index], &disks[index + 1], (disk_count - index) * sizeof(sim_disk *));
        break;
    }
    sim_disk_let_go(disk);
}

void sim_forget_all(void) {
    while (disk_count) forget(disks[disk_count - 1]);
}

static sim_disk *create(const char *name) {
    size_t count = strlen(name);
    if (!count || count > SIM_NAME_MAX || strchr(name, '/')) return NULL;
    sim_disk *former = sim_disk_named(name, count);
    if (former) forget(former);
    if (disk_count == SIM_DISKS_MAX) return NULL;
    sim_disk *disk = calloc(1, sizeof(sim_disk));
    if (!disk) return NULL;
    memcpy(disk->name, name, count);
    disk->references = 2;  // the table's and the caller's
    disk->is_named = true;
    disk->generation = 1;
    disks[disk_count++] = disk;
    return disk;
}

sim_disk *sim_create(const char *name) {
    sim_lock();
    sim_disk *disk = create(name);
    sim_unlock();
    return disk;
}

void sim_release(sim_disk *disk) {
    sim_lock();
    forget(disk);
    sim_disk_let_go(disk);
    sim_unlock();
}

// MARK: files

sim_file *sim_disk_file(sim_disk *disk, const char *name) {
    for (size_t index = 0; index < disk->file_count; index++) {
        sim_file *file = disk->files[index];
        if (file->is_linked && !strcmp(file->name, name)) return file;
    }
    return NULL;
}

sim_file *sim_disk_add(sim_disk *disk, const char *name) {
    size_t count = strlen(name);
    if (!count || count > SIM_NAME_MAX || strchr(name, '/')) return NULL;
    if (disk->file_count == SIM_FILES_MAX) return NULL;
    sim_file *file = sim_file_make(name);
    if (!file) return NULL;
    file->is_linked = true;
    file->link_number = ++disk->op_number;
    disk->files[disk->file_count++] = file;
    return file;
}

void sim_disk_unlink(sim_disk *disk, sim_file *file, bool durably) {
    file->is_linked = false;
    file->link_number = ++disk->op_number;
    if (durably) file->is_durably_linked = false;
    sim_disk_sweep(disk);
}

void sim_disk_sweep(sim_disk *disk) {
    size_t kept = 0;
    for (size_t index = 0; index < disk->file_count; index++) {
        sim_file *file = disk->files[index];
        if (file->is_linked || file->is_durably_linked) {
            disk->files[kept++] = file;
        } else {
            sim_file_let_go(file);
        }
    }
    disk->file_count = kept;
}

void sim_disk_settle_names(sim_disk *disk) {
    for (size_t index = 0; index < disk->file_count; index++) {
        disk->files[index]->is_durably_linked = disk->files[index]->is_linked;
    }
    sim_disk_sweep(disk);
}

void sim_disk_supersede(sim_disk *disk, const sim_file *newer) {
    bool found = false;
    for (size_t index = 0; index < disk->file_count; index++) {
        sim_file *file = disk->files[index];
        if (file == newer || file->is_linked || strcmp(file->name, newer->name)) continue;
        file->is_durably_linked = false;
        found = true;
    }
    if (found) sim_disk_sweep(disk);
}

// MARK: power

static void cut(sim_disk *disk) {
    disk->is_off = true;
    disk->generation++;
    disk->cut_at = 0;
    disk->counts.power_cuts++;
}

static bool applies(sim_failure failure, sim_call call) {
    switch (failure) {
    case SIM_FAIL_IO: return true;
    case SIM_FAIL_SYNC: return call == SIM_SYNC;
    case SIM_FAIL_READ: return call == SIM_READ;
    case SIM_FAIL_FULL:
    case SIM_FAIL_SHORT_WRITE: return call == SIM_WRITE;
    case SIM_FAIL_KINDS: break;
    }
    return false;
}

sim_verdict sim_disk_touch(sim_disk *disk, uint64_t generation, sim_call call) {
    if (disk->is_off || generation != disk->generation) return SIM_DEAD;
    disk->calls++;
    disk->counts.calls[call]++;
    if (disk->cut_at && disk->calls >= disk->cut_at) {
        cut(disk);
        return SIM_CUT;
    }
    if (disk->fail_at && disk->calls >= disk->fail_at && applies(disk->failure, call)) {
        disk->failed_at = disk->calls;
        disk->counts.failed[disk->failure]++;
        if (!disk->fails_for_good) disk->fail_at = 0;
        return SIM_FAILED;
    }
    return SIM_GO;
}

void sim_cut_power(sim_disk *disk) {
    sim_lock();
    if (!disk->is_off) cut(disk);
    sim_unlock();
}

void sim_cut_power_at(sim_disk *disk, uint64_t call) {
    sim_lock();
    disk->cut_at = call;
    sim_unlock();
}

static int ascending(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static bool has_pending_link(const sim_file *file) {
    return file->is_linked != file->is_durably_linked;
}

static size_t pending(const sim_disk *disk) {
    size_t count = 0;
    for (size_t index = 0; index < disk->file_count; index++) {
        count += disk->files[index]->op_count + has_pending_link(disk->files[index]);
    }
    return count;
}

/// The numbers of all unsynced operations, ascending; NULL without memory.
static uint64_t *pending_numbers(const sim_disk *disk, size_t count) {
    uint64_t *numbers = malloc((count ? count : 1) * sizeof(uint64_t));
    if (!numbers) return NULL;
    size_t next = 0;
    for (size_t index = 0; index < disk->file_count; index++) {
        const sim_file *file = disk->files[index];
        for (size_t op = 0; op < file->op_count; op++) numbers[next++] = file->ops[op].number;
        if (has_pending_link(file)) numbers[next++] = file->link_number;
    }
    qsort(numbers, count, sizeof(uint64_t), ascending);
    return numbers;
}

/// Bytes of an operation that arrive where the power fails within it.
static size_t part_of(const sim_disk *disk, uint64_t number, uint64_t *state) {
    for (size_t index = 0; index < disk->file_count; index++) {
        const sim_file *file = disk->files[index];
        for (size_t at = 0; at < file->op_count; at++) {
            const sim_op *op = &file->ops[at];
            if (op->number != number) continue;
            if (op->kind == SIM_OP_TRUNCATE) return sim_next(state) & 1;
            size_t part = sim_next(state) % (op->count + 1);
            if (sim_next(state) & 1) return part;
            size_t within = (op->offset + part) % SIM_SECTOR_BYTES;
            return part < within ? 0 : part - within;
        }
    }
    return sim_next(state) & 1;
}

/// Tears the order of operations at one of them. Links numbered below it are as the program made them.
static bool tear(sim_disk *disk, uint64_t *state) {
    size_t count = pending(disk);
    uint64_t *numbers = pending_numbers(disk, count);
    if (!numbers) return false;
    size_t place = sim_next(state) % (count + 1);
    uint64_t limit = place < count ? numbers[place] : UINT64_MAX;
    free(numbers);
    size_t part = part_of(disk, limit, state);
    for (size_t index = 0; index < disk->file_count; index++) {
        sim_file *file = disk->files[index];
        if (!sim_file_apply_prefix(file, limit, part)) return false;
        if (file->link_number < limit || (file->link_number == limit && part)) {
            file->is_durably_linked = file->is_linked;
        }
    }
    return true;
}

static bool lose(sim_disk *disk, sim_loss loss, uint64_t seed) {
    uint64_t state = seed;
    if (loss == SIM_TORN) return tear(disk, &state);
    for (size_t index = 0; index < disk->file_count; index++) {
        sim_file *file = disk->files[index];
        if (loss == SIM_KEEP_ALL) {
            if (!sim_file_apply_prefix(file, UINT64_MAX, SIZE_MAX)) return false;
            file->is_durably_linked = file->is_linked;
        } else if (loss == SIM_REORDERED) {
            if (!sim_file_apply_scattered(file, seed)) return false;
            if (sim_mix(seed, file->link_number) & 1) file->is_durably_linked = file->is_linked;
        }
    }
    return true;
}

/// Of two files with one name only the newer is there after a power cut.
static void drop_older_names(sim_disk *disk) {
    for (size_t newer = disk->file_count; newer-- > 1;) {
        if (!disk->files[newer]->is_linked) continue;
        for (size_t older = 0; older < newer; older++) {
            if (strcmp(disk->files[older]->name, disk->files[newer]->name)) continue;
            disk->files[older]->is_linked = disk->files[older]->is_durably_linked = false;
        }
    }
    sim_disk_sweep(disk);
}

bool sim_power_on(sim_disk *disk, sim_loss loss, uint64_t seed) {
    sim_lock();
    if (!disk->is_off) cut(disk);
    bool is_done = disk->is_named;
    if (loss != SIM_KEEP_ALL && pending(disk)) disk->counts.losses++;
    is_done = is_done && lose(disk, loss, seed);
    for (size_t index = 0; is_done && index < disk->file_count; index++) {
        sim_file *file = disk->files[index];
        file->is_linked = file->is_durably_linked;
        sim_file_forget_ops(file);
        sim_file_forget_locks(file);
        is_done = sim_image_copy(&file->seen, &file->durable);
    }
    if (is_done) {
        drop_older_names(disk);
        disk->is_off = false;
    }
    sim_unlock();
    return is_done;
}
