import Engine
import Replica
import Sodium

/// What nobody may be made to accept.
extension Simulation {
    /// Alters the last entry of a log, and writes entries that break the rules of logs although their
    /// author signed them; none may pass, and one that breaks none must.
    func checkForgeries(_ logs: [ReadLog], _ machine: Machine) throws {
        let long = logs.filter { $0.name.incarnation > 0 && !$0.items.isEmpty }
        guard !long.isEmpty else { return }
        let log = long[Int(plan.seed % UInt64(long.count))]
        guard let last = log.items.last else { return }
        let author = machines.first { other in
            (try? other.credentials().node) == log.name.author
        }
        func demand(_ isRefused: Bool, _ bytes: [UInt8], after tip: LogTip, _ what: String) throws {
            let passes: Bool
            do {
                _ = try PreparedRun(
                    verifying: bytes, after: tip, chapter: Chapter(), key: { _ in nil })
                passes = true
            } catch {
                passes = false
            }
            guard passes == isRefused else { return }
            throw Violation(
                .forgeriesAreRefused, at: now,
                "\(what) in \(log.name) is \(passes ? "accepted" : "refused") at \(machine.name)",
                machines: [machine.index])
        }
        let bytes = RunCodec.encode(last.entry, after: last.before)
        try demand(false, bytes, after: last.before, "the entry as it is")
        for place in [bytes.count - 1, bytes.count - Signature.count - 1] {
            var altered = bytes
            altered[place] ^= 1
            try demand(true, altered, after: last.before, "an altered entry")
        }
        try demand(
            true, RunCodec.encode(last.entry.signed(nil), after: last.before), after: last.before,
            "an unsigned entry")
        guard let author, let signing = try? author.credentials().signing else {
            return
        }
        var tip = last.before
        tip.advance(past: last.entry)
        for (isRefused, header, what) in tip.nextHeaders(after: last.entry.header) {
            let body = keys.bytes(header.ciphertextBytes)
            let unsigned = Entry(header: header, body: body, signature: nil)
            let entry = unsigned.signed(signing.sign(Entry.signedBytes(unsigned.hash)))
            try demand(isRefused, RunCodec.encode(entry, after: tip), after: tip, what)
        }
    }
}

extension LogTip {
    /// What might come next, and is it to be refused?
    fileprivate func nextHeaders(
        after last: EntryHeader
    ) -> [(isRefused: Bool, header: EntryHeader, what: String)] {
        func header(
            commit: UInt64? = nil, part: UInt32 = 0, parts: UInt32 = 1, time: UInt64? = nil,
            heads: [RosterHead]? = nil
        ) -> EntryHeader {
            EntryHeader(
                rulesLevel: rulesLevel, log: id, seq: head.seq + 1, previous: head.hash,
                commit: commit ?? self.commit + 1, part: part, parts: parts,
                time: HybridTime(raw: time ?? self.time.raw + 1),
                rosterHeads: heads ?? rosterHeads, references: [], epoch: epoch,
                ciphertextBytes: 32, isCheckpoint: true,
                salt: [UInt8](repeating: 7, count: EntryHeader.saltBytes))
        }
        var headers = [
            (false, header(), "an entry that follows"),
            (
                true, header(commit: commit, part: part, parts: parts),
                "a second entry of one commit and part"
            ),
            (true, header(time: time.raw), "an entry no later than the one before"),
        ]
        if !rosterHeads.isEmpty {
            headers.append((true, header(heads: []), "an entry that knows less of the roster"))
        }
        return headers
    }
}
