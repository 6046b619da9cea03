package import Sodium
package import Wire

/// Consecutive entries of one log as they travel and as they are kept: each relative to the one
/// before it, about 32 bytes beside the payload.
///
/// An entry: `flags ‖ milliseconds ‖ counter ‖ commit step ‖ [part ‖ parts] ‖ [rules level] ‖
/// [roster heads] ‖ [epoch(32)] ‖ [references] ‖ ciphertext length ‖ salt(8) ‖ body ‖ [signature(64)]`.
/// A field in brackets is there iff its flag is set. The clock is the difference in milliseconds to
/// the previous entry; the counter is the difference too where that is zero.
package enum RunCodec {
    private enum Flag {
        static let checkpoint: UInt8 = 1, signature: UInt8 = 2, rules: UInt8 = 4, heads: UInt8 = 8
        static let epoch: UInt8 = 16, references: UInt8 = 32, parts: UInt8 = 64
        static let all: UInt8 = 127
    }

    /// The relative form of an entry that follows `tip`.
    package static func encode(_ entry: Entry, after tip: LogTip) -> [UInt8] {
        let header = entry.header
        var flags: UInt8 = 0
        if header.isCheckpoint { flags |= Flag.checkpoint }
        if entry.signature != nil { flags |= Flag.signature }
        if header.rulesLevel != tip.rulesLevel { flags |= Flag.rules }
        if header.rosterHeads != tip.rosterHeads { flags |= Flag.heads }
        if header.epoch != tip.epoch { flags |= Flag.epoch }
        if !header.references.isEmpty { flags |= Flag.references }
        if header.parts != 1 { flags |= Flag.parts }
        var out = ByteWriter(reserving: entry.body.count + 48)
        out.byte(flags)
        let step = header.time.milliseconds - tip.time.milliseconds
        precondition(step >= 0, "a log's clock goes forward")
        out.varint(UInt64(step))
        out.varint(UInt64(header.time.counter &- (step == 0 ? tip.time.counter : 0)))
        out.varint(header.commit - tip.commit)
        if flags & Flag.parts != 0 {
            out.varint(UInt64(header.part))
            out.varint(UInt64(header.parts))
        }
        if flags & Flag.rules != 0 { out.varint(header.rulesLevel) }
        if flags & Flag.heads != 0 { RosterHead.write(header.rosterHeads, to: &out) }
        if flags & Flag.epoch != 0 { out.raw(header.epoch.bytes) }
        if flags & Flag.references != 0 {
            out.length(header.references.count)
            for reference in header.references { out.raw(reference) }
        }
        out.length(header.ciphertextBytes)
        out.raw(header.salt)
        out.raw(entry.body)
        if let signature = entry.signature { out.raw(signature.bytes) }
        return out.bytes
    }

    /// The next entry of a log, rebuilt in its absolute form and checked against the tip.
    ///
    /// - Throws: `EntryError`; never traps, and compares lengths before it takes memory.
    package static func decode(
        from reader: inout ByteReader, after tip: LogTip
    ) throws(EntryError) -> Entry {
        do {
            return try read(from: &reader, after: tip)
        } catch let error as EntryError {
            throw error
        } catch {
            throw .malformed
        }
    }

    private static func read(
        from reader: inout ByteReader, after tip: LogTip
    ) throws -> Entry {
        let flags = try reader.byte()
        guard flags & ~Flag.all == 0 else { throw EntryError.malformed }
        let time = try time(from: &reader, after: tip.time)
        let (commit, over) = tip.commit.addingReportingOverflow(try reader.varint())
        guard !over else { throw EntryError.badCommit }
        var part: UInt32 = 0
        var parts: UInt32 = 1
        if flags & Flag.parts != 0 {
            part = UInt32(try reader.length(atMost: Int(EntryHeader.partsMax)))
            parts = UInt32(try reader.length(atMost: Int(EntryHeader.partsMax)))
            guard parts != 1 else { throw EntryError.malformed }
        }
        let rules = flags & Flag.rules != 0 ? try reader.varint() : tip.rulesLevel
        let heads = flags & Flag.heads != 0 ? try RosterHead.read(from: &reader) : tip.rosterHeads
        var epoch = tip.epoch
        if flags & Flag.epoch != 0 {
            guard let named = Digest(try reader.raw(32)) else { throw EntryError.malformed }
            epoch = named
        }
        var references: [[UInt8]] = []
        if flags & Flag.references != 0 {
            for _ in 0..<(try reader.length(atMost: EntryHeader.referencesMax)) {
                references.append(try reader.raw(EntryHeader.referenceBytes))
            }
            guard !references.isEmpty else { throw EntryError.malformed }
        }
        // What has not changed is not said again: a run has one spelling.
        guard flags & Flag.rules == 0 || rules != tip.rulesLevel,
            flags & Flag.heads == 0 || heads != tip.rosterHeads,
            flags & Flag.epoch == 0 || epoch != tip.epoch
        else { throw EntryError.malformed }
        let ciphertextBytes = try reader.length(atMost: EntryHeader.ciphertextBytesMax)
        let salt = try reader.raw(EntryHeader.saltBytes)
        let header = EntryHeader(
            rulesLevel: rules, log: tip.id, seq: tip.head.seq + 1, previous: tip.head.hash,
            commit: commit, part: part, parts: parts, time: time, rosterHeads: heads,
            references: references, epoch: epoch, ciphertextBytes: ciphertextBytes,
            isCheckpoint: flags & Flag.checkpoint != 0, salt: salt)
        try tip.check(header)
        let body = try reader.raw(ciphertextBytes)
        let signature =
            flags & Flag.signature != 0
            ? Signature(try reader.raw(Signature.count)) : nil
        guard signature != nil || !header.isCheckpoint else { throw EntryError.unsigned }
        return Entry(header: header, body: body, signature: signature)
    }

    private static func time(
        from reader: inout ByteReader, after last: HybridTime
    ) throws -> HybridTime {
        let step = try reader.varint()
        let counter = try reader.varint()
        guard step <= UInt64(HybridTime.millisecondsMax - last.milliseconds),
            counter <= UInt64(UInt16.max)
        else { throw EntryError.malformed }
        let (sum, over) = (step == 0 ? last.counter : 0)
            .addingReportingOverflow(UInt16(counter))
        guard !over else { throw EntryError.malformed }
        return HybridTime(milliseconds: last.milliseconds + Int64(step), counter: sum)
    }
}

