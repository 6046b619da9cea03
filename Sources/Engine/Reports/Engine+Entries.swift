import Books
import Replica
import Sodium
import Store

/// From a document to what was signed: the end of every figure's chain.
extension Engine {
    /// Each entry that carries a part of a document, whose chain and signature hold: verified now, by what reads every log.
    func entries(of text: String) throws -> Report {
        let standing = try needStanding()
        guard let number = DocumentNumber(text) else {
            throw Refusal(
                .badDocumentNumber, "\(text) is not a document's number",
                next: "write it as in HZa-S-2026-000123")
        }
        // Entries of this batch are signed before anything is read again.
        try author?.seal(in: store)
        let found = try store.entries(of: number) { standing.keyring.key($0, $1) }
        guard !found.isEmpty else {
            throw Refusal(.unknownDocument, "\(text) is not held here")
        }
        var report = Report(
            schema: "branchbook.entries/1", title: "Entries of \(number)",
            columns: [
                .text("scope", "Scope"), .text("author", "Author"), .text("branch", "Branch"),
                .text("log", "Log"), .number("seq", "Seq"), .number("commit", "Commit"),
                .text("part", "Part"), .text("time", "Written at"), .text("hash", "Hash"),
                .text("previous", "Hash before"), .text("signature", "Signature"),
                .text("verdict", "Verdict"),
            ])
        for one in found {
            let (header, member) = (one.entry.header, standing.roster.nodes[one.log.author])
            report.rows.append([
                .text(one.log.scope.name), .text(one.log.author.description),
                .optional(
                    member.map { "\($0.admission.branch) \($0.admission.name)" }),
                .text(header.log.description), .integer(Int64(clamping: header.seq)),
                .integer(Int64(clamping: header.commit)),
                .text("\(UInt64(header.part) + 1) of \(header.parts)"),
                .text(Self.text(header.time)), .text(one.entry.hash.description),
                .text(header.previous.description),
                .text(
                    one.vouchedBy == header.seq
                        ? "its own" : "vouched for by entry \(one.vouchedBy)"),
                .text(verdict(on: one, about: number, standing)),
            ])
        }
        report.notes = missing(found)
        return report
    }

    /// Of the ops that are about the document, or cannot be read: the first that counts for nothing, and why.
    private func verdict(
        on one: Store.VerifiedEntry, about number: DocumentNumber, _ standing: Standing
    ) -> String {
        guard let ops = one.ops else { return "no key" }
        let header = one.entry.header
        for op in ops where Self.isAbout(number, op) {
            let verdict = standing.roster.verdict(
                on: op, log: one.log, commit: header.commit, at: (header.log, header.seq),
                seen: header.rosterHeads)
            if case .void(let reason) = verdict { return "void: \(reason.rawValue)" }
        }
        return "valid"
    }

    private static func isAbout(
        _ number: DocumentNumber, _ op: Result<Operation, VoidReason>
    ) -> Bool {
        switch op {
        case .failure: true
        case .success(.post(let transaction)): transaction.document.number == number
        case .success(.append(let event)): event.entity.hasSuffix("/\(number)")
        case .success: false
        }
    }

    /// Parts of the same commits that are not among them.
    private func missing(_ found: [Store.VerifiedEntry]) -> [String] {
        var held: [String: (parts: UInt32, seen: Set<UInt32>)] = [:]
        for one in found {
            let header = one.entry.header
            held[
                "\(one.log.author.short).\(one.log.incarnation), commit \(header.commit)",
                default: (header.parts, [])
            ].seen.insert(header.part)
        }
        return held.sorted { $0.key < $1.key }.flatMap { commit, parts in
            (0..<parts.parts).filter { !parts.seen.contains($0) }.prefix(8).map {
                "Part \($0 + 1) of \(parts.parts) of \(commit) is not held here, or is of something else."
            }
        }
    }

    /// The author's clock, in UTC: `2026-11-24 09:30:15.250`, and behind a point how many came within that millisecond.
    static func text(_ time: HybridTime) -> String {
        func digits(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let of = time.milliseconds % 86_400_000
        let clock = [(of / 3_600_000, 2), (of / 60_000 % 60, 2), (of / 1_000 % 60, 2)]
            .map { digits($0.0, $0.1) }.joined(separator: ":")
        return "\(Day(Instant(milliseconds: time.milliseconds))) \(clock).\(digits(of % 1_000, 3))"
            + ".\(time.counter)"
    }
}
