import Books
import Replica
import Store

/// What branches charged each other: all of it as a list, and on the page of differences what is not settled.
extension Engine {
    /// Something between two branches that explains a part of what one is due and the other does not owe.
    struct OpenBetween {
        let from: BranchCode
        let to: BranchCode
        let amount: Int128
        /// Nil where nobody has to do anything.
        let difference: Difference?
    }

    /// Charges that are looked at for one page, of those that were not booked once and nothing else.
    private static let chargesLookedMax = 100_000
    private static let chargesPage = 1_000

    /// How far back a chain of charges is followed.
    private static let chainMax = 8

    /// What is settled is not looked at again until something is written of it, and crowds out nothing that is open.
    func openCharges(
        _ written: [BranchCode: HybridTime], _ standing: Standing,
        isRead: (BranchCode, BranchCode) -> Bool
    ) throws -> [OpenBetween] {
        var found: [OpenBetween] = []
        var (last, looked): (DocumentNumber?, Int) = (nil, 0)
        while looked < Self.chargesLookedMax, found.count < Query.limitMax {
            let page = try store.openCharges(after: last, limit: Self.chargesPage)
            for number in page where !store.isSettled(number) {
                guard let note = try note(number), isRead(number.series.branch, note.to) else {
                    continue
                }
                if let open = try openCharge(number, note, written) {
                    found.append(open)
                } else {
                    store.rememberSettled(number)
                }
            }
            looked += page.count
            last = page.last
            guard page.count == Self.chargesPage else { break }
        }
        return found
    }

    private func openCharge(
        _ number: DocumentNumber, _ note: ChargeNote, _ written: [BranchCode: HybridTime]
    ) throws -> OpenBetween? {
        if note.kind == .sent { return try moneySent(number, note) }
        guard let charge = try charge(number), !charge.isSquare else { return nil }
        return OpenBetween(
            from: number.series.branch, to: note.to, amount: charge.due - charge.booked,
            difference: try difference(of: charge, written))
    }

    /// Money on its way is owed less by who sent it, and due as before to who gets it.
    private func moneySent(_ number: DocumentNumber, _ note: ChargeNote) throws -> OpenBetween? {
        let owner = number.series.branch
        let about = try store.transactions(about: number)
        let accepted = try note.acceptances(about, from: owner, isReversed: store.isReversed)
        let isTakenBack = about.haveReversal(of: number)
        let left = (isTakenBack ? 0 : 1) - accepted.count
        guard left != 0 else { return nil }
        if left < 0, let last = accepted.last {
            let more = Int128(left) * Int128(note.amount)
            return OpenBetween(
                from: note.to, to: owner, amount: more,
                difference: Difference(
                    check: "money on its way", subject: "\(number) to \(note.to)", amount: more,
                    ledger: try between(number, note),
                    cause: isTakenBack
                        ? "\(owner) took it back, and \(note.to) says that it came: \(last)"
                        : "it was accepted more than once: "
                            + accepted.map(\.description).joined(separator: ", "),
                    person: note.person, since: note.day,
                    next: "at \(note.to): `branchbook reverse \(last)`"))
        }
        return OpenBetween(
            from: note.to, to: owner, amount: Int128(note.amount),
            difference: Difference(
                check: "money on its way", subject: "\(number) to \(note.to)",
                amount: Int128(note.amount), ledger: try between(number, note),
                cause:
                    "\(owner) sent \(note.foreign?.text(try own(owner)) ?? "it"), and \(note.to) has not said that it came",
                person: note.person, since: note.day,
                next: "at \(note.to): `branchbook between accept \(number) --through bank:…"
                    + (note.foreign.map { " --currency \($0.currency)`" } ?? "`")))
    }