/// A run whose chain and signatures hold, read as far as the keys allow.
package struct PreparedRun: Sendable {
    package struct Item: Sendable {
        package let entry: Entry
        /// The relative form without signatures that nobody checked: what the store keeps.
        package let bytes: [UInt8]
        /// Nil where this node does not hold the epoch's key, or does not know the rules.
        package let ops: [Result<Operation, VoidReason>]?
    }

    package let items: [Item]
    package let tip: LogTip
    package let chapter: Chapter
}

extension PreparedRun {
    /// Entries that this node wrote itself, one after another: nothing to verify.
    package init(
        written: [(entry: Entry, ops: [Operation])], after start: LogTip, chapter: Chapter
    ) {
        var tip = start
        var items: [Item] = []
        for (entry, ops) in written {
            let bytes = RunCodec.encode(entry, after: tip)
            items.append(Item(entry: entry, bytes: bytes, ops: ops.map { .success($0) }))
            tip.advance(past: entry)
        }
        self.items = items
        self.tip = tip
        self.chapter = chapter
    }

    /// Runs are bounded in bytes by the message that carries them, and in entries here.
    package static let entriesMax = 8_192

    /// Verifies, decrypts and decodes a run: a pure function of its bytes and the state before it.
    ///
    /// One signature vouches for the whole chain before it: the last entry's and every checkpoint's
    /// are checked; others in the middle are dropped unseen. Nothing is returned of a run that does
    /// not end on a valid signature.
    ///
    /// - Parameters:
    ///   - rulesLevel: the greatest level of the rules that is known here.
    ///   - key: the scope key of an epoch, nil where this node relays what it cannot read.
    /// - Throws: `EntryError`. Cost: a hash or two, a decryption and a decode per entry.
    package init(
        verifying bytes: [UInt8], after start: LogTip, chapter startChapter: Chapter,
        rulesLevel: UInt64 = LogWriter.rulesLevel, key: (Digest) -> ScopeKey?
    ) throws(EntryError) {
        var reader = ByteReader(bytes)
        var tip = start
        var chapter = startChapter
        var items: [Item] = []
        guard !reader.isAtEnd else { throw .malformed }
        while !reader.isAtEnd {
            guard items.count < Self.entriesMax else { throw .tooLarge }
            let entry = try RunCodec.decode(from: &reader, after: tip)
            let kept = try Self.checkSignature(entry, isLast: reader.isAtEnd, of: tip.name.author)
            if tip.startsChapter(epoch: entry.header.epoch) {
                chapter = Chapter(start: tip.head.seq + 1)
            }
            var ops: [Result<Operation, VoidReason>]?
            if entry.header.rulesLevel <= rulesLevel,
                let payload = try Self.payload(of: kept, key: key)
            {
                ops = Payload.decode(payload, chapter: &chapter)
            }
            items.append(Item(entry: kept, bytes: RunCodec.encode(kept, after: tip), ops: ops))
            tip.advance(past: kept)
        }
        self.items = items
        self.tip = tip
        self.chapter = chapter
    }

    private static func checkSignature(
        _ entry: Entry, isLast: Bool, of author: NodeID
    ) throws(EntryError) -> Entry {
        guard isLast || entry.header.isCheckpoint else { return entry.signed(nil) }
        guard entry.signature != nil else { throw .unsigned }
        guard entry.isSigned(by: author) else { throw .badSignature(seq: entry.header.seq) }
        return entry
    }

    /// Nil without the key. A body that its key does not open is the author's doing, not the
    /// messenger's: it is read as an empty payload, which is void for its form.
    private static func payload(
        of entry: Entry, key: (Digest) -> ScopeKey?
    ) throws(EntryError) -> [UInt8]? {
        guard entry.header.epoch != .zero else { return entry.body }
        guard let scopeKey = key(entry.header.epoch) else { return nil }
        do {
            return try BodyCipher.open(entry, key: scopeKey)
        } catch .malformed {
            return []
        }
    }
}
