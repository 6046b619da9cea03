/// What the simulation reads and sets of a disk; every function takes the mutex.
#include <stdlib.h>

#include "internal.h"

uint64_t sim_calls(sim_disk *disk) {
    sim_lock();
    uint64_t calls = disk->calls;
    sim_unlock();
    return calls;
}

sim_counts sim_counts_of(sim_disk *disk) {
    sim_lock();
    sim_counts counts = disk->counts;
    sim_unlock();
    return counts;
}

bool sim_is_off(sim_disk *disk) {
    sim_lock();
    bool is_off = disk->is_off;
    sim_unlock();
    return is_off;
}

void sim_fail_at(sim_disk *disk, uint64_t call, sim_failure failure, bool for_good) {
    sim_lock();
    disk->fail_at = call;
    disk->failure = failure;
    disk->fails_for_good = for_good;
    disk->failed_at = 0;
    sim_unlock();
}

uint64_t sim_failed_at(sim_disk *disk) {
    sim_lock();
    uint64_t call = disk->failed_at;
    sim_unlock();
    return call;
}

void sim_heal(sim_disk *disk) {
    sim_lock();
    disk->fail_at = 0;
    disk->cut_at = 0;
    sim_unlock();
}

void sim_set_lies(sim_disk *disk, bool lies) {
    sim_lock();
    disk->lies = lies;
    sim_unlock();
}

bool sim_lies(sim_disk *disk) {
    sim_lock();
    bool lies = disk->lies;
    sim_unlock();
    return lies;
}

void sim_set_seed(sim_disk *disk, uint64_t seed) {
    sim_lock();
    disk->seed = seed;
    sim_unlock();
}

// MARK: files

const char *sim_file_name(sim_disk *disk, size_t index) {
    sim_lock();
    const char *name = NULL;
    for (size_t at = 0; at < disk->file_count && !name; at++) {
        if (!disk->files[at]->is_linked) continue;
        if (index-- == 0) name = disk->files[at]->name;
    }
    sim_unlock();
    return name;
}

int64_t sim_file_size(sim_disk *disk, const char *name) {
    sim_lock();
    sim_file *file = sim_disk_file(disk, name);
    int64_t size = file ? (int64_t)file->seen.size : -1;
    sim_unlock();
    return size;
}

size_t sim_pending(sim_disk *disk, const char *name) {
    sim_lock();
    size_t count = 0;
    for (size_t index = 0; index < disk->file_count; index++) {
        const sim_file *file = disk->files[index];
        if (strcmp(file->name, name)) continue;
        count += file->op_count + (file->is_linked != file->is_durably_linked);
    }
    sim_unlock();
    return count;
}

size_t sim_file_read(
    sim_disk *disk, const char *name, uint64_t offset, uint8_t *bytes, size_t count) {
    sim_lock();
    sim_file *file = sim_disk_file(disk, name);
    size_t there = file ? sim_image_read(&file->seen, offset, bytes, count) : 0;
    sim_unlock();
    return there;
}

bool sim_file_replace(sim_disk *disk, const char *name, const uint8_t *bytes, size_t count) {
    sim_lock();
    sim_file *file = sim_disk_file(disk, name);
    if (!file) file = sim_disk_add(disk, name);
    bool is_done = file && sim_file_truncate(file, ++disk->op_number, 0) == SQLITE_OK &&
        sim_file_write(file, ++disk->op_number, 0, bytes, count) == SQLITE_OK &&
        sim_file_settle(file);
    if (is_done) sim_disk_supersede(disk, file);
    sim_unlock();
    return is_done;
}

bool sim_file_remove(sim_disk *disk, const char *name) {
    sim_lock();
    sim_file *file = sim_disk_file(disk, name);
    if (file) sim_disk_unlink(disk, file, true);
    sim_unlock();
    return file != NULL;
}

static bool flip(sim_image *image, uint64_t offset, unsigned bit) {
    if (offset >= image->size) return false;
    uint8_t byte;
    sim_image_read(image, offset, &byte, 1);
    byte ^= (uint8_t)(1u << (bit & 7));
    return sim_image_write(image, offset, &byte, 1);
}

bool sim_flip(sim_disk *disk, const char *name, uint64_t offset, unsigned bit) {
    sim_lock();
    sim_file *file = sim_disk_file(disk, name);
    bool is_done = false;
    if (file) {
        bool is_seen = flip(&file->seen, offset, bit);
        bool is_durable = flip(&file->durable, offset, bit);
        is_done = is_seen || is_durable;
    }
    if (is_done) disk->counts.bits_flipped++;
    sim_unlock();
    return is_done;
}

