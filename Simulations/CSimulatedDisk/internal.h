/// What the sources of this target share. Every function below expects the mutex to be held.
#ifndef SIMULATED_DISK_INTERNAL_H
#define SIMULATED_DISK_INTERNAL_H

#include <sqlite3.h>
#include <string.h>

#include "simulated_disk.h"

// MARK: images

/// Pages are shared between images and never written to while they are.
typedef struct {
    uint32_t references;
    uint8_t bytes[SIM_PAGE_BYTES];
} sim_page;

/// The content of a file. A page that is NULL holds zeros. Bytes beyond `size` are zero.
typedef struct {
    sim_page **pages;
    size_t count, capacity;
    uint64_t size;
} sim_image;

bool sim_image_write(sim_image *image, uint64_t offset, const uint8_t *bytes, size_t count);
/// Fills what lies beyond the end with zeros; returns the bytes that were there.
size_t sim_image_read(const sim_image *image, uint64_t offset, uint8_t *bytes, size_t count);
bool sim_image_resize(sim_image *image, uint64_t size);
/// Makes one page of `image` the very page of `other`.
bool sim_image_share(sim_image *image, const sim_image *other, size_t page);
bool sim_image_copy(sim_image *image, const sim_image *other);
/// Empties it, and keeps the memory of its table of pages.
void sim_image_clear(sim_image *image);
void sim_image_free(sim_image *image);
bool sim_image_is_same(const sim_image *a, const sim_image *b);

// MARK: files

typedef enum { SIM_OP_WRITE, SIM_OP_TRUNCATE } sim_op_kind;

/// One unsynced operation; the bytes of a write lie in the file's arena.
typedef struct {
    uint64_t number;
    uint64_t offset;
    size_t start, count;
    sim_op_kind kind;
} sim_op;

typedef struct sim_handle sim_handle;

/// The wal-index of a database, shared by the handles of one lifetime of the machine.
typedef struct {
    unsigned references;
    unsigned count;
    void *regions[512];
    unsigned shared[SQLITE_SHM_NLOCK];
    sim_handle *exclusive[SQLITE_SHM_NLOCK];
} sim_shm;

/// One file: an inode with the name it had. Two may have one name, where the deletion of the older is
/// not durable yet.
typedef struct {
    unsigned references;
    char name[SIM_NAME_MAX + 1];
    /// Whether the directory names it, and whether it would after a power cut; where the two
    /// differ, `link_number` is the number of the operation between them.
    bool is_linked, is_durably_linked;
    uint64_t link_number;
    sim_image seen, durable;
    sim_op *ops;
    size_t op_count, op_capacity;
    uint8_t *arena;
    size_t arena_count, arena_capacity;
    /// Owned by the handles that map it.
    sim_shm *shm;
    unsigned shared_locks;
    sim_handle *reserved, *pending, *exclusive;
} sim_file;

sim_file *sim_file_make(const char *name);
void sim_file_let_go(sim_file *file);
/// Writes and remembers the operation under `number`; an SQLite result code.
int sim_file_write(
    sim_file *file, uint64_t number, uint64_t offset, const uint8_t *bytes, size_t count);
int sim_file_truncate(sim_file *file, uint64_t number, uint64_t size);
/// Everything unsynced of it is durable, its name included.
bool sim_file_settle(sim_file *file);
void sim_file_forget_ops(sim_file *file);
/// Applies operations numbered below `limit` to the durable image, and of `limit` itself the first
/// `part` bytes where it is a write; all of a truncation counts as `part` > 0.
bool sim_file_apply_prefix(sim_file *file, uint64_t limit, size_t part);
/// Applies the operations to the durable image sector by sector, each sector up to a moment of its own.
bool sim_file_apply_scattered(sim_file *file, uint64_t seed);
/// Locks and wal-index are gone, as after a power cut.
void sim_file_forget_locks(sim_file *file);

// MARK: disks

struct sim_disk {
    unsigned references;
    bool is_named;
    char name[SIM_NAME_MAX + 1];
    sim_file *files[SIM_FILES_MAX];
    size_t file_count;
    uint64_t generation;
    bool is_off, lies;
    uint64_t calls, op_number, seed;
    uint64_t cut_at;
    uint64_t fail_at, failed_at;
    sim_failure failure;
    bool fails_for_good;
    sim_counts counts;
};

/// What comes of one call.
typedef enum { SIM_GO, SIM_DEAD, SIM_CUT, SIM_FAILED } sim_verdict;

void sim_lock(void);
void sim_unlock(void);

/// No disk has a name any more; all handles are dead.
void sim_forget_all(void);
sim_disk *sim_disk_named(const char *name, size_t count);
void sim_disk_let_go(sim_disk *disk);
/// Counts the call and says what comes of it; SIM_CUT has cut the power already.
sim_verdict sim_disk_touch(sim_disk *disk, uint64_t generation, sim_call call);
sim_file *sim_disk_file(sim_disk *disk, const char *name);
/// A new file whose creation is not durable; NULL without memory or room.
sim_file *sim_disk_add(sim_disk *disk, const char *name);
void sim_disk_unlink(sim_disk *disk, sim_file *file, bool durably);
/// All creations and deletions are durable.
void sim_disk_settle_names(sim_disk *disk);
/// Drops files that neither a program nor a power cut can bring back.
void sim_disk_sweep(sim_disk *disk);
/// The older file of this name is gone for good once a newer one is durable.
void sim_disk_supersede(sim_disk *disk, const sim_file *newer);

// MARK: randomness

/// The next word of a splitmix64 stream.
static inline uint64_t sim_next(uint64_t *state) {
    uint64_t word = (*state += 0x9e3779b97f4a7c15ull);
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ull;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebull;
    return word ^ (word >> 31);
}

static inline uint64_t sim_mix(uint64_t a, uint64_t b) {
    uint64_t state = a ^ (b * 0xd6e8feb86659fd93ull);
    sim_next(&state);
    return sim_next(&state);
}

// MARK: handles

/// What SQLite holds of an open file.
struct sim_handle {
    sqlite3_file base;
    /// NULL for a temporary file, which no fault touches.
    sim_disk *disk;
    sim_file *file;
    uint64_t generation;
    int lock;
    bool deletes_on_close;
    /// A journal or write-ahead log that this handle created: its first sync syncs the directory too,
    /// as SQLite's own VFS for Unix does.
    bool syncs_directory;
    sim_shm *shm;
    unsigned shm_shared, shm_exclusive;
};

extern const sqlite3_io_methods sim_handle_methods;

#endif
