package import Books
package import Engine
import Foundation
import Sodium

/// A log as a file: its entries as they are stored, sealed, in pieces that end on a signature. A piece is
/// `length(4, big-endian) ‖ bytes`.
package enum RunFile {
    /// A stretch between two signatures is shorter.
    static let pieceBytesMax = 1 << 20

    /// The pieces of a log, one after the other, up to an entry.
    package static func pieces(
        of log: String, through last: Int64, _ ask: (Query) throws -> Report,
        _ each: ([UInt8]) throws -> Void
    ) throws {
        var next: Int64 = 1
        while next <= last {
            let report = try ask(.handingOn(.run(log: log, from: next)))
            guard case .text(let text)? = report.rows.first?.first, let bytes = Hex.bytes(text),
                case .integer(let reached)? = report.facts.first?.value, reached >= next
            else { throw Refusal(.fault, "log \(log) ends before entry \(next)") }
            try each(length(bytes.count) + bytes)
            next = reached + 1
        }
    }

    private static func length(_ count: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(count).bigEndian) { Array($0) }
    }

    /// Memory: a piece.
    ///
    /// - Throws: `Refusal.badFile` for a file that is none, what `each` throws.
    static func read(_ path: String, _ each: ([UInt8]) throws -> Void) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw Refusal(.badFile, "\(path) cannot be read")
        }
        defer { try? file.close() }
        func take(_ count: Int) throws -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count,
                let more = try file.read(upToCount: count - bytes.count), !more.isEmpty
            { bytes += more }
            return bytes
        }
        while case let head = try take(4), !head.isEmpty {
            let count = head.reduce(0) { $0 << 8 | Int($1) }
            guard head.count == 4, (1...pieceBytesMax).contains(count),
                case let bytes = try take(count), bytes.count == count
            else { throw Refusal(.badFile, "\(path) is no file of a log") }
            try each(bytes)
        }
    }
}
