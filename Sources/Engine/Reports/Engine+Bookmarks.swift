package import Books
import Replica
import Sodium
import Store

/// Reports as they were known: a bookmark is kept of the end of each day and of each report that is
/// printed, and a copy of the book is cut back to it.
extension Engine {
    /// What was known when the last day ended is bookmarked before this batch adds to it.
    func bookmarkDay(at now: Instant) throws {
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        guard bookmarkedDay != today, standing != nil else { return }
        let name = Day(number: today.number &- 1).description
        if try store.bookmark(name) == nil { try store.keepBookmark(name, at: now) }
        bookmarkedDay = today
    }

    /// A report with the name of the frontier that it rests on.
    func recorded(_ query: Query, at now: Instant) throws -> Report {
        var report = try report(query, at: now)
        // What was written in this batch ends on a signature, as a log that is cut back has to.
        try author?.seal(in: store)
        let name = "k" + Hex.text(try store.readRoot())
        try store.keepBookmark(name, at: now)
        report.facts.append(Self.knownAt(name))
        return report
    }

    private static func knownAt(_ name: String) -> Report.Fact {
        Report.Fact("knownAt", "Known at", .text(name))
    }

    func bookmarks(limit: Int) throws -> Report {
        _ = try needStanding()
        let bookmarks = try store.bookmarks(limit: min(max(limit, 1), Query.limitMax))
        return Report(
            schema: "branchbook.bookmarks/1", title: "Bookmarks",
            columns: [
                .text("bookmark", "Known at"), .text("made", "Made"), .number("entries", "Entries"),
            ],
            rows: bookmarks.map { bookmark in
                [
                    .text(bookmark.name),
                    .text(made(bookmark.time)),
                    .integer(bookmark.entries),
                ]
            })
    }

    /// Day and time by the branch's wall clock.
    private func made(_ time: Instant) -> String {
        let minutes = time.milliseconds / 60_000 + Int64(utcOffsetMinutes)
        let (hour, minute) = ((minutes / 60) % 24, minutes % 60)
        func two(_ figure: Int64) -> String { figure < 10 ? "0\(figure)" : "\(figure)" }
        return "\(Day(time, utcOffsetMinutes: utcOffsetMinutes)) \(two(hour)):\(two(minute))"
    }

    /// Is there such a bookmark?
    ///
    /// - Throws: `Refusal.unknownBookmark`.
    func needBookmark(_ name: String) throws -> Store.Bookmark {
        _ = try needStanding()
        let later = try Day(name) == nil ? nil : store.dayBookmark(from: name)
        guard let bookmark = try store.bookmark(name) ?? later else {
            throw Refusal(
                .unknownBookmark, "there is no bookmark \(name)",
                next:
                    "see `branchbook bookmarks`: the days on which this node ran, and printed reports"
            )
        }
        return bookmark
    }

    /// Answers by what was known at a bookmark. Only for an engine on a copy that is thrown away: its logs are
    /// cut back, and what the books say is worked out anew.
    ///
    /// - Throws: `Refusal.unknownBookmark`; the store's errors.
    /// Cost: reading all logs up to it.
    package func answer(_ query: Query, knownAt name: String) throws -> Report {
        let bookmark = try needBookmark(name)
        return try store.transact {
            let cutsRoster = try store.cutBack(to: bookmark.name)
            author = nil
            try reread()
            if cutsRoster {
                // Who might write what was another question then.
                try stand()
                try reread()
            }
            var report = try report(query, at: bookmark.time)
            report.facts.append(Self.knownAt(bookmark.name))
            return report
        }
    }
}
