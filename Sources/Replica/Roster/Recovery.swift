package import Sodium
import Wire

/// What the recovery key of the founding says: who is an administrator, and who is not. Whoever carries it into the
/// roster, its own signature counts.
package struct Recovery: Hashable, Sendable {
    /// The greater one counts of two that say otherwise of one node; from 1.
    package let number: UInt64
    /// Ascending, each once.
    package let names: [NodeID]
    /// By node, ascending, each once.
    package let removals: [Cut]
    package let signature: Signature

    package static let namesMax = 16
    /// So that an entry has room for the heads of all.
    package static let removalsMax = 8

    init(number: UInt64, names: [NodeID], removals: [Cut], signature: Signature) {
        self.number = number
        self.names = names
        self.removals = removals
        self.signature = signature
    }

    /// Signs it with the key that `init` printed.
    package init(
        number: UInt64, names: Set<NodeID>, removals: [Cut], founding: Founding, key: SigningKey
    ) {
        let names = names.sorted()
        let removals = removals.sorted { $0.node < $1.node }
        let bytes = Self.signedBytes(number, names, removals, founding)
        self.init(
            number: number, names: names, removals: removals, signature: key.sign(bytes))
    }

    package func isSigned(for founding: Founding) -> Bool {
        founding.recovery.verify(
            signature, of: Self.signedBytes(number, names, removals, founding))
    }

    /// The roster's first epoch is no other book's.
    private static func signedBytes(
        _ number: UInt64, _ names: [NodeID], _ removals: [Cut], _ founding: Founding
    ) -> [UInt8] {
        var out = Domain.recovery.writer()
        out.raw(founding.rosterEpoch.bytes)
        write(number, names, removals, to: &out)
        return out.bytes
    }

    private static func write(
        _ number: UInt64, _ names: [NodeID], _ removals: [Cut], to out: inout ByteWriter
    ) {
        out.varint(number)
        out.length(names.count)
        for node in names { out.raw(node.key.bytes) }
        out.length(removals.count)
        for cut in removals { cut.write(to: &out) }
    }

    var bytes: [UInt8] { ByteWriter.bytes { write(to: &$0) } }

    func write(to out: inout ByteWriter) {
        Self.write(number, names, removals, to: &out)
        out.raw(signature.bytes)
    }

    static func read(from reader: inout ByteReader) throws(WireError) -> Recovery {
        let number = try reader.varint()
        var names: [NodeID] = []
        for _ in 0..<(try reader.length(atMost: namesMax)) {
            let node = try reader.node()
            if let last = names.last, last >= node { throw .notCanonical }
            names.append(node)
        }
        var removals: [Cut] = []
        for _ in 0..<(try reader.length(atMost: removalsMax)) {
            let cut = try Cut.read(from: &reader)
            if let last = removals.last, last.node >= cut.node { throw .notCanonical }
            removals.append(cut)
        }
        guard let signature = Signature(try reader.raw(Signature.count)) else { throw .truncated }
        return Recovery(
            number: number, names: names, removals: removals, signature: signature)
    }
}
