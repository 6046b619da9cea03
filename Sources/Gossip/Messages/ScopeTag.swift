package import Replica
import Sodium
import Wire

/// Sixteen bytes that name a scope of a book between peers:
/// `BLAKE2b-128("branchbook scope tag v1" ‖ BookID ‖ scope)`.
package struct ScopeTag: Hashable, Comparable, Sendable {
    package let bytes: [UInt8]

    package static let count = 16

    package init(_ scope: Scope, in book: BookID) {
        var writer = ByteWriter()
        writer.text("branchbook scope tag v1")
        writer.raw(book.digest.bytes)
        writer.text(scope.name)
        bytes = Blake2b.hash(writer.bytes, count: Self.count)
    }

    /// Nil unless there are exactly 16 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    package static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
