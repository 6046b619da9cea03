package import Books
import Replica
import Sodium
import Store

/// Reports as they were known: a frontier is marked at the end of each day and with each report that is
/// printed, and a copy of the book is cut back to it.
extension Engine {
    /// What was known when the last day ended is marked before this batch adds to it.
    func markDay(at now: Instant) throws {
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        guard markedDay != today, standing != nil else { return }
        let name = Day(number: today.number &- 1).description
        if try !store.hasMark(name) { try store.keepMark(name, at: now) }
        markedDay = today
    }

    /// A report with the name of the frontier that it rests on.
    func recorded(_ query: Query, at now: Instant) throws -> Report {
        var report = try report(query, at: now)
        let name = "k" + Hex.text(try store.readRoot())
        try store.keepMark(name, at: now)
        report.facts.append(Self.knownAt(name))
        return report
    }

    private static func knownAt(_ name: String) -> Report.Fact {
        Report.Fact("knownAt", "Known at", .text(name))
    }

    func marks(limit: Int) throws -> Report {
        _ = try needStanding()
        let marks = try store.marks(limit: min(max(limit, 1), Query.limitMax))
        return Report(
            schema: "branchbook.marks/1", title: "Marks",
            columns: [
                .text("mark", "Known at"), .text("made", "Made"), .number("entries", "Entries"),
            ],
            rows: marks.map { mark in
                [
                    .text(mark.name),
                    .text(Day(mark.time, utcOffsetMinutes: utcOffsetMinutes).description),
                    .integer(mark.entries),
                ]
            })
    }

    /// Is there such a mark?
    ///
    /// - Throws: `Refusal.unknownMark`.
    func needMark(_ name: String) throws -> Store.Mark {
        _ = try needStanding()
        guard let mark = try store.mark(name) else {
            throw Refusal(
                .unknownMark, "nothing was marked as \(name)",
                next: "see `branchbook marks`: the days on which this node ran, and printed reports"
            )
        }
        return mark
    }

    /// Answers by what was known at a mark. Only for an engine on a copy that is thrown away: its logs are
    /// cut back, and what the books say is worked out anew.
    ///
    /// - Throws: `Refusal.unknownMark`; the store's errors.
    /// Cost: reading all logs up to the mark.
    package func answer(_ query: Query, knownAt name: String) throws -> Report {
        let mark = try needMark(name)
        return try store.transact {
            let cutsRoster = try store.cutBack(to: name)
            author = nil
            try reread()
            if cutsRoster {
                // Who might write what was another question then.
                try stand()
                try reread()
            }
            var report = try report(query, at: mark.time)
            report.facts.append(Self.knownAt(name))
            return report
        }
    }
}
