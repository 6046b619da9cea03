import Replica

/// What becomes of a charge between branches: it is booked, taken back, passed on, and objected to.
extension Planner {
    /// Nil for a document that charges nobody.
    func charge(
        _ number: DocumentNumber, to branch: BranchCode? = nil, _ view: some BookView
    ) throws -> ChargeState? {
        guard number.kind == .journal,
            let note = ChargeNote(
                try view.said(of: ChargeNote.entity(number)), by: number.series.branch, to: branch),
            note.kind == .charged, note.to != number.series.branch
        else { return nil }
        return try state(number, note, of: try view.transactions(of: number), view)
    }

    private func state(
        _ number: DocumentNumber, _ note: ChargeNote, of document: [Transaction],
        _ view: some BookView
    ) throws -> ChargeState {
        let (own, other) = (
            try view.currency(of: number.series.branch), try view.currency(of: note.to)
        )
        return ChargeState(
            number, note, of: document, about: try view.transactions(about: number),
            ledger.between(own, other), own: other ?? ledger.book.currency)
    }

    /// What documents still book of a charge that does not count any more: its author was put out.
    private func remainder(
        of number: DocumentNumber, to branch: BranchCode?, _ view: some BookView
    ) throws -> ChargeState? {
        guard number.kind == .journal else { return nil }
        let about = try view.transactions(about: number)
        guard let note = ChargeNote(leftOf: about, by: number.series.branch, to: branch) else {
            return nil
        }
        return try state(number, note, of: [], view)
    }

    /// What another branch charged, and this one has to do with.
    private func charge(
        _ text: String, to code: BranchCode, withRemainder: Bool = false, _ view: some BookView
    ) throws -> (charge: ChargeState, owner: BranchCode, pair: BranchPair) {
        let number = try Self.number(text)
        let (owner, pair) = try other(number.series.branch.text, view)
        let found = try charge(number, to: code, view)
        guard
            let charge = try found
                ?? (withRemainder ? remainder(of: number, to: code, view) : nil)
        else {
            throw Refusal(
                .unknownDocument, "\(number) is nothing that \(code) has to book",
                next: "see `branchbook between list`")
        }
        return (charge, owner, pair)
    }

    // MARK: By the keeper

    /// This branch's side of what another one charged follows what holds of it: the whole, or nothing once that was taken
    /// back. Of its own charge, what was taken back or set right twice is so once.
    func bookCharge(_ details: Details, _ text: String, _ view: some BookView) throws -> Draft {
        try requireMoney("what other branches are owed")
        if try Self.number(text).series.branch == branch { return try square(details, text, view) }
        let (charge, owner, pair) = try charge(text, to: branch, withRemainder: true, view)
        let (number, note) = (charge.number, charge.note)
        // What is taken off needs no word of the other any more.
        guard charge.open < 0 || charge.posted == note.amount else {
            throw Refusal(
                .unknownDocument, "\(owner) has not booked what it says of \(number)",
                next: "wait until its entries have come")
        }
        guard charge.open != 0 else {
            throw Refusal(.alreadyRecorded, "\(number) is booked already")
        }
        let amount = try Self.narrow(charge.open)
        let taken = amount < 0 ? charge.reversals.first : nil
        var who = details
        if who.memo == nil {
            who.memo =
                amount < 0
                ? "\(owner) took \(number) back" : fit(memo: note.memo) ?? "\(owner) \(number)"
        }
        if who.person == nil { who.person = fit(person: taken?.person ?? note.person) }
        if who.date == nil {
            who.date = try followed(taken?.effectiveDate ?? note.day, view).description
        }
        let header = try header(
            .journal, who, link: DocumentLink(.settles, number),
            notBefore: min(taken?.effectiveDate ?? note.day, today), view)
        let references = [number] + charge.reversals.compactMap(\.number)
        let between = try betweenCurrency(with: owner, view)
        guard between == ledger.currency else {
            return try bookAcross(charge, amount, header, between, owner, references, view)
        }
        var document = DocumentBuilder(header)
        let (owed, debt) = (Scope.betweenMoney(pair), Account.dueTo(branch, owner))
        for (account, part) in try places(of: charge, amount, view) {
            guard let home = account.home else { throw BooksError.overflow }
            try document.move(owed, part, of: currency(), from: debt, to: .via(home))
            try document.move(home, part, of: currency(), from: .via(owed), to: account)
        }
        return try document.draft(
            references: references, total: Int64(clamping: amount.magnitude))
    }

