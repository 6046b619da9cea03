#include <stdlib.h>

#include "internal.h"

/// Operations of a file beyond which the system writes back what it holds.
enum { OPS_MAX = 1 << 20 };
/// An arena larger than this is given back once it is empty.
enum { ARENA_KEPT_BYTES = 1 << 20 };

sim_file *sim_file_make(const char *name) {
    sim_file *file = calloc(1, sizeof(sim_file));
    if (!file) return NULL;
    file->references = 1;
    strncpy(file->name, name, SIM_NAME_MAX);
    return file;
}

void sim_file_let_go(sim_file *file) {
    if (!file || --file->references > 0) return;
    sim_image_free(&file->seen);
    sim_image_free(&file->durable);
    free(file->ops);
    free(file->arena);
    free(file);
}

void sim_file_forget_locks(sim_file *file) {
    file->shm = NULL;
    file->shared_locks = 0;
    file->reserved = file->pending = file->exclusive = NULL;
}

void sim_file_forget_ops(sim_file *file) {
    file->op_count = 0;
    file->arena_count = 0;
    if (file->arena_capacity > ARENA_KEPT_BYTES) {
        free(file->arena);
        file->arena = NULL;
        file->arena_capacity = 0;
    }
}

static bool grow(void **memory, size_t *capacity, size_t needed, size_t unit, size_t first) {
    if (needed <= *capacity) return true;
    size_t next = *capacity ? *capacity : first;
    while (next < needed) next *= 2;
    void *grown = realloc(*memory, next * unit);
    if (!grown) return false;
    *memory = grown;
    *capacity = next;
    return true;
}

static bool remember(sim_file *file, sim_op op, const uint8_t *bytes) {
    if (!grow((void **)&file->ops, &file->op_capacity, file->op_count + 1, sizeof(sim_op), 32) ||
        !grow((void **)&file->arena, &file->arena_capacity, file->arena_count + op.count, 1, 8192)) {
        return false;
    }
    op.start = file->arena_count;
    if (op.count) memcpy(file->arena + op.start, bytes, op.count);
    file->arena_count += op.count;
    file->ops[file->op_count++] = op;
    if (file->op_count < OPS_MAX && file->arena_count < SIM_PENDING_BYTES_MAX) return true;
    return sim_file_settle(file);
}

int sim_file_write(
    sim_file *file, uint64_t number, uint64_t offset, const uint8_t *bytes, size_t count) {
    if (offset > SIM_FILE_BYTES_MAX || count > SIM_FILE_BYTES_MAX - offset) return SQLITE_FULL;
    sim_op op = {.number = number, .offset = offset, .count = count, .kind = SIM_OP_WRITE};
    if (!sim_image_write(&file->seen, offset, bytes, count) || !remember(file, op, bytes)) {
        return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
}

int sim_file_truncate(sim_file *file, uint64_t number, uint64_t size) {
    if (size > SIM_FILE_BYTES_MAX) return SQLITE_FULL;
    sim_op op = {.number = number, .offset = size, .kind = SIM_OP_TRUNCATE};
    if (!sim_image_resize(&file->seen, size) || !remember(file, op, NULL)) {
        return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
}

/// Shares every page that an operation touched: what a program sees of it is what becomes durable,
/// as a page cache writes back whole pages.
bool sim_file_settle(sim_file *file) {
    for (size_t index = 0; index < file->op_count; index++) {
        const sim_op *op = &file->ops[index];
        uint64_t end = op->offset + op->count;
        if (op->kind == SIM_OP_TRUNCATE) {
            if (op->offset < file->durable.size &&
                !sim_image_resize(&file->durable, op->offset)) {
                return false;
            }
            end = op->offset % SIM_PAGE_BYTES ? op->offset + 1 : op->offset;
        }
        for (uint64_t page = op->offset / SIM_PAGE_BYTES; page * SIM_PAGE_BYTES < end; page++) {
            if (!sim_image_share(&file->durable, &file->seen, page)) return false;
        }
    }
    if (file->op_count && !sim_image_resize(&file->durable, file->seen.size)) return false;
    if (file->is_linked) file->is_durably_linked = true;
    sim_file_forget_ops(file);
    return true;
}

static bool apply(sim_file *file, const sim_op *op, size_t part) {
    if (op->kind == SIM_OP_TRUNCATE) {
        return part == 0 || sim_image_resize(&file->durable, op->offset);
    }
    if (part > op->count) part = op->count;
    return sim_image_write(&file->durable, op->offset, file->arena + op->start, part);
}

bool sim_file_apply_prefix(sim_file *file, uint64_t limit, size_t part) {
    for (size_t index = 0; index < file->op_count; index++) {
        const sim_op *op = &file->ops[index];
        if (op->number > limit) break;
        if (!apply(file, op, op->number == limit ? part : SIZE_MAX)) return false;
    }
    return true;
}

static uint64_t hash_of_name(const char *name) {
    uint64_t hash = 0xcbf29ce484222325ull;
    for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 0x100000001b3ull;
    return hash;
}

/// Of `count` operations, how many a sector has seen: none, all, or up to a moment between.
static size_t moment(uint64_t seed, uint64_t sector, size_t count) {
    uint64_t word = sim_mix(seed, sector);
    /// How much is lost differs from cut to cut.
    uint64_t lost = 32 + (seed >> 16) % 192;
    if ((word & 255) < lost) return 0;
    return word & 256 ? count : (word >> 32) % (count + 1);
}

bool sim_file_apply_scattered(sim_file *file, uint64_t seed) {
    seed = sim_mix(seed, hash_of_name(file->name));
    for (size_t index = 0; index < file->op_count; index++) {
        const sim_op *op = &file->ops[index];
        if (op->kind == SIM_OP_TRUNCATE) {
            if (sim_mix(seed, ~op->number) & 1 && !apply(file, op, 1)) return false;
            continue;
        }
        uint64_t offset = op->offset, end = op->offset + op->count;
        while (offset < end) {
            uint64_t sector = offset / SIM_SECTOR_BYTES;
            uint64_t next = (sector + 1) * SIM_SECTOR_BYTES;
            if (next > end) next = end;
            if (index < moment(seed, sector, file->op_count) &&
                !sim_image_write(
                    &file->durable, offset, file->arena + op->start + (offset - op->offset),
                    next - offset)) {
                return false;
            }
            offset = next;
        }
    }
    return true;
}