    private func difference(
        of charge: ChargeState, _ written: [BranchCode: HybridTime]
    ) throws -> Difference {
        let (number, note) = (charge.number, charge.note)
        let owner = number.series.branch
        let account = note.account ?? "to \(note.to)"
        let subject = "\(try chain(charge)) \(account)"
        let amount = charge.due - charge.booked
        let ledger = try between(number, note)
        if charge.surplus != 0 {
            let last = charge.reversals.last
            let people = charge.reversals.map(\.person).joined(separator: " and ")
            let isLess = charge.surplus < 0 && charge.reversals.count > 1
            return Difference(
                check: "due", subject: subject, amount: amount, ledger: ledger,
                cause: isLess
                    ? "\(people) took it back beside each other"
                    : "it was set right twice, or what it was set right for does not count any more",
                person: last?.person ?? note.person, since: last?.effectiveDate ?? note.day,
                next: "the keeper of \(owner) sets it right once it is connected; if it does not, "
                    + byHand(number, owner))
        }
        if charge.open < 0, let taken = charge.reversals.first {
            return Difference(
                check: "due", subject: subject, amount: amount, ledger: ledger,
                cause: unheard(
                    note.to, of: taken.number.map { "\($0)" } ?? "its reversal", written),
                person: taken.person, since: taken.effectiveDate,
                next: "the keeper of \(note.to) books it once it is connected; if it does not, "
                    + byHand(number, note.to))
        }
        if charge.open < 0 {
            return Difference(
                check: "due", subject: subject, amount: amount, ledger: ledger,
                cause: "two copies of the keeper of \(note.to) booked it",
                person: note.person, since: note.day,
                next:
                    "the copy that began last sets it right once both are connected; stop the other. "
                    + "Where that copy is gone, " + byHand(number, note.to))
        }
        return Difference(
            check: "due", subject: subject, amount: amount, ledger: ledger,
            cause: unheard(note.to, of: "\(number)", written),
            person: note.person, since: note.day,
            next: "the keeper of \(note.to) books it once it is connected; if it does not, "
                + byHand(number, note.to))
    }

    private func byHand(_ number: DocumentNumber, _ branch: BranchCode) -> String {
        "at \(branch): `branchbook between book \(number)`"
    }

    /// Charges that somebody objects to, and those of which more was passed on than holds: both sides are booked alike,
    /// and people have to agree.
    func disputedCharges(
        _ standing: Standing, isRead: (BranchCode, BranchCode) -> Bool
    ) throws -> [Difference] {
        var found: [Difference] = []
        for number in try store.objections(limit: Query.limitMax).sorted() {
            guard let charge = try charge(number), charge.stands > 0,
                isRead(number.series.branch, charge.note.to),
                let objection = try objection(to: charge, standing.roster)
            else { continue }
            found.append(
                Difference(
                    check: "charge in dispute",
                    subject: "\(try chain(charge)) \(charge.note.account ?? "")",
                    amount: charge.stands, ledger: try between(number, charge.note),
                    cause: "\(charge.note.to) objects to it: \(objection.reason)",
                    person: objection.person, since: objection.day,
                    next: "at \(number.series.branch): `branchbook reverse \(number)`, or at "
                        + "\(charge.note.to): `branchbook between object \(number) --withdraw`"))
        }
        return try found + passedTooMuch(isRead)
    }

    /// What agrees is not looked at again until something is written of a charge.
    private func passedTooMuch(_ isRead: (BranchCode, BranchCode) -> Bool) throws -> [Difference] {
        var found: [Difference] = []
        var (last, looked): (DocumentNumber?, Int) = (nil, 0)
        while looked < Self.chargesLookedMax, found.count < Query.limitMax {
            let page = try store.passedCharges(after: last, limit: Self.chargesPage)
            for number in page where !store.isPassedRight(number) {
                guard let charge = try charge(number), isRead(number.series.branch, charge.note.to)
                else { continue }
                if let row = try passedTooMuch(of: charge) {
                    found.append(row)
                } else {
                    store.rememberPassedRight(number)
                }
            }
            looked += page.count
            last = page.last
            guard page.count == Self.chargesPage else { break }
        }
        return found
    }

    private func passedTooMuch(of charge: ChargeState) throws -> Difference? {
        let passed = try passes(of: charge)
        let more = passed.reduce(Int128(0)) { $0 + $1.stands } - charge.stands
        guard more > 0, let last = passed.last(where: { $0.stands > 0 }) else { return nil }
        let (by, owner) = (charge.note.to, charge.number.series.branch)
        return Difference(
            check: "passed on", subject: "\(try chain(last)) \(last.note.account ?? "")",
            amount: more, ledger: try between(last.number, last.note),
            cause: charge.isTakenBack
                ? "\(by) passed on what \(owner) took back"
                : "\(by) passed on more than \(owner) charged",
            person: last.note.person, since: last.note.day,
            next: "at \(by): `branchbook reverse \(last.number)`")
    }

