package import Sodium
package import Wire

/// How far the author had seen one administrator's log when it wrote.
package struct RosterHead: Hashable, Sendable {
    package let log: LogID
    package let seq: UInt64
    /// The first 16 bytes of that entry's hash.
    package let hash: [UInt8]

    package init(log: LogID, seq: UInt64, hash: [UInt8]) {
        self.log = log
        self.seq = seq
        self.hash = hash
    }
}

/// The signed head of an entry, in its absolute form.
///
/// Bytes: `format(1) ‖ flags(1) ‖ rules level ‖ log id(32) ‖ seq ‖ previous entry hash(32) ‖ commit ‖
/// part ‖ parts ‖ hlc(8) ‖ roster heads ‖ references ‖ epoch(32) ‖ ciphertext length ‖ salt(8)`;
/// numbers without a width are varints, lists are counted.
package struct EntryHeader: Hashable, Sendable {
    package let rulesLevel: UInt64
    package let log: LogID
    /// From 1.
    package let seq: UInt64
    package let previous: Digest
    /// Counts the commands of one incarnation over all its logs, from 1.
    package let commit: UInt64
    /// From 0, below `parts`.
    package let part: UInt32
    package let parts: UInt32
    package let time: HybridTime
    package let rosterHeads: [RosterHead]
    /// First 16 bytes of the hashes of the foreign entries this one leans on.
    package let references: [[UInt8]]
    /// Commitment of the scope key; zero for the unencrypted genesis.
    package let epoch: Digest
    package let ciphertextBytes: Int
    package let isCheckpoint: Bool
    package let salt: [UInt8]

    package static let format: UInt8 = 1
    package static let saltBytes = 8
    package static let referenceBytes = 16
    package static let referencesMax = 64
    package static let rosterHeadsMax = 16
    package static let partsMax: UInt32 = 4_096
    package static let payloadBytesMax = 64 * 1024
    package static let ciphertextBytesMax = payloadBytesMax + XChaCha.tagBytes

    package func with(salt: [UInt8]) -> EntryHeader {
        EntryHeader(
            rulesLevel: rulesLevel, log: log, seq: seq, previous: previous, commit: commit,
            part: part, parts: parts, time: time, rosterHeads: rosterHeads,
            references: references, epoch: epoch, ciphertextBytes: ciphertextBytes,
            isCheckpoint: isCheckpoint, salt: salt)
    }

    package init(
        rulesLevel: UInt64, log: LogID, seq: UInt64, previous: Digest, commit: UInt64,
        part: UInt32, parts: UInt32, time: HybridTime, rosterHeads: [RosterHead],
        references: [[UInt8]], epoch: Digest, ciphertextBytes: Int, isCheckpoint: Bool,
        salt: [UInt8]
    ) {
        self.rulesLevel = rulesLevel
        self.log = log
        self.seq = seq
        self.previous = previous
        self.commit = commit
        self.part = part
        self.parts = parts
        self.time = time
        self.rosterHeads = rosterHeads
        self.references = references
        self.epoch = epoch
        self.ciphertextBytes = ciphertextBytes
        self.isCheckpoint = isCheckpoint
        self.salt = salt
    }

    /// What the nonce, the associated data and the entry hash cover.
    package var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 192)
        writeUnsalted(to: &writer)
        writer.raw(salt)
        return writer.bytes
    }

    /// Everything but the salt: what the salt is made from.
    package var unsaltedBytes: [UInt8] {
        var writer = ByteWriter(reserving: 192)
        writeUnsalted(to: &writer)
        return writer.bytes
    }

    private func writeUnsalted(to writer: inout ByteWriter) {
        writer.byte(Self.format)
        writer.byte(isCheckpoint ? 1 : 0)
        writer.varint(rulesLevel)
        writer.raw(log.digest.bytes)
        writer.varint(seq)
        writer.raw(previous.bytes)
        writer.varint(commit)
        writer.varint(UInt64(part))
        writer.varint(UInt64(parts))
        writer.fixed64(time.raw)
        RosterHead.write(rosterHeads, to: &writer)
        writer.length(references.count)
        for reference in references { writer.raw(reference) }
        writer.raw(epoch.bytes)
        writer.length(ciphertextBytes)
    }
}

extension RosterHead {
    /// The canonical bytes of a list, as entries carry it.
    package static func list(_ heads: [RosterHead]) -> [UInt8] {
        ByteWriter.bytes { write(heads, to: &$0) }
    }

    package static func list(_ bytes: [UInt8]) throws(WireError) -> [RosterHead] {
        var reader = ByteReader(bytes)
        let heads = try read(from: &reader)
        try reader.finish()
        return heads
    }

    static func write(_ heads: [RosterHead], to writer: inout ByteWriter) {
        writer.length(heads.count)
        for head in heads {
            writer.raw(head.log.digest.bytes)
            writer.varint(head.seq)
            writer.raw(head.hash)
        }
    }

    static func read(from reader: inout ByteReader) throws(WireError) -> [RosterHead] {
        let count = try reader.length(atMost: EntryHeader.rosterHeadsMax)
        var heads: [RosterHead] = []
        for _ in 0..<count {
            guard let log = Digest(try reader.raw(32)) else { throw .truncated }
            let seq = try reader.varint()
            heads.append(RosterHead(log: LogID(log), seq: seq, hash: try reader.raw(16)))
        }
        guard heads.map(\.log) == Set(heads.map(\.log)).sorted() else { throw .notCanonical }
        return heads
    }
}
