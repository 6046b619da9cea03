/// What the initiator says in the clear: 22 bytes, layout in `docs/protocol-channel.md`.
struct Preamble: Equatable, Sendable {
    static let magic = Array("BBK1".utf8)
    static let count = 22

    let least: UInt8
    let greatest: UInt8
    let key: PresharedKeyID

    init(versions: ClosedRange<UInt8>, key: PresharedKeyID) {
        least = versions.lowerBound
        greatest = versions.upperBound
        self.key = key
    }

    /// From exactly 22 bytes. Throws `.notBranchbook`, and `.versions` when the range is empty or
    /// holds none of `spoken`.
    init(_ bytes: ArraySlice<UInt8>, spoken: ClosedRange<UInt8>) throws(ChannelError) {
        guard bytes.count == Self.count, bytes.starts(with: Self.magic),
            let key = PresharedKeyID(bytes.suffix(PresharedKeyID.count))
        else { throw .notBranchbook }
        least = bytes[bytes.startIndex + 4]
        greatest = bytes[bytes.startIndex + 5]
        self.key = key
        guard least <= greatest, spoken.overlaps(least...greatest) else {
            throw .versions(least: least, greatest: greatest)
        }
    }

    var bytes: [UInt8] { Self.magic + [least, greatest] + key.bytes }

    /// What both sides hash first: the preamble as it was sent, then the book.
    func prologue(book: Digest) -> [UInt8] { bytes + book.bytes }
}
