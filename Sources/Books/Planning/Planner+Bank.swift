import Replica

extension BankAct {
    fileprivate var isStrike: Bool { if case .strike = self { true } else { false } }
}

/// What a bank's statement says.
extension Planner {
    package static let bankLinesMax = 500

    func bank(_ details: Details, _ act: BankAct, _ view: some BookView) throws -> Draft {
        try requireMoney("banks")
        let code = try named(details)
        if code == nil, !act.isStrike { try requireOwnCurrency(act.bank, view) }
        let other = code == ledger.currency ? nil : code
        switch act {
        case .strike(let name, let lines):
            return try strike(
                details, .named(.bank, branch, Self.name(name, "bank")), lines, view)
        case .lines(let name, let rows):
            let bank = Account.named(.bank, branch, try Self.name(name, "bank"))
            return try noteStranger(bank, try lines(details, bank, in: other, rows, view), view)
        case .balance(let name, let figure):
            let bank = Account.named(.bank, branch, try Self.name(name, "bank"))
            let amount = try Amount.parse(figure, scale: reading(code).ledger.scale)
            let day = try details.date.map { try Self.day($0) } ?? today
            let event = BankLine.balance(
                bank, amount, in: other, person: try actor(details), day: day)
            return try noteStranger(
                bank, Draft(number: nil, parts: [Draft.Part(.money(branch), [.append(event)])]),
                view)
        }
    }

    /// A statement that names no currency is of the book's own, at a bank that has never held another.
    private func requireOwnCurrency(_ name: String, _ view: some BookView) throws {
        let bank = Account.named(.bank, branch, try Self.name(name, "bank"))
        guard try !view.currencies(on: bank).isEmpty else { return }
        throw Refusal(
            .twoCurrencies, "\(bank) has held another currency",
            next: "say of which the statement is, with --currency")
    }

    private func lines(
        _ details: Details, _ bank: Account, in code: CurrencyCode?, _ rows: [BankRow],
        _ view: some BookView
    ) throws -> Draft {
        guard (1...Self.bankLinesMax).contains(rows.count) else {
            throw Refusal(
                .tooManyLines, "1 to \(Self.bankLinesMax) lines are read at once, not \(rows.count)"
            )
        }
        let person = try actor(details)
        // By month, since a bank may number its lines anew.
        var known: [String: Set<String>] = [:]
        var rounds: [String: [String: Int64]] = [:]
        var ops: [Operation] = []
        for row in rows {
            let day = try Self.day(row.date)
            let amount = try Amount.parse(row.amount, scale: reading(code).ledger.scale)
            guard amount != .min else { throw BooksError.overflow }
            guard amount != 0 else {
                throw Refusal(.emptyDocument, "nothing came or went on \(day)")
            }
            let month = BankLine.entity(bank, day)
            if known[month] == nil {
                let events = try view.events(of: month)
                known[month] = Set(BankLine.lines(events).map(\.key))
                rounds[month] = BankLine.struck(events).reduce(into: [:]) {
                    $0[$1.line.key] = $1.line.round
                }
            }
            let key = try key(row, day, amount, code)
            guard known[month]?.insert(key).inserted == true else { continue }
            // What was struck is read anew.
            let round = rounds[month]?[key].map { $0 + 1 } ?? 0
            guard round <= BankLine.roundsMax else {
                throw Refusal(.nothingChanges, "“\(key)” was struck \(round) times")
            }
            let line = BankLine(
                key: key, day: day, amount: amount,
                text: Self.cut(row.text, BankLine.textBytesMax), currency: code, round: round)
            ops.append(.append(line.event(bank, person: person)))
        }
        guard !ops.isEmpty else {
            throw Refusal(.nothingChanges, "all of these lines are known")
        }
        let draft = Draft(number: nil, parts: [Draft.Part(.money(branch), ops)])
        return draft.noting("\(ops.count) new, \(rows.count - ops.count) known before")
    }

    /// Lines that were read under the wrong bank, or from the wrong file. They stay in the log, and count no more.
    private func strike(
        _ details: Details, _ bank: Account, _ names: [String], _ view: some BookView
    ) throws -> Draft {
        guard (1...Self.bankLinesMax).contains(names.count) else {
            throw Refusal(
                .tooManyLines,
                "1 to \(Self.bankLinesMax) lines are struck at once, not \(names.count)")
        }
        guard let reason = details.memo, !reason.isEmpty else {
            throw Refusal(.badOption, "say why with --memo")
        }
        try Self.check(reason, "memo", DocumentHeader.memoBytesMax)
        let person = try actor(details)
        let lines = Dictionary(grouping: try view.bankLines(bank), by: \.line.name)
        var seen: Set<BankLine> = []
        var ops: [Operation] = []
        for name in names {
            guard let (line, document) = lines[name]?.first else {
                throw Refusal(
                    .unknownDocument, "no line \(name) of \(bank) stands",
                    next: "see the last column of `branchbook bank statement \(bank.rest)`")
            }
            guard lines[name]?.count == 1, seen.insert(line).inserted else {
                throw Refusal(.badOption, "\(name) is more than one line")
            }
            if let document {
                throw Refusal(
                    .notReversible, "\(document) was booked from line \(name)",
                    next: "take that back first: `branchbook reverse \(document)`")
            }
            ops.append(.append(line.strike(bank, reason: reason, person: person, on: today)))
        }
        let draft = Draft(number: nil, parts: [Draft.Part(.money(branch), ops)])
        return draft.noting(
            ops.count == 1 ? "1 line is struck" : "\(ops.count) lines are struck")
    }

    /// The bank's own reference; else the day, the amount, the text, and which of the same it is.
    private func key(
        _ row: BankRow, _ day: Day, _ amount: Int64, _ code: CurrencyCode?
    ) throws -> String {
        // Of two currencies of one bank no line is taken for another.
        let prefix = code.map { "\($0) " } ?? ""
        if let reference = row.reference, !reference.isEmpty {
            try Self.check(reference, "reference", BankLine.keyBytesMax - prefix.utf8.count)
            return prefix + reference
        }
        // All of the text decides, however long it is.
        let base = "\(prefix)\(day) \(amount) \(String(row.text.fnv1a, radix: 16))"
        return row.ordinal == 1 ? base : "\(base) #\(row.ordinal)"
    }

    /// Whole characters, and none that steer a terminal.
    static func cut(_ text: String, _ bytesMax: Int) -> String {
        text.cut(toBytes: bytesMax) { character in
            !character.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f) ~= $0.value }
        }
    }
}
