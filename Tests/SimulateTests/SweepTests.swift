import ArgumentParser
import Foundation
import Testing

@testable import simulate

@Suite struct SweepTests {
    /// A worker that hears no SIGTERM does not hold up a sweep whose time is over.
    @Test(.timeLimit(.minutes(1)))
    func aSweepEndsWithItsTime() throws {
        let script = FileManager.default.temporaryDirectory
            .appendingPathComponent("branchbook-worker-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: script) }
        let endless = """
            #!/bin/sh
            trap '' TERM
            n=1
            while :; do echo "begin $n"; n=$((n + 1)); done
            """
        try Data(endless.utf8).write(to: script)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o700], ofItemAtPath: script.path)
        let sweep = Sweep(
            seeds: 1...1_000_000, jobs: 2, seconds: 0.1, failuresMax: 1,
            options: try PlanOptions.parse([]), executable: script.path)
        try sweep.run()
        #expect(sweep.summary.failed.isEmpty)
    }
}
