import Replica

/// Drawers, and who answers for what is in them.
extension Planner {
    private static let drawersMax = 16

    func till(_ details: Details, _ act: TillAct, _ view: some BookView) throws -> Draft {
        try requireTrade()
        switch act {
        case .open(let drawers):
            let header = try header(.tillShift, details, view)
            for name in try openShift(of: drawers.map(\.name), view) {
                throw Refusal(
                    .shiftState,
                    "\(name.drawer) is open since \(name.shift.day): \(name.shift.number)",
                    next: "close it with `branchbook till close \(name.shift.number)`")
            }
            return try counted(header, TillShift.Kind.opened, drawers, view)
        case .close(let text, let drawers):
            let shift = try shift(text, view)
            guard shift.closedBy == nil else {
                throw Refusal(
                    .shiftState, "\(shift.number) was closed by \(shift.closedBy ?? "?")",
                    next: "open another one")
            }
            let missing = Set(shift.opening.keys).subtracting(drawers.map(\.name)).sorted()
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

    /// Shifts of this branch that are open and have one of these drawers.
    private func openShift(
        of drawers: [String], _ view: some BookView
    ) throws -> [(drawer: String, shift: TillShift)] {
        try view.openShifts(branch).flatMap { shift in
            drawers.filter { shift.opening[$0] != nil }.map { ($0, shift) }
        }
    }

    /// The drawers hold what was counted, from now on in the books as well.
    private func counted(
        _ header: DocumentHeader, _ kind: String, _ drawers: [TillAct.Drawer],
        _ view: some BookView
    ) throws -> Draft {
        try check(count: drawers.count)
        guard drawers.count <= Self.drawersMax, Set(drawers.map(\.name)).count == drawers.count
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
            let amount = try Amount.parse(drawer.amount, scale: ledger.scale)
            guard amount >= 0 else { throw Refusal(.notPositive, "\(drawer.amount) is below zero") }
            let booked = try Self.narrow(try view.balance(of: account, currency()))
            let difference = try Self.narrow(Int128(amount) - Int128(booked))
            fields.append(.init(TillShift.Field.counted + drawer.name, .integer(amount)))
            fields.append(.init(TillShift.Field.booked + drawer.name, .integer(booked)))
            total += Int128(difference)
            guard difference != 0, difference != .min else { continue }
            try document.move(
                .trade(branch), difference, of: currency(), from: .simple(.overShort, branch),
                to: account)
            document.note(
                "\(drawer.name): \(Amount.text(amount, scale: ledger.scale)) counted, "
                    + "\(Amount.text(booked, scale: ledger.scale)) booked")
        }
        document.append(
            Event(
                entity: TillShift.entity(number), kind: kind, person: header.person,
                effectiveDate: header.effectiveDate, fields: fields), to: .trade(branch))
        return try document.draft(total: try Self.narrow(total))
    }

    // MARK: Tenders

    /// `cash`, `card=20.00,cash`: what takes a total. One part may leave its amount out, and takes the rest.
    func tenders(
        _ text: String, _ total: Int64, party: String?
    ) throws -> [(account: Account, amount: Int64)] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...8).contains(parts.count) else {
            throw Refusal(.badOption, "a sale is paid in up to eight parts")
        }
        var found: [(account: Account, amount: Int64?)] = []
        for part in parts {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let account = try account(tender: String(halves[0]), party: party)
            guard !found.contains(where: { $0.account == account }) else {
                throw Refusal(.badOption, "\(halves[0]) is named twice")
            }
            let amount =
                try halves.count == 2
                ? Amount.parse(String(halves[1]), scale: ledger.scale) : nil
            guard amount ?? 0 >= 0 else { throw Refusal(.notPositive, "\(part) is below zero") }
            found.append((account, amount))
        }
        let named = found.reduce(Int128(0)) { $0 + Int128($1.amount ?? 0) }
        let open = found.filter { $0.amount == nil }.count
        let rest = Int128(total) - named
        guard open < 2, open == 1 ? rest >= 0 : rest == 0 else {
            throw Refusal(
                .unbalanced,
                "the parts are \(Amount.text(named, scale: ledger.scale)) of "
                    + Amount.text(total, scale: ledger.scale),
                next: "leave one amount out: it takes the rest")
        }
        return try found.map { ($0.account, try $0.amount ?? Self.narrow(rest)) }
    }
}
