internal import CSimulatedDisk

/// The files as a program would see them, unsynced operations included.
extension SimulatedDisk {
    /// In the order of their creation.
    package var fileNames: [String] {
        var names: [String] = []
        while let name = sim_file_name(disk, names.count) { names.append(String(cString: name)) }
        return names
    }

    package var files: [(name: String, bytes: [UInt8])] {
        fileNames.map { ($0, file($0) ?? []) }
    }

    /// Copies the file; nil where there is none.
    package func file(_ name: String) -> [UInt8]? {
        guard let size = size(of: name) else { return nil }
        return bytes(of: name, from: 0, count: size)
    }

    /// At most `count` bytes from `offset`.
    package func bytes(of name: String, from offset: UInt64, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized =
                buffer.baseAddress.map { sim_file_read(disk, name, offset, $0, count) } ?? 0
        }
    }

    /// Bytes of a file, without reading it; nil where there is none.
    package func size(of name: String) -> Int? {
        let size = sim_file_size(disk, name)
        return size < 0 ? nil : Int(size)
    }

    /// Operations on a file, its creation or deletion included, that a power cut would put at risk.
    package func unsyncedOperations(of name: String) -> Int { sim_pending(disk, name) }

    /// Makes the file these bytes, durably.
    package func write(file name: String, bytes: [UInt8]) throws {
        let isDone = bytes.withUnsafeBufferPointer {
            sim_file_replace(disk, name, $0.baseAddress, $0.count)
        }
        guard isDone else { throw SimulatedDiskError.file(name) }
    }

    /// Removes a file, durably; does nothing where there is none.
    package func remove(file name: String) { _ = sim_file_remove(disk, name) }

    /// A moment of a disk: may be restored any number of times, on any disk. Shares its pages with
    /// the disk and other snapshots, so it costs a pointer for each page of 4 KiB.
    package final class Snapshot {
        let snapshot: OpaquePointer

        init(_ snapshot: OpaquePointer) { self.snapshot = snapshot }

        deinit { sim_snapshot_release(snapshot) }
    }

    package func snapshot() throws -> Snapshot {
        guard let snapshot = sim_snapshot_take(disk) else { throw SimulatedDiskError.gone(name) }
        return Snapshot(snapshot)
    }

    /// Makes the disk what it was then. The power is on, open handles are dead, nothing is planned to
    /// fail; `calls` goes on.
    package func restore(_ snapshot: Snapshot) throws {
        guard sim_snapshot_restore(disk, snapshot.snapshot) else {
            throw SimulatedDiskError.gone(name)
        }
    }

    /// Whether the files are, byte by byte, what they were in `snapshot`, as seen and as durable. False
    /// where anything is unsynced. Pages that both share are not read.
    package func isUnchanged(since snapshot: Snapshot) -> Bool {
        sim_snapshot_is_current(disk, snapshot.snapshot)
    }
}
