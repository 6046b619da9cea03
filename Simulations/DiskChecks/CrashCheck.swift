import Books
import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// Puts every kind of fault into every call that a script of operations makes to its disk.
///
/// Two checks of one seed share a disk: one at a time in a process.
///
/// For each operation: a reference run from a snapshot tells how many calls it makes, what it answers
/// and what the book is after each of its transactions. Then, for each call and fault, the snapshot is
/// restored and opened, the operation runs into the fault, and these are held against it.
///
/// Checked in every case (what follows opening: for every disk that differs, see `repeated`):
/// - the engine answers everybody, with an outcome or a refusal, and asks to be stopped where the
///   store failed (all but a full disk);
/// - the store opens again, and the book (heads, digests of all scopes, number of documents, see
///   `BookState`) is what it was before or after one of the operation's transactions, and after the
///   last where it was acknowledged; so all earlier documents are there, and this one whole or not;
/// - where the engine did not ask to be stopped, the running engine says the same of its book;
/// - the next command is done, its document is numbered on, and it survives a power cut that comes
///   right after it. Before that cut the process is killed or closed in order, by turns, so the
///   program that was restarted on a failed sync's page cache is among the cases.
///
/// Checked in one case of `verifyEvery` and in the last of every operation: `verify` (SQLite's own
/// check, chains, signatures, projections against a rebuild, zero sums). After each operation: every
/// document acknowledged so far can be read.
package struct CrashCheck {
    package var seed: UInt64
    /// Operations, the first two being the creation of the file and the founding of the book.
    package var operations: Int
    /// Only every n-th call gets its faults; 1 for all.
    package var stride: Int
    package var faults: [Fault]
    package var verifyEvery: Int
    package var checkpointEvery: Int
    /// For the proof that the check can fail: syncs succeed and do nothing.
    package var liesAboutSync = false
    /// Faults that came out wrong, after which the check ends.
    package var failuresMax = 20
    /// Of the operations only those get their faults whose number leaves the first when divided by the
    /// second.
    package var share = (0, 1)

    package enum Fault: String, CaseIterable, Sendable {
        case dropAll, torn, reordered, ioOnce, ioForGood, full, shortWrite

        var loss: SimulatedDisk.Loss? {
            switch self {
            case .dropAll: .dropAll
            case .torn: .torn
            case .reordered: .reordered
            default: nil
            }
        }

        var failure: SimulatedDisk.Failure {
            switch self {
            case .full: .full
            case .shortWrite: .shortWrite
            default: .io
            }
        }
    }

    package init(
        seed: UInt64, operations: Int = 500, stride: Int = 1, faults: [Fault] = Fault.allCases,
        verifyEvery: Int = 500, checkpointEvery: Int = 50
    ) {
        self.seed = seed
        self.operations = operations
        self.stride = max(stride, 1)
        self.faults = faults
        self.verifyEvery = max(verifyEvery, 1)
        self.checkpointEvery = checkpointEvery
    }

    package struct Failure: Sendable, CustomStringConvertible {
        package let seed: UInt64
        package let operation: Int
        package let step: String
        package let call: UInt64
        package let fault: Fault
        package let what: String

        package var description: String {
            "seed \(seed), operation \(operation) (\(step)), call \(call), \(fault.rawValue): \(what)"
        }
    }

    package struct Result: Sendable {
        package var operations = 0
        /// Calls of all operations to their disk, without faults.
        package var calls: UInt64 = 0
        package var cases: [Fault: Int] = [:]
        /// Of these, where the operation was acknowledged all the same.
        package var acknowledged = 0
        package var refused = 0
        package var stopped = 0
        /// Power cuts after which an unacknowledged operation was there, whole.
        package var keptUnasked = 0
        package var verified = 0
        /// Faults that left, byte by byte, a disk that another fault in the same operation had left and
        /// that was opened and checked then: it was not opened again.
        package var repeated = 0
        package var documents = 0
        package var failures: [Failure] = []

        package var total: Int { cases.values.reduce(0, +) }
    }

    /// - Parameters:
    ///   - progress: called after every operation.
    ///   - only: repeats one fault of an earlier failure; the operations before it run without faults.
    /// - Throws: where the script itself does not run without faults.
    package func run(
        only: (operation: Int, call: UInt64, fault: Fault)? = nil,
        progress: (Result) -> Void = { _ in }
    ) throws -> Result {
        var run = try CrashRun(self)
        for operation in 0..<operations {
            if let only, operation > only.operation { break }
            let isChecked =
                only.map { $0.operation == operation } ?? (operation % share.1 == share.0)
            try run.operate(operation, only: only.map { ($0.call, $0.fault) }, checks: isChecked)
            progress(run.result)
            if run.result.failures.count >= failuresMax { break }
        }
        return run.result
    }
}
