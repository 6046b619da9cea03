import DiskChecks
import Testing

/// The exhaustive checks on a small scale; the whole of them is the `simulate` command's.
@Suite struct DiskCheckTests {
    @Test func noFaultLosesAnAcknowledgedDocument() throws {
        let result = try CrashCheck(
            seed: 3, operations: 16, stride: 11, verifyEvery: 40, checkpointEvery: 7
        ).run()
        #expect(result.failures.map(\.description) == [])
        #expect(result.operations == 16)
        for fault in CrashCheck.Fault.allCases {
            #expect(result.cases[fault, default: 0] > 0, "\(fault)")
        }
        #expect(result.stopped > 0)
        #expect(result.refused > 0)
        #expect(result.verified > 0)
    }

    @Test func theCheckFailsOnADiskThatLies() throws {
        var check = CrashCheck(seed: 4, operations: 4, stride: 11, faults: [.dropAll])
        check.liesAboutSync = true
        #expect(try !check.run().failures.isEmpty)
    }

    @Test func aFlippedBitIsFoundOrHarmless() throws {
        let result = try FlipCheck(seed: 3, operations: 12, stride: 1_009).run()
        #expect(result.failures.map(\.description) == [])
        for count in [result.database, result.log] {
            #expect(count.bytes > 0)
            #expect(
                count.bytes == count.atOpen + count.byVerify + count.harmless + count.shortened)
        }
        #expect(result.database.atOpen + result.database.byVerify > 0)
        #expect(result.log.shortened > 0)
    }
}