    /// Where an amount goes to: what is taken off altogether leaves the accounts that it was booked on.
    private func places(
        of charge: ChargeState, _ amount: Int64, _ view: some BookView
    ) throws -> [(Account, Int64)] {
        let booked = charge.places.reduce(Int128(0)) { $0 + $1.amount }
        if charge.stands == 0, booked == charge.booked, !charge.places.isEmpty {
            return try charge.places.map { ($0.account, try Self.narrow(-$0.amount)) }
        }
        return [(try chargeable(charge.note.account ?? "", view), amount)]
    }

    private func square(
        _ details: Details, _ text: String, _ view: some BookView
    ) throws -> Draft {
        let number = try Self.number(text)
        let found = try charge(number, view) ?? remainder(of: number, to: nil, view)
        guard let charge = found, charge.surplus != 0 else {
            throw Refusal(.alreadyRecorded, "\(number) was not taken back more than once")
        }
        let (other, pair) = try other(charge.note.to.text, view)
        let amount = try Self.narrow(-charge.surplus)
        let account = try chargeable(charge.note.account ?? "", view)
        guard let home = account.home else { throw BooksError.overflow }
        var who = details
        if who.memo == nil {
            who.memo =
                amount > 0 ? "\(number) was taken back twice" : "\(number) was set right twice"
        }
        if who.person == nil { who.person = fit(person: charge.reversals.last?.person) }
        if who.date == nil, let last = charge.reversals.last {
            who.date = try followed(last.effectiveDate, view).description
        }
        let header = try header(.journal, who, link: DocumentLink(.settles, number), view)
        let between = try betweenCurrency(with: other, view)
        guard between == ledger.currency else {
            return try squareAcross(charge, amount, header, between, account, view)
        }
        var document = DocumentBuilder(header)
        let owed = Scope.betweenMoney(pair)
        try document.move(home, amount, of: currency(), from: account, to: .via(owed))
        try document.move(
            owed, amount, of: currency(), from: .via(home), to: .dueFrom(branch, charge.note.to))
        return try document.draft(
            references: [number] + charge.reversals.compactMap(\.number),
            total: Int64(clamping: amount.magnitude))
    }

    /// The day of what another branch wrote, so that both sides are of one period and together nothing was earned or spent by
    /// it; where this branch has closed that day its first open one. Never a day ahead.
    private func followed(_ day: Day, _ view: some BookView) throws -> Day {
        let first = try openToday(view)
        guard day < first else { return first }
        guard let last = try view.closes(branch).through, day <= last else { return day }
        return min(Day(number: last.number &+ 1), first)
    }

    /// Words of another branch, where a document may bear them: what it may not stops no keeper.
    func fit(memo: String?) -> String? {
        memo.flatMap {
            (try? Self.check($0, "memo", DocumentHeader.memoBytesMax)) == nil ? nil : $0
        }
    }

    private func fit(person: String?) -> String? {
        person.flatMap {
            (try? Self.check($0, "person", DocumentHeader.personBytesMax)) == nil ? nil : $0
        }
    }

    // MARK: By people

    /// Of what stands on accounts between two branches only a charge is reversed: the other's keeper follows.
    func requireTakenBack(
        _ number: DocumentNumber, _ document: DocumentHeader, _ view: some BookView
    ) throws {
        // That money came is this branch's own word: it is on its way again.
        if document.kind == .payment, document.isOf(.settles) { return }
        if document.kind == .payment,
            let note = ChargeNote(try view.said(of: ChargeNote.entity(number)), by: branch),
            note.kind == .sent
        {
            let accepted = try note.acceptances(
                view.transactions(about: number), from: branch, isReversed: view.isReversed)
            guard let first = accepted.first else { return }
            throw Refusal(
                .notReversible, "\(note.to) says that \(number) came: \(first)",
                next:
                    "at \(note.to): `branchbook reverse \(first)` first, or `branchbook between settle`"
            )
        }
        guard try charge(number, view) == nil else { return }
        if document.isAboutCharge, let target = document.link?.target {
            throw Refusal(
                .notReversible,
                "\(number) follows \(target), which is another document to take back",
                next: "object to it: `branchbook between object \(target) --memo …`")
        }
        throw Refusal(
            .notReversible, "\(number) is money that another branch has to do with",
            next: "enter the movement that sets it right")
    }

