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
        if try !store.hasBookmark(name) { try store.keepBookmark(name, at: now) }
        bookmarkedDay = today
    }

    /// A report with the name of the frontier that it rests on.
    func recorded(_ query: Query, at now: Instant) throws -> Report {
        var report = try report(query, at: now)
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
                    .text(Day(bookmark.time, utcOffsetMinutes: utcOffsetMinutes).description),
                    .integer(bookmark.entries),
                ]
            })
    }

    /// Is there such a bookmark?
    ///
    /// - Throws: `Refusal.unknownBookmark`.
    func needBookmark(_ name: String) throws -> Store.Bookmark {
        _ = try needStanding()
        guard let bookmark = try store.bookmark(name) else {
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
            let cutsRoster = try store.cutBack(to: name)
            author = nil
            try reread()
            if cutsRoster {
                // Who might write what was another question then.
                try stand()
                try reread()
            }
            var report = try report(query, at: bookmark.time)
            report.facts.append(Self.knownAt(name))
            return report
        }
    }
}
