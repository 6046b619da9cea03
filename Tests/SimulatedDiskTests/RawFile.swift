import GRDBSQLite
import SimulatedDisk

/// Extended result codes, which Swift does not import.
enum IOError {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let delete = SQLITE_IOERR | 10 << 8
    static let deleteOfNothing = SQLITE_IOERR | 23 << 8
}

/// A file opened through the VFS itself, as SQLite does it: result codes as they come.
final class RawFile {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    /// SQLite keeps the name that it opened; so must we.
    private let path: UnsafeMutablePointer<CChar>

    struct Failure: Error { let code: Int32 }

    init(_ disk: SimulatedDisk, _ name: String, creates: Bool = true) throws {
        guard let vfs = sqlite3_vfs_find(nil) else { throw Failure(code: SQLITE_ERROR) }
        self.vfs = vfs
        let bytes = Array(disk.path(name).utf8CString)
        path = .allocate(capacity: bytes.count)
        path.initialize(from: bytes, count: bytes.count)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Int(vfs.pointee.szOsFile), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(vfs.pointee.szOsFile))
        file = memory.assumingMemoryBound(to: sqlite3_file.self)
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL | (creates ? SQLITE_OPEN_CREATE : 0)
        var out: Int32 = 0
        let code = vfs.pointee.xOpen(vfs, path, file, flags, &out)
        guard code == SQLITE_OK else {
            throw Failure(code: code)
        }
    }

    deinit {
        if let methods = file.pointee.pMethods { _ = methods.pointee.xClose(file) }
        UnsafeMutableRawPointer(file).deallocate()
        path.deallocate()
    }

    private var methods: sqlite3_io_methods { file.pointee.pMethods.pointee }

    func write(_ bytes: [UInt8], at offset: Int64) -> Int32 {
        bytes.withUnsafeBytes { methods.xWrite(file, $0.baseAddress, Int32($0.count), offset) }
    }

    func read(_ count: Int, at offset: Int64) -> (code: Int32, bytes: [UInt8]) {
        var bytes = [UInt8](repeating: 0xee, count: count)
        let code = bytes.withUnsafeMutableBytes {
            methods.xRead(file, $0.baseAddress, Int32($0.count), offset)
        }
        return (code, bytes)
    }

    func truncate(_ size: Int64) -> Int32 { methods.xTruncate(file, size) }

    func sync() -> Int32 { methods.xSync(file, SQLITE_SYNC_NORMAL) }

    func lock(_ level: Int32) -> Int32 { methods.xLock(file, level) }

    func unlock(_ level: Int32) -> Int32 { methods.xUnlock(file, level) }

    static func delete(_ disk: SimulatedDisk, _ name: String, syncsDirectory: Bool) -> Int32 {
        guard let vfs = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
        return vfs.pointee.xDelete(vfs, disk.path(name), syncsDirectory ? 1 : 0)
    }
}
