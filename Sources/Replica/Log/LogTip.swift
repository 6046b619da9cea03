package import Sodium

/// What the next entry of a log is judged against and written from: the state after its head.
package struct LogTip: Hashable, Sendable {
    package let name: LogName
    package let id: LogID
    package var head: Head
    package var commit: UInt64 = 0
    package var part: UInt32 = 0
    package var parts: UInt32 = 1
    package var time: HybridTime = .zero
    package var rulesLevel: UInt64 = 0
    package var rosterHeads: [RosterHead] = []
    package var epoch: Digest = .zero
    /// Entries and bytes of ciphertext since the last checkpoint.
    package var entriesSinceCheckpoint = 0
    package var bytesSinceCheckpoint = 0

    /// A log before its first entry.
    package init(_ name: LogName, in book: BookID) {
        self.init(name, id: name.id(in: book))
    }

    /// The same, of a log whose id is known to be that of its name.
    package init(_ name: LogName, id: LogID) {
        self.name = name
        self.id = id
        head = Head(seq: 0, hash: .zero)
    }

    package static let checkpointEntriesMax = 256
    package static let checkpointBytesMax = 256 * 1024

    /// Must an entry with this much ciphertext be a checkpoint? Everyone computes the same.
    package func mustCheckpoint(ciphertextBytes: Int) -> Bool {
        entriesSinceCheckpoint + 1 >= Self.checkpointEntriesMax
            || bytesSinceCheckpoint + ciphertextBytes >= Self.checkpointBytesMax
    }

    /// Names are interned anew every 4,096 entries and at each epoch.
    package func startsChapter(epoch next: Digest) -> Bool {
        head.seq % Chapter.entriesMax == 0 || next != epoch
    }

    /// What a relay without keys can check: chain, counters, sizes, the checkpoint bit.
    package func check(_ header: EntryHeader) throws(EntryError) {
        guard header.log == id else { throw .otherLog }
        guard header.seq == head.seq + 1 else {
            throw .gap(expected: head.seq + 1, got: header.seq)
        }
        guard header.previous == head.hash else { throw .fork(seq: header.seq) }
        guard header.time > time else { throw .clockWentBack }
        guard header.parts >= 1, header.parts <= EntryHeader.partsMax, header.part < header.parts,
            header.commit > commit
                || (header.commit == commit && header.parts == parts && header.part > part)
        else { throw .badCommit }
        guard header.rulesLevel >= rulesLevel, header.rulesLevel >= 1 else { throw .rulesWentBack }
        let isGenesis = header.epoch == .zero
        guard isGenesis == (name.scope == .roster && header.log == name.id(in: .genesis)) else {
            throw .notEncrypted
        }
        guard header.ciphertextBytes >= (isGenesis ? 0 : XChaCha.tagBytes),
            header.ciphertextBytes <= EntryHeader.ciphertextBytesMax
        else { throw .tooLarge }
        let mustCheckpoint = mustCheckpoint(ciphertextBytes: header.ciphertextBytes)
        guard header.isCheckpoint || !mustCheckpoint else { throw .checkpointMissing }
        for old in rosterHeads {
            guard let new = header.rosterHeads.first(where: { $0.log == old.log }),
                new.seq > old.seq || new == old
            else { throw .rosterWentBack }
        }
    }

    /// The state after an entry that `check` let pass.
    package mutating func advance(past entry: Entry) {
        let header = entry.header
        head = entry.head
        commit = header.commit
        part = header.part
        parts = header.parts
        time = header.time
        rulesLevel = header.rulesLevel
        rosterHeads = header.rosterHeads
        epoch = header.epoch
        entriesSinceCheckpoint = header.isCheckpoint ? 0 : entriesSinceCheckpoint + 1
        bytesSinceCheckpoint =
            header.isCheckpoint ? 0 : bytesSinceCheckpoint + header.ciphertextBytes
    }
}

/// Why bytes were refused that a relay without keys can judge.
package enum EntryError: Error, Equatable, Sendable {
    case malformed
    case otherLog
    case gap(expected: UInt64, got: UInt64)
    /// The previous hash is not ours: asks for a proof, and never disconnects the messenger.
    case fork(seq: UInt64)
    case clockWentBack
    case badCommit
    case rulesWentBack
    case rosterWentBack
    case notEncrypted
    case tooLarge
    case checkpointMissing
    case unsigned
    case badSignature(seq: UInt64)
    /// We do not hold the key of this epoch: stored, not applied.
    case noKey
}