// MARK: snapshots

struct sim_snapshot {
    size_t count;
    sim_file *files[SIM_FILES_MAX];
};

/// A file of its own with the same pages, without handles, locks and wal-index.
static sim_file *duplicate(const sim_file *file) {
    sim_file *copy = sim_file_make(file->name);
    if (!copy) return NULL;
    copy->is_linked = file->is_linked;
    copy->is_durably_linked = file->is_durably_linked;
    copy->link_number = file->link_number;
    bool is_done =
        sim_image_copy(&copy->seen, &file->seen) && sim_image_copy(&copy->durable, &file->durable);
    if (is_done && file->op_count) {
        copy->ops = malloc(file->op_count * sizeof(sim_op));
        copy->arena = malloc(file->arena_count ? file->arena_count : 1);
        is_done = copy->ops && copy->arena;
        if (is_done) {
            memcpy(copy->ops, file->ops, file->op_count * sizeof(sim_op));
            if (file->arena_count) memcpy(copy->arena, file->arena, file->arena_count);
            copy->op_count = copy->op_capacity = file->op_count;
            copy->arena_count = file->arena_count;
            copy->arena_capacity = file->arena_count ? file->arena_count : 1;
        }
    }
    if (is_done) return copy;
    sim_file_let_go(copy);
    return NULL;
}

static void let_go(sim_snapshot *snapshot) {
    for (size_t index = 0; index < snapshot->count; index++) {
        sim_file_let_go(snapshot->files[index]);
    }
    free(snapshot);
}

static bool duplicate_all(sim_file **from, size_t count, sim_file **to, size_t *made) {
    for (size_t index = 0; index < count; index++) {
        to[index] = duplicate(from[index]);
        if (!to[index]) return false;
        *made = index + 1;
    }
    return true;
}

sim_snapshot *sim_snapshot_take(sim_disk *disk) {
    sim_lock();
    sim_snapshot *snapshot = calloc(1, sizeof(sim_snapshot));
    if (snapshot &&
        !duplicate_all(disk->files, disk->file_count, snapshot->files, &snapshot->count)) {
        let_go(snapshot);
        snapshot = NULL;
    }
    sim_unlock();
    return snapshot;
}

bool sim_snapshot_restore(sim_disk *disk, const sim_snapshot *snapshot) {
    sim_lock();
    sim_file *files[SIM_FILES_MAX];
    size_t made = 0;
    bool is_done = disk->is_named &&
        duplicate_all((sim_file **)snapshot->files, snapshot->count, files, &made);
    sim_file **gone = is_done ? disk->files : files;
    size_t gone_count = is_done ? disk->file_count : made;
    for (size_t index = 0; index < gone_count; index++) sim_file_let_go(gone[index]);
    if (is_done) {
        memcpy(disk->files, files, made * sizeof(sim_file *));
        disk->file_count = made;
        disk->generation++;
        disk->is_off = false;
        disk->cut_at = disk->fail_at = disk->failed_at = 0;
        for (size_t index = 0; index < made; index++) {
            for (size_t op = 0; op < files[index]->op_count; op++) {
                uint64_t number = files[index]->ops[op].number;
                if (number > disk->op_number) disk->op_number = number;
            }
            if (files[index]->link_number > disk->op_number) {
                disk->op_number = files[index]->link_number;
            }
        }
    }
    sim_unlock();
    return is_done;
}

void sim_snapshot_release(sim_snapshot *snapshot) {
    sim_lock();
    let_go(snapshot);
    sim_unlock();
}

static bool is_settled(const sim_file *file) {
    return !file->op_count && file->is_linked && file->is_durably_linked;
}

static const sim_file *named(sim_file *const *files, size_t count, const char *name) {
    for (size_t index = 0; index < count; index++) {
        if (!strcmp(files[index]->name, name)) return files[index];
    }
    return NULL;
}

bool sim_snapshot_is_current(sim_disk *disk, const sim_snapshot *snapshot) {
    sim_lock();
    bool is_same = disk->file_count == snapshot->count;
    for (size_t index = 0; is_same && index < disk->file_count; index++) {
        const sim_file *file = disk->files[index];
        const sim_file *other = named(snapshot->files, snapshot->count, file->name);
        is_same = other && is_settled(file) && is_settled(other) &&
            sim_image_is_same(&file->seen, &other->seen) &&
            sim_image_is_same(&file->durable, &other->durable);
    }
    sim_unlock();
    return is_same;
}
