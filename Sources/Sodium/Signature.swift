/// An Ed25519 signature, 64 bytes: R, then S. Holding one proves nothing; `PublicKey.verify` does.
package struct Signature: Hashable, Sendable {
    private let r: Digest
    private let s: Digest

    package static let count = 64

    /// Nil unless there are exactly 64 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count,
            let r = Digest(bytes.prefix(Digest.count)),
            let s = Digest(bytes.dropFirst(Digest.count))
        else { return nil }
        self.r = r
        self.s = s
    }

    package var bytes: [UInt8] { r.bytes + s.bytes }
}

extension Signature: CustomStringConvertible {
    /// 128 characters, lower case.
    package var description: String { Hex.text(bytes) }
}
