import Replica

/// Entries that come back every month.
extension Planner {
    /// The source that their documents name, so that a month has each once.
    package static let recurringSource = "recurring"

    func setRecurring(_ change: RecurringChange, _ view: some BookView) throws -> Draft {
        try requireMoney("its ledger")
        let name = try Self.name(change.name, "recurring entry")
        let entity = RecurringEntry.entity(branch, name)
        typealias Attribute = RecurringEntry.Attribute
        let isNew = try view.values(entity: entity, attribute: Attribute.lines).last?.text == nil
        var ops: [Operation] = []
        func write(_ attribute: String, _ value: Value) throws {
            ops.append(try set(entity, attribute, value, view))
        }
        if change.stops {
            guard !isNew else {
                throw Refusal(
                    .unknownDocument, "there is no recurring entry \(name)",
                    next: "see `branchbook recurring list`")
            }
            try write(Attribute.lines, .absent)
            return Draft(number: nil, parts: [Draft.Part(.money(branch), ops)])
        }
        guard !isNew || change.lines != nil && change.day != nil else {
            throw Refusal(
                .badOption, "a new recurring entry has lines and a day",
                next: "give ACCOUNT=AMOUNT … and --day")
        }
        if let lines = change.lines { try write(Attribute.lines, .text(try checked(lines, view))) }
        if let day = change.day {
            guard (1...31).contains(day) else {
                throw Refusal(.badOption, "\(day) is no day of a month")
            }
            try write(Attribute.day, .integer(Int64(day)))
        }
        if let from = try change.from.map({ try Self.day($0) }) ?? (isNew ? today : nil) {
            try write(Attribute.from, .text(from.description))
        }
        if let until = change.until {
            try write(
                Attribute.until,
                until.isEmpty ? .absent : .text(try Self.day(until).description))
        }
        if let memo = change.memo {
            try Self.check(memo, "memo", 200)
            try write(Attribute.memo, .text(memo))
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.money(branch), ops)])
    }

    /// Lines that a journal entry would take now.
    private func checked(_ lines: [JournalLine], _ view: some BookView) throws -> String {
        guard (2...RecurringEntry.linesMax).contains(lines.count) else {
            throw Refusal(
                .tooManyLines, "a recurring entry has 2 to \(RecurringEntry.linesMax) lines")
        }
        _ = try journal(Details(), lines, view)
        let text = lines.map { "\($0.account)=\($0.amount)" }.joined(separator: "\n")
        guard text.utf8.count <= Value.bytesMax else {
            throw Refusal(.badText, "the lines are longer than \(Value.bytesMax) bytes")
        }
        return text
    }
}
