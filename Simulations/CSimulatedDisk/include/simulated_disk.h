/// Disks in memory behind SQLite's VFS interface, on which power cuts, failing calls, lying syncs and
/// bit rot happen when asked for.
///
/// A file is two images, what programs see and what is durable, and the operations between them in
/// order. A sync makes them durable, as whole pages; a power cut lets some of them survive. Creating and
/// deleting a file are operations too: durable with a sync of the file, of the directory, or with
/// the first sync of a journal or log that SQLite created.
///
/// A disk's files are `/simulated/<disk>/<file>`. Every other path goes to the VFS that was the
/// default before. One mutex serialises everything; none of it blocks or waits.
#ifndef SIMULATED_DISK_H
#define SIMULATED_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sim_disk sim_disk;
typedef struct sim_snapshot sim_snapshot;

enum {
    /// Bytes of a sector, the unit that survives a power cut or does not.
    SIM_SECTOR_BYTES = 512,
    /// Bytes of a page, the unit of sharing between images and snapshots.
    SIM_PAGE_BYTES = 4096,
    SIM_NAME_MAX = 63,
    SIM_FILES_MAX = 64,
    SIM_DISKS_MAX = 4096,
};
/// A larger file is refused with SQLITE_FULL.
#define SIM_FILE_BYTES_MAX (256ull << 20)
/// Unsynced bytes of a file beyond which the system writes back what it holds, as Linux does.
#define SIM_PENDING_BYTES_MAX (64ull << 20)

/// Calls that touch the disk, each counted.
typedef enum {
    SIM_OPEN,
    SIM_READ,
    SIM_WRITE,
    SIM_TRUNCATE,
    SIM_SYNC,
    SIM_DELETE,
    SIM_CALL_KINDS,
} sim_call;

/// What becomes of unsynced operations when the power comes back.
typedef enum {
    SIM_DROP_ALL,
    SIM_KEEP_ALL,
    /// The operations up to one of them, which is itself cut at a sector border or within a sector.
    SIM_TORN,
    /// Every sector is as it was at some moment between its last sync and the cut.
    SIM_REORDERED,
} sim_loss;

typedef enum {
    /// EIO on any call. A sync that fails so leaves some sectors durable and the rest never: a
    /// later sync succeeds without them.
    SIM_FAIL_IO,
    /// EIO on a sync, with the same consequence; other calls pass.
    SIM_FAIL_SYNC,
    /// EIO on a read; other calls pass.
    SIM_FAIL_READ,
    /// ENOSPC on a write.
    SIM_FAIL_FULL,
    /// Some of the bytes of a write arrive, then ENOSPC.
    SIM_FAIL_SHORT_WRITE,
    SIM_FAIL_KINDS,
} sim_failure;

typedef struct {
    /// Calls of each kind on live handles while the power was on.
    uint64_t calls[SIM_CALL_KINDS];
    /// Failures that fired.
    uint64_t failed[SIM_FAIL_KINDS];
    uint64_t power_cuts;
    /// Syncs that reported success and did nothing.
    uint64_t lies;
    /// Power cuts of which operations were unsynced and did not all survive.
    uint64_t losses;
    uint64_t bits_flipped;
} sim_counts;

/// SQLite takes no locks of its own and counts no memory. For a program that uses it from one thread, and
/// before it uses it at all; else it changes nothing. Returns an SQLite result code.
int sim_one_thread(void);

/// Registers the VFS as the process's default; does nothing the second time.
/// Returns an SQLite result code.
int sim_install(void);

/// From now on SQLite's randomness comes from `seed` and its time from the clock below, for the
/// whole process; every disk is forgotten and its handles fail.
void sim_begin(uint64_t seed);
/// SQLite's randomness and time are the system's again.
void sim_end(void);
/// Milliseconds since 1970 of the virtual clock.
void sim_set_clock(int64_t milliseconds);
int64_t sim_clock(void);
/// Whether paths outside of `/simulated/` are refused instead of passed on.
void sim_refuse_other_paths(bool refuses);

/// An empty disk of this name; a former one is forgotten and its handles fail. NULL where the name
/// is too long, empty or holds a slash, or where there are too many disks.
sim_disk *sim_create(const char *name);
/// Gives the disk back: it is forgotten unless another of its name took its place.
void sim_release(sim_disk *disk);

uint64_t sim_calls(sim_disk *disk);
sim_counts sim_counts_of(sim_disk *disk);

/// All handles are dead from here on, and no file can be opened.
void sim_cut_power(sim_disk *disk);
/// The power fails at the first call whose number is at least `call`; 0 for never. The call itself is
/// among the unsynced operations.
void sim_cut_power_at(sim_disk *disk, uint64_t call);
bool sim_is_off(sim_disk *disk);
/// Settles by `loss` and `seed` what survived, and turns the power on. A disk that is on is cut
/// before. Returns false without memory.
bool sim_power_on(sim_disk *disk, sim_loss loss, uint64_t seed);

/// The first call that `failure` applies to and whose number is at least `call` fails; with `for_good`
/// every such call from there on. It takes the place of a failure asked for before.
void sim_fail_at(sim_disk *disk, uint64_t call, sim_failure failure, bool for_good);
/// The number of the last call that failed as asked; 0 where none did since `sim_fail_at`.
uint64_t sim_failed_at(sim_disk *disk);
/// Nothing fails any more; a power cut that was planned is called off.
void sim_heal(sim_disk *disk);
void sim_set_lies(sim_disk *disk, bool lies);
bool sim_lies(sim_disk *disk);
/// What decides how far failing calls get.
void sim_set_seed(sim_disk *disk, uint64_t seed);

/// Files that a program would see, by number from 0, in the order of their creation; NULL beyond.
const char *sim_file_name(sim_disk *disk, size_t index);
/// -1 where there is no such file.
int64_t sim_file_size(sim_disk *disk, const char *name);
/// Unsynced operations of a file and its creation or deletion.
size_t sim_pending(sim_disk *disk, const char *name);
/// Copies up to `count` bytes from `offset`; returns how many.
size_t sim_file_read(
    sim_disk *disk, const char *name, uint64_t offset, uint8_t *bytes, size_t count);
/// Makes the file these bytes, durably. Open handles of it see them. False without memory or room.
bool sim_file_replace(sim_disk *disk, const char *name, const uint8_t *bytes, size_t count);
/// Removes the file, durably; open handles keep what they see.
bool sim_file_remove(sim_disk *disk, const char *name);
/// Inverts one bit, seen and durable; false where there is no such byte.
bool sim_flip(sim_disk *disk, const char *name, uint64_t offset, unsigned bit);

/// The files as they are now, unsynced operations included; NULL without memory.
/// Cost: a pointer for each page, and a copy of what is unsynced.
sim_snapshot *sim_snapshot_take(sim_disk *disk);
/// Makes the disk what it was; the power is on, handles are dead, calls go on counting, and what was
/// planned to fail is called off. A snapshot may be restored any number of times, on any disk.
bool sim_snapshot_restore(sim_disk *disk, const sim_snapshot *snapshot);
void sim_snapshot_release(sim_snapshot *snapshot);
/// Whether the disk's files are, byte by byte, those of the snapshot, as seen and as durable. False
/// where anything is unsynced. Pages that both share are not read.
bool sim_snapshot_is_current(sim_disk *disk, const sim_snapshot *snapshot);

#endif