    /// What the two of a pair booked of charges that do not count any more: their authors were put out.
    func chargesLeft(of pair: BranchPair) throws -> [OpenBetween] {
        guard let standing, standing.ledger != nil else { return [] }
        return try store.chargesWithoutWord(of: pair, limit: Query.limitMax).compactMap { number in
            let (owner, about) = (number.series.branch, try store.transactions(about: number))
            guard pair.contains(owner) else { return nil }
            let to = pair.other(than: owner)
            guard let note = ChargeNote(leftOf: about, by: owner, to: to) else { return nil }
            let left = ChargeState(
                number, note, of: [], about: about, standing.between(owner, to),
                own: standing.currencies[to])
            guard left.due != 0 || left.booked != 0 else { return nil }
            let at = left.booked != 0 ? to : owner
            return OpenBetween(
                from: owner, to: to, amount: left.due - left.booked,
                difference: Difference(
                    check: "due", subject: "\(number) \(note.account ?? "")",
                    amount: left.due - left.booked, ledger: try between(number, note),
                    cause: "\(number) does not count: the node that wrote it was put out",
                    person: about.last?.document.person ?? "", since: note.day,
                    next: byHand(number, at)))
        }
    }

    /// What the charged branch passed on of a charge, in the order of numbers.
    private func passes(of charge: ChargeState) throws -> [ChargeState] {
        try ChargeState.passedOn(
            store.transactions(about: charge.number), by: charge.note.to
        ).compactMap { try self.charge($0) }.filter {
            // Nothing is passed on in another currency than it was charged in: a peer may say so all the same.
            try $0.note.of == charge.number
                && between($0.number, $0.note) == between(charge.number, charge.note)
        }
    }

    /// What is between the two branches of a charge is in it.
    private func between(_ number: DocumentNumber, _ note: ChargeNote) throws -> Ledger {
        try needLedger().0.ledger(between: number.series.branch, note.to)
    }

    /// The charge behind those that it passes on, the first one first: `HZa-J-2026-000001 > GZa-J-2026-000002`.
    private func chain(_ charge: ChargeState) throws -> String {
        var numbers = [charge.number]
        var first = charge.note.of
        while let number = first, numbers.count < Self.chainMax, !numbers.contains(number) {
            numbers.append(number)
            first = try self.charge(number)?.note.of
        }
        return numbers.reversed().map(\.description).joined(separator: " > ")
    }

    /// Charges with what became of them, the newest first.
    func charges(branch text: String?, openOnly: Bool, limit: Int) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.charges/1", title: "Charges between branches",
            columns: [
                .text("document", "Document"), .text("from", "From"), .text("to", "To"),
                .text("account", "Account"), .number("amount", "Amount"),
                .number("stands", "Stands"), .number("booked", "Booked there"),
                .text("state", "State"), .text("date", "Date"), .text("person", "Person"),
                .text("memo", "Memo"),
            ])
        for number in try store.charges(limit: Query.limitMax) {
            guard report.rows.count < min(max(limit, 1), Query.limitMax) else { break }
            guard let charge = try charge(number) else { continue }
            let (note, owner) = (charge.note, number.series.branch)
            let between = try between(number, note)
            guard only == nil || owner == only || note.to == only else { continue }
            let objection = charge.stands > 0 ? try objection(to: charge, standing.roster) : nil
            let state =
                objection != nil
                ? "in dispute"
                : !charge.isSquare
                    ? "not booked" : charge.isTakenBack ? "taken back" : "booked"
            guard !openOnly || ["in dispute", "not booked"].contains(state) else { continue }
            report.rows.append([
                .text(try chain(charge)), .text(owner.text), .text(note.to.text),
                .optional(note.account), figures.named(Int128(note.amount), between),
                figures.named(charge.due, between), figures.named(charge.booked, between),
                .text(state),
                .text(note.day.description), .text(note.person),
                .optional(objection.map(\.reason) ?? note.memo),
            ])
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        report.notes = scopesMissing(standing, only)
        return report
    }
}