    /// What another branch charged is a third one's, wholly or in part: a charge of its own that names the first.
    func pass(
        _ details: Details, _ text: String, to other: String, _ figure: String?,
        _ view: some BookView
    ) throws -> Draft {
        try requireMoney("what other branches owe")
        let (charge, owner, _) = try charge(text, to: branch, view)
        let (third, pair) = try self.other(other, view)
        for one in [owner, third] where try betweenCurrency(with: one, view) != ledger.currency {
            throw Refusal(
                .twoCurrencies,
                "\(one) keeps its books in another currency than \(branch): it is not passed on",
                next: "charge it by itself: `branchbook between charge … --to \(third)`")
        }
        guard third != owner else {
            throw Refusal(
                .chargeState, "\(owner) charged \(charge.number) itself",
                next: "object to it: `branchbook between object \(charge.number) --memo …`")
        }
        guard charge.stands > 0, charge.booked > 0 else {
            throw Refusal(
                .chargeState,
                charge.isTakenBack
                    ? "\(owner) took \(charge.number) back"
                    : "the keeper of \(branch) has not booked \(charge.number)",
                next: "see `branchbook between list`")
        }
        let passed = try passed(of: charge.number, view)
        let left = min(charge.stands, charge.booked) - passed
        let amount = try figure.map { try positive($0) } ?? Self.narrow(max(left, 0))
        guard amount > 0, Int128(amount) <= left else {
            let shown = Amount.text(max(left, 0), scale: ledger.scale)
            throw Refusal(
                .chargeState, "\(shown) of \(charge.number) is left to pass on",
                next: "see `branchbook between list`")
        }
        // What it was booked on: the one account of this branch, of the same name.
        let account = try chargeable(charge.note.account ?? "", view)
        let header = try header(
            .journal, details, link: DocumentLink(.adjusts, charge.number),
            notBefore: min(charge.note.day, today), view)
        return try write(
            ChargeNote(
                .charged, to: third, amount: amount,
                account: "\(account.root.rawValue)/\(account.rest)",
                person: header.person, day: header.effectiveDate,
                memo: details.memo ?? fit(memo: charge.note.memo), of: charge.number),
            header, pair, from: account, on: .dueFrom(branch, third),
            worth: BetweenFigure(currency: ledger.currency, amount: amount, worth: amount), view)
    }

    /// What this branch passed on of a charge, less what it took back of that.
    private func passed(of number: DocumentNumber, _ view: some BookView) throws -> Int128 {
        try ChargeState.passedOn(try view.transactions(about: number), by: branch)
            .reduce(0) { sum, pass in sum + (try charge(pass, view)?.stands ?? 0) }
    }

    /// The charged branch has something against it; or has not any more.
    func object(
        _ details: Details, _ text: String, withdraws: Bool, _ view: some BookView
    ) throws -> Draft {
        try requireMoney("what it owes other branches")
        let (charge, owner, pair) = try charge(text, to: branch, view)
        let number = charge.number
        let open = ChargeObjection(
            try view.said(of: ChargeObjection.entity(number)), against: charge.note, by: owner)
        guard withdraws == (open != nil) else {
            throw Refusal(
                .chargeState,
                withdraws
                    ? "nobody at \(branch) objects to \(number)"
                    : "\(branch) objects to \(number) already",
                next: "see `branchbook between list`")
        }
        guard withdraws || charge.stands > 0 else {
            throw Refusal(.chargeState, "\(owner) took \(number) back")
        }
        if !withdraws, details.memo == nil {
            throw Refusal(
                .badOption, "who objects says why", next: "write it with --memo")
        }
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        if let memo = details.memo { try Self.check(memo, "memo", DocumentHeader.memoBytesMax) }
        let event = ChargeObjection.event(
            number, withdraws ? ChargeObjection.Kind.withdrawn : ChargeObjection.Kind.objected,
            reason: details.memo, person: person, day: today)
        return Draft(
            number: number, parts: [Draft.Part(.betweenMoney(pair), [.append(event)])],
            references: [number])
    }
}
