import Replica

/// What a count found is what was there. A fact that is dated before it and comes later changes what
/// the count's difference was, and not the quantity after it: the difference is corrected in the same
/// commit, by who alone may post to the shelf.
///
/// What is written without a date happens now, above every count there is, whatever the clock says:
/// only a date that somebody gave, a sheet of an earlier day, and the reversal of what lay below a
/// count act below it.
extension Planner {
    func withBarriers(_ draft: Draft, _ command: Command, _ view: some BookView) throws -> Draft {
        guard command.details?.date != nil || command.isReversal || command.postsSheet else {
            return draft
        }
        var corrections: [Correction: [Shelf: Int128]] = [:]
        for part in draft.parts where part.scope == .trade(branch) {
            for case .post(let transaction) in part.ops {
                let document = transaction.document
                let place = try place(of: document, view)
                for (shelf, amount) in Self.shelves(transaction).sorted(by: { $0.key < $1.key })
                where amount != 0 {
                    guard let count = try count(above: place, on: shelf, view) else { continue }
                    // A reversal is dated today, and so is what it takes from the count.
                    let at = Correction(
                        count: count.number,
                        day: command.isReversal
                            ? max(count.day, document.effectiveDate) : count.day,
                        person: document.person, late: place.document ?? document.number)
                    corrections[at, default: [:]][shelf, default: 0] -= amount
                }
            }
        }
        guard !corrections.isEmpty else { return draft }
        var ops: [Operation] = []
        for (at, shelves) in corrections.sorted(by: { $0.key < $1.key }) {
            var document = DocumentBuilder(
                DocumentHeader(
                    kind: .statement, number: nil, effectiveDate: at.day, person: at.person,
                    link: DocumentLink(.adjusts, at.count), memo: at.late?.description))
            for (shelf, amount) in shelves.sorted(by: { $0.key < $1.key }) where amount != 0 {
                let amount = try Self.narrow(amount)
                guard amount != .min else { throw BooksError.overflow }
                document.add(
                    .trade(branch),
                    [
                        Posting(shelf.account, .item(shelf.item), amount),
                        Posting(.simple(.shrinkage, branch), .item(shelf.item), -amount),
                    ])
            }
            ops += try document.operations(in: .trade(branch))
        }
        var changed = draft
        changed.add(ops, to: .trade(branch))
        return changed
    }

    /// Where a document acts: at its own date, or a reversal where its original stands.
    private struct Place {
        let day: Day
        /// Of a reversal: the original, and when it was written.
        var document: DocumentNumber?
        var time: HybridTime?
    }

    private func place(of document: DocumentHeader, _ view: some BookView) throws -> Place {
        guard let link = document.link, link.relation == .reverses else {
            return Place(day: document.effectiveDate)
        }
        let original = link.target
        if original.kind == .count {
            let events = try view.events(of: CountSheet.entity(original))
            return Place(
                day: CountSheet(original, events)?.day ?? document.effectiveDate,
                document: original, time: try view.time(of: original))
        }
        return Place(
            day: try view.transactions(of: original).first?.document.effectiveDate
                ?? document.effectiveDate, document: original, time: try view.time(of: original))
    }

    /// The first count that a document lies below: of a reversal, one that saw the original, or was
    /// corrected for it.
    private func count(
        above place: Place, on shelf: Shelf, _ view: some BookView
    ) throws -> CountMark? {
        let counts = try view.counts(of: shelf.account, .item(shelf.item), after: place.day)
        guard let original = place.document else { return counts.first }
        return try counts.first { count in
            if let time = place.time, time < count.time { return true }
            return try view.transactions(about: count.number).contains {
                $0.document.kind == .statement && $0.document.memo == original.description
            }
        }
    }

    private struct Correction: Hashable, Comparable {
        let count: DocumentNumber
        let day: Day
        let person: String
        /// What came late.
        let late: DocumentNumber?

        static func < (a: Self, b: Self) -> Bool {
            (a.count, a.day, a.person) < (b.count, b.day, b.person)
        }
    }

    private struct Shelf: Hashable, Comparable {
        let account: Account
        let item: ItemCode

        static func < (a: Self, b: Self) -> Bool {
            (a.account.name, a.item) < (b.account.name, b.item)
        }
    }

    private static func shelves(_ transaction: Transaction) -> [Shelf: Int128] {
        var sums: [Shelf: Int128] = [:]
        for posting in transaction.postings {
            // A count is of all that stands there, whatever it is kept for.
            guard let shelf = posting.account.shelf, case .item(let item) = posting.commodity
            else { continue }
            sums[Shelf(account: shelf, item: item), default: 0] += Int128(posting.amount)
        }
        return sums
    }

    /// Goods that leave on an earlier day were there: on no day up to the next count, or up to now, may
    /// less remain than nothing.
    func requireThroughout(
        _ wanted: [(facts: ItemFacts, quantity: Int64)], on shelf: Account, day: Day,
        isDated: Bool, _ view: some BookView
    ) throws {
        guard isDated, day < today else { return }
        // Of goods that are told apart what was there on a past day is not asked lot by lot.
        for sum in Self.sums(wanted) where sum.facts.tracking == .none {
            let code = sum.facts.code
            let count = try view.counts(of: shelf, .item(code), after: day).first
            let least = try view.leastBalance(
                of: shelf, .item(code), from: day, before: count?.day)
            guard least < sum.quantity else { continue }
            throw Refusal(
                .notEnough,
                "on \(day) or later \(name(of: shelf)) had \(Amount.text(max(least, 0), scale: sum.facts.scale)) "
                    + "\(sum.facts.unit) of \(code), not \(Amount.text(sum.quantity, scale: sum.facts.scale))",
                next: "give the day on which they left")
        }
    }
}
