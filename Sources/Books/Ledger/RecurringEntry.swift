package import Replica

/// A journal entry that comes back every month: the entity `recurring/<branch>/<name>`, described in `money/<branch>`. The
/// branch's keeper posts it, once a month.
package struct RecurringEntry: Hashable, Sendable {
    package let branch: BranchCode
    package let name: String
    /// Of the month; the last one where the month has fewer.
    package let day: Int
    package let from: Day
    package let until: Day?
    /// `expense/rent=100.00`, as a person writes them.
    package let lines: [JournalLine]
    package let memo: String?

    package enum Attribute {
        package static let day = "day", from = "from", until = "until", lines = "lines"
        package static let memo = "memo"
    }

    package static let prefix = RegisterWrite.recurringPrefix
    package static let linesMax = 50

    package static func entity(_ branch: BranchCode, _ name: String) -> String {
        "\(prefix)\(branch)/\(name)"
    }

    /// Nil where it says nothing that can be posted, or was stopped.
    package init?(entity: String, values: [String: [Value]]) {
        let rest = entity.dropFirst(Self.prefix.count)
        guard entity.hasPrefix(Self.prefix), let slash = rest.firstIndex(of: "/"),
            let branch = BranchCode(rest[..<slash]),
            let day = values[Attribute.day]?.last?.integer, (1...31).contains(day),
            let from = values[Attribute.from]?.last?.text.flatMap({ Day($0) }),
            let text = values[Attribute.lines]?.last?.text
        else { return nil }
        var lines: [JournalLine] = []
        for line in text.split(separator: "\n") {
            guard let equals = line.utf8.lastIndex(of: UInt8(ascii: "=")) else { continue }
            let amount = line[equals...].dropFirst()
            lines.append(JournalLine(account: String(line[..<equals]), amount: String(amount)))
        }
        guard (2...Self.linesMax).contains(lines.count) else { return nil }
        self.branch = branch
        name = String(rest[rest.index(after: slash)...])
        self.day = Int(day)
        self.from = from
        until = values[Attribute.until]?.last?.text.flatMap { Day($0) }
        self.lines = lines
        memo = values[Attribute.memo]?.last?.text
    }

    /// The days up to `today` on which it is due, of the month of today and the `months` before it.
    package func due(by today: Day, months: Int32) -> [Day] {
        (0...months).reversed().compactMap { back in
            let month = Month(today).advanced(by: -back)
            let due = Day(number: min(month.first.number + Int32(day) - 1, month.last.number))
            guard due >= from, due <= today, until.map({ due <= $0 }) ?? true else { return nil }
            return due
        }
    }
}

/// Nil stays; a stopped one is empty.
package struct RecurringChange: Codable, Hashable, Sendable {
    package var name: String
    package var day: Int?
    package var from: String?
    /// The last day; empty: for ever.
    package var until: String?
    package var lines: [JournalLine]?
    package var memo: String?
    package var stops: Bool

    package init(
        name: String, day: Int? = nil, from: String? = nil, until: String? = nil,
        lines: [JournalLine]? = nil, memo: String? = nil, stops: Bool = false
    ) {
        self.name = name
        self.day = day
        self.from = from
        self.until = until
        self.lines = lines
        self.memo = memo
        self.stops = stops
    }
}
