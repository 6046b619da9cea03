package import Sodium
import Wire

/// One signed link of a log, as its bytes came: the header, and the body that only members read.
package struct Entry: Hashable, Sendable {
    package let header: EntryHeader
    package let body: [UInt8]
    package let hash: Digest
    /// Left out inside a run, where a later signature vouches for this entry.
    package let signature: Signature?

    package init(header: EntryHeader, body: [UInt8], signature: Signature?) {
        self.header = header
        self.body = body
        self.signature = signature
        hash = Self.hash(header: header.bytes, body: body)
    }

    package func signed(_ signature: Signature?) -> Entry {
        Entry(header: header, body: body, hash: hash, signature: signature)
    }

    private init(header: EntryHeader, body: [UInt8], hash: Digest, signature: Signature?) {
        self.header = header
        self.body = body
        self.hash = hash
        self.signature = signature
    }

    /// `BLAKE2b-256(header ‖ BLAKE2b-256(body))`: the body may be dropped, the chain still checks.
    package static func hash(header: [UInt8], body: [UInt8]) -> Digest {
        Blake2b.hash256(header + Blake2b.hash256(body).bytes)
    }

    /// What is signed: `"branchbook entry v1" ‖ entry hash`, the prefix as length-prefixed text.
    package static func signedBytes(_ hash: Digest) -> [UInt8] {
        var writer = Domain.entry.writer()
        writer.raw(hash.bytes)
        return writer.bytes
    }

    package var head: Head { Head(seq: header.seq, hash: hash) }

    package func isSigned(by author: NodeID) -> Bool {
        guard let signature else { return false }
        return author.key.verify(signature, of: Self.signedBytes(hash))
    }
}
