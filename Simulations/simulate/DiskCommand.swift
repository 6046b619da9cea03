import ArgumentParser
import DiskChecks
import Foundation

struct DiskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disk",
        abstract: "Every fault at every call of a script, and a flip of every byte.")

    @Option(help: "Draws the script.") var seed: UInt64 = 1
    @Option(help: "Operations of the script.") var operations = 500
    @Option(help: "Only every n-th call gets its faults.") var stride = 1
    @Option(help: "Only every n-th byte is flipped; 0 leaves flips out.") var flipStride = 1
    @Option(help: "Repeats one fault: OPERATION,CALL,FAULT as a failure names them.")
    var only: Only?
    @Option(help: "Repeats one flip: FILE,OFFSET.") var flip: Flip?
    @Flag(help: "Flips alone.") var flipsOnly = false
    @Option(help: "Flips begin at this byte: FILE,OFFSET.") var flipsFrom: Flip?
    @Option(help: "Flips in this file alone: book.db or book.db-wal.") var flipFile: String?
    @Option(help: "One process's share of the work, as in 1/2 and 2/2.")
    var share = Share(number: 1, of: 1)

    struct Share: ExpressibleByArgument {
        let number: Int
        let of: Int

        init(number: Int, of: Int) { (self.number, self.of) = (number, of) }

        init?(argument: String) {
            let parts = argument.split(separator: "/").compactMap { Int($0) }
            guard parts.count == 2, parts[1] >= 1, 1...parts[1] ~= parts[0] else { return nil }
            self.init(number: parts[0], of: parts[1])
        }

        var defaultValueDescription: String { "\(number)/\(of)" }
    }

    struct Only: ExpressibleByArgument {
        let operation: Int
        let call: UInt64
        let fault: CrashCheck.Fault

        init?(argument: String) {
            let parts = argument.components(separatedBy: ",")
            guard parts.count == 3, let operation = Int(parts[0]), let call = UInt64(parts[1]),
                let fault = CrashCheck.Fault(rawValue: parts[2])
            else { return nil }
            (self.operation, self.call, self.fault) = (operation, call, fault)
        }
    }

    struct Flip: ExpressibleByArgument {
        let file: String
        let offset: UInt64

        init?(argument: String) {
            let parts = argument.components(separatedBy: ",")
            guard parts.count == 2, let offset = UInt64(parts[1]) else { return nil }
            (file, self.offset) = (parts[0], offset)
        }
    }

    func run() throws {
        var failures = 0
        if flip == nil, !flipsOnly { failures += try crash() }
        if only == nil, flipStride > 0 { failures += try flips() }
        if failures > 0 { throw ExitCode(1) }
    }

    private func crash() throws -> Int {
        let began = Date()
        var check = CrashCheck(seed: seed, operations: operations, stride: stride)
        check.share = (share.number - 1, share.of)
        let result = try check.run(only: only.map { ($0.operation, $0.call, $0.fault) }) { result in
            guard result.operations % 50 == 0 else { return }
            FileHandle.standardError.write(
                Data("\(result.operations) operations, \(result.total) faults\n".utf8))
        }
        let kinds = result.cases.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue) \($0.value)" }
        print(
            """
            \(result.operations) operations, \(result.calls) calls, \(result.total) faults in \
            \(Int(Date().timeIntervalSince(began))) s: \(kinds.joined(separator: ", "))
              \(result.acknowledged) acknowledged all the same, \(result.refused) refused, \
            \(result.stopped) stopped, \(result.keptUnasked) kept unasked; \(result.verified) verified; \
            \(result.documents) documents; \(result.failures.count) failures
            """)
        for failure in result.failures {
            print(failure)
            print(
                "  again: swift run -c release simulate disk --seed \(failure.seed) --operations "
                    + "\(operations) --only \(failure.operation),\(failure.call),"
                    + failure.fault.rawValue)
        }
        return result.failures.count
    }

    private func flips() throws -> Int {
        let began = Date()
        var check = FlipCheck(seed: seed, stride: max(flipStride, 1))
        check.share = (share.number - 1, share.of)
        check.file = flipFile
        var told = 0
        let result = try check.run(
            from: flipsFrom.map { ($0.file, $0.offset) } ?? ("book.db", 0),
            only: flip.map { ($0.file, $0.offset) },
            progress: { result in
                for failure in result.failures.dropFirst(told) {
                    FileHandle.standardError.write(Data("\(failure)\n".utf8))
                }
                told = result.failures.count
                let isLog = result.log.bytes > 0
                let bytes = isLog ? result.log.bytes : result.database.bytes
                guard bytes % 10_000 == 0 else { return }
                let file = isLog ? "the log" : "the database"
                let failed = "\(result.failures.count) failures"
                FileHandle.standardError.write(
                    Data("\(bytes) bytes of \(file) flipped, \(failed)\n".utf8))
            })
        for (name, count) in [("book.db", result.database), ("book.db-wal", result.log)] {
            print(
                "\(name): \(count.bytes) bytes flipped; \(count.atOpen) found at opening, "
                    + "\(count.byVerify) by verify, \(count.shortened) an older copy, "
                    + "\(count.harmless) harmless")
        }
        print("\(result.failures.count) failures in \(Int(Date().timeIntervalSince(began))) s")
        for failure in result.failures {
            print(failure)
            print(
                "  again: swift run -c release simulate disk --seed \(failure.seed) --flip "
                    + "\(failure.file),\(failure.offset)")
        }
        return result.failures.count
    }
}
