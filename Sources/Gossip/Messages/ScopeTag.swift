package import Replica
import Sodium
import Wire

/// Sixteen bytes that name a scope of a book between peers:
/// `BLAKE2b-128("branchbook scope tag v1" ‖ BookID ‖ scope)`.
package struct ScopeTag: Hashable, Comparable, Sendable {
    /// Eight bytes each, most significant first.
    private let first: UInt64
    private let second: UInt64

    package static let count = 16

    package init(_ scope: Scope, in book: BookID) {
        var writer = ByteWriter()
        writer.text("branchbook scope tag v1")
        writer.raw(book.digest.bytes)
        writer.text(scope.name)
        (first, second) = Self.words(Blake2b.hash(writer.bytes, count: Self.count))
    }

    /// Nil unless there are exactly 16 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        (first, second) = Self.words(bytes)
    }

    private static func words(_ bytes: [UInt8]) -> (UInt64, UInt64) {
        (
            bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    package var bytes: [UInt8] {
        var out = ByteWriter(reserving: Self.count)
        out.fixed64(first)
        out.fixed64(second)
        return out.bytes
    }

    package static func < (a: Self, b: Self) -> Bool {
        (a.first, a.second) < (b.first, b.second)
    }
}
