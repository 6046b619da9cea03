import Replica

/// Drawers, and who answers for what is in them.
extension Planner {
    private static let drawersMax = 16

    func till(_ details: Details, _ act: TillAct, _ view: some BookView) throws -> Draft {
        try requireTrade()
        switch act {
        case .open(let drawers):
            let header = try header(.tillShift, details, view)
            if let open = try view.openShifts(branch).first(where: { shift in
                drawers.contains { shift.opening[$0.key] != nil }
            }) {
                throw Refusal(
                    .shiftState, "a drawer of these is open since \(open.day): \(open.number)",
                    next: "close it with `branchbook till close \(open.number)`")
            }
            return try counted(header, TillShift.Kind.opened, drawers, view)
        case .close(let text, let drawers):
            let shift = try shift(text, view)
            guard shift.closedBy == nil else {
                throw Refusal(
                    .shiftState, "\(shift.number) was closed by \(shift.closedBy ?? "?")",
                    next: "open another one")
            }
            let missing = Set(shift.opening.keys).subtracting(drawers.map(\.key)).sorted()
            guard missing.isEmpty else {
                throw Refusal(
                    .badOption, "not counted: \(missing.joined(separator: ", "))",
                    next: "count every drawer of the shift")
            }
            let person = details.person ?? self.person
            try Self.check(person, "person", DocumentHeader.personBytesMax)
            if let memo = details.memo {
                try Self.check(memo, "memo", DocumentHeader.memoBytesMax)
            }
            let header = DocumentHeader(
                kind: .tillShift, number: shift.number,
                effectiveDate: max(try details.date.map { try Self.day($0) } ?? today, shift.day),
                person: person, memo: details.memo)
            return try counted(header, TillShift.Kind.closed, drawers, view)
        }
    }

    private func shift(_ text: String, _ view: some BookView) throws -> TillShift {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) is a shift of \(number.series.branch)",
                next: "close it there")
        }
        guard number.kind == .tillShift,
            let shift = TillShift(number, try view.events(of: TillShift.entity(number)))
        else {
            throw Refusal(
                .unknownDocument, "there is no shift \(number)", next: "see `branchbook till list`")
        }
        return shift
    }

    /// The drawers hold what was counted, from now on in the books as well.
    private func counted(
        _ header: DocumentHeader, _ kind: String, _ drawers: [TillAct.Drawer],
        _ view: some BookView
    ) throws -> Draft {
        try check(count: drawers.count)
        guard drawers.count <= Self.drawersMax, Set(drawers.map(\.key)).count == drawers.count
        else {
            throw Refusal(
                .badOption, "a shift has up to \(Self.drawersMax) drawers, each once")
        }
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        var fields: [Event.Field] = []
        var total = Int128(0)
        for drawer in drawers {
            let account = Account.tender(branch, try Self.name(drawer.name, "drawer"))
            let foreign = try drawer.currency.flatMap {
                try self.foreign($0, rate: nil, on: header.effectiveDate, view)
            }
            guard foreign != nil || drawer.currency == nil else {
                throw Refusal(
                    .badOption, "\(ledger.currency) is counted without naming it",
                    next: "write it as in \(drawer.name)=\(drawer.amount)")
            }
            let scale = foreign?.scale ?? ledger.scale
            let amount = try Amount.parse(drawer.amount, scale: scale)
            guard amount >= 0 else { throw Refusal(.notPositive, "\(drawer.amount) is below zero") }
            let commodity = foreign?.commodity ?? currency()
            let booked = try Self.narrow(try view.balance(of: account, commodity))
            let difference = try Self.narrow(Int128(amount) - Int128(booked))
            fields.append(.init(TillShift.Field.counted + drawer.key, .integer(amount)))
            fields.append(.init(TillShift.Field.booked + drawer.key, .integer(booked)))
            guard difference != 0, difference != .min else { continue }
            if let foreign {
                total += Int128(
                    try missed(difference, of: foreign, in: account, &document, view))
            } else {
                total += Int128(difference)
                try document.move(
                    .trade(branch), difference, of: currency(), from: .simple(.overShort, branch),
                    to: account)
            }
            document.note(
                "\(drawer.key): \(Amount.text(amount, scale: scale)) counted, "
                    + "\(Amount.text(booked, scale: scale)) booked")
        }
        document.append(
            Event(
                entity: TillShift.entity(number), kind: kind, person: header.person,
                effectiveDate: header.effectiveDate, fields: fields), to: .trade(branch))
        return try document.draft(total: try Self.narrow(total))
    }

    /// What is missing of another currency leaves the drawer at what it is carried at; what is too much is worth the day's
    /// rate.
    /// - Returns: that, in the book's own.
    private func missed(
        _ difference: Int64, of foreign: ForeignCurrency, in account: Account,
        _ document: inout DocumentBuilder, _ view: some BookView
    ) throws -> Int64 {
        let value = try carrying(difference, on: account, foreign.code, view) {
            try foreign.value(difference)
        }
        guard value != .min else { throw BooksError.overflow }
        var legs = ForeignLegs(branch, ledger)
        try legs.add(account, foreign.commodity, difference, value: value)
        try legs.add(.simple(.overShort, branch), -value)
        try require(legs)
        try legs.write(to: &document)
        return value
    }
}
