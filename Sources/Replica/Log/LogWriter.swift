package import Sodium
import Wire

/// Writes entries of one's own logs: the only place where bodies are sealed and hashes signed.
package struct LogWriter: Sendable {
    package private(set) var tip: LogTip
    package private(set) var chapter: Chapter

    package init(tip: LogTip, chapter: Chapter) {
        self.tip = tip
        self.chapter = chapter
    }

    /// Which part of which command an entry is, and what it has seen.
    package struct Place: Sendable {
        package let commit: UInt64
        package let part: UInt32
        package let parts: UInt32
        package let time: HybridTime
        package let rosterHeads: [RosterHead]
        package let references: [[UInt8]]
        package let rulesLevel: UInt64

        package init(
            commit: UInt64, part: UInt32 = 0, parts: UInt32 = 1, time: HybridTime,
            rosterHeads: [RosterHead] = [], references: [[UInt8]] = [],
            rulesLevel: UInt64 = LogWriter.rulesLevel
        ) {
            self.rulesLevel = rulesLevel
            self.commit = commit
            self.part = part
            self.parts = parts
            self.time = time
            self.rosterHeads = rosterHeads.sorted { $0.log < $1.log }
            self.references = references
        }
    }

    /// This program's level of the rules. A log that says it was written for a greater one waits, from
    /// there on, until a program comes that knows it.
    package static let rulesLevel: UInt64 = 1

    /// The next entry. A checkpoint is signed whatever `signs` says; an entry that a batch's later
    /// one vouches for need not be.
    ///
    /// - Parameter key: nil only for genesis, whose payload is not encrypted.
    /// - Throws: `.tooLarge` when the ops exceed an entry; the document must span several.
    package mutating func append(
        _ ops: [Operation], at place: Place, key: ScopeKey?, signing: SigningKey, signs: Bool
    ) throws(EntryError) -> Entry {
        let epoch = key?.epoch ?? .zero
        let start = tip.startsChapter(epoch: epoch) ? Chapter(start: tip.head.seq + 1) : chapter
        guard let (payload, next) = Payload.encode(ops, chapter: start) else { throw .tooLarge }
        let ciphertextBytes = payload.count + (key == nil ? 0 : XChaCha.tagBytes)
        let unsalted = EntryHeader(
            rulesLevel: max(place.rulesLevel, tip.rulesLevel), log: tip.id, seq: tip.head.seq + 1,
            previous: tip.head.hash, commit: place.commit, part: place.part, parts: place.parts,
            time: place.time, rosterHeads: place.rosterHeads, references: place.references,
            epoch: epoch, ciphertextBytes: ciphertextBytes,
            isCheckpoint: key == nil || tip.mustCheckpoint(ciphertextBytes: ciphertextBytes),
            salt: [])
        let header = unsalted.with(salt: Self.salt(unsalted, payload: payload, key: key))
        try tip.check(header)
        let body = key.map { BodyCipher.seal(payload, header: header, key: $0) } ?? payload
        let unsigned = Entry(header: header, body: body, signature: nil)
        let entry =
            signs || header.isCheckpoint
            ? unsigned.signed(signing.sign(Entry.signedBytes(unsigned.hash))) : unsigned
        tip.advance(past: entry)
        chapter = next
        return entry
    }

    /// Eight bytes of keyed BLAKE2b over the header without salt and the payload.
    private static func salt(
        _ header: EntryHeader, payload: [UInt8], key: ScopeKey?
    ) -> [UInt8] {
        guard let key else { return [UInt8](repeating: 0, count: EntryHeader.saltBytes) }
        var writer = Domain.salt.writer()
        writer.blob(header.unsaltedBytes)
        writer.raw(payload)
        return Blake2b.hash(
            writer.bytes, count: EntryHeader.saltBytes, key: key.saltKey(header.log).bytes)
    }
}

/// Bodies: XChaCha20-Poly1305 under a key of the log, the header being nonce and associated data.
package enum BodyCipher {
    package static func seal(_ payload: [UInt8], header: EntryHeader, key: ScopeKey) -> [UInt8] {
        let bytes = header.bytes
        return XChaCha.seal(
            payload, key: key.bodyKey(header.log), nonce: nonce(bytes), associated: bytes)
    }

    /// The payload of an entry whose chain was checked.
    package static func open(_ entry: Entry, key: ScopeKey?) throws(EntryError) -> [UInt8] {
        guard entry.header.epoch != .zero else { return entry.body }
        guard let key, key.epoch == entry.header.epoch else { throw .noKey }
        let bytes = entry.header.bytes
        do {
            return try XChaCha.open(
                entry.body, key: key.bodyKey(entry.header.log), nonce: nonce(bytes),
                associated: bytes)
        } catch {
            throw .malformed
        }
    }

    private static func nonce(_ header: [UInt8]) -> [UInt8] {
        var writer = Domain.nonce.writer()
        writer.raw(header)
        return Blake2b.hash(writer.bytes, count: XChaCha.nonceBytes)
    }
}
