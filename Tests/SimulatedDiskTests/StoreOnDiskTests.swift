import GRDB
import SimulatedDisk
import Store
import Testing

/// SQLite with the product's pragmas on a simulated disk.
@Suite struct StoreOnDiskTests {
    @Test func theProductsPragmasWork() throws {
        let disk = try SimulatedDisk("pragmas")
        let store = try Store(path: disk.databasePath)
        #expect(disk.size(of: "book.db-wal").map { $0 > 0 } == true)
        #expect(disk.counts.syncs > 0)
        #expect(disk.unsyncedOperations(of: "book.db-wal") == 0)
        try store.close()
    }
}
