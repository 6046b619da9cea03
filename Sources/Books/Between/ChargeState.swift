package import Replica

/// How a charge stands: a fold over what was written of it and about it, in whatever order that came. Amounts are minor
/// units of the currency of what is between the two, wider than any that a peer can write.
package struct ChargeState: Sendable {
    package let number: DocumentNumber
    package let note: ChargeNote
    /// What the document itself put on what the charging branch is due.
    package let posted: Int128
    /// The same less what it took back, and what its keeper set right: below zero where two took it back beside each other.
    package let due: Int128
    /// What the charged branch has booked of it.
    package let booked: Int128
    /// What took it back, in the order of numbers.
    package let reversals: [DocumentHeader]
    /// What the charged branch booked it on, by account, in order: in its own currency.
    package let places: [(account: Account, amount: Int128)]

    package var isTakenBack: Bool { !reversals.isEmpty }
    /// What the charging branch should be due of it.
    private var target: Int128 { isTakenBack ? 0 : posted }
    /// What it is due too much, or too little: its keeper makes it nothing, in either direction.
    package var surplus: Int128 { due - target }
    /// What of it holds.
    package var stands: Int128 { min(max(due, 0), max(target, 0)) }
    /// Does nobody have to book anything of it?
    package var isSquare: Bool { due == booked && surplus == 0 }
    /// What is still to be booked (above zero) or to be taken off again by the charged branch.
    package var open: Int128 { stands - booked }

    /// - Parameters:
    ///   - document: the transactions of the charge itself.
    ///   - about: those of documents that link to it.
    ///   - currency: what is between the two branches is in it.
    ///   - kept: the charged branch keeps its books in it.
    package init(
        _ number: DocumentNumber, _ note: ChargeNote, of document: [Transaction],
        about: [Transaction], _ currency: CurrencyCode, own kept: CurrencyCode
    ) {
        let (owner, commodity) = (number.series.branch, Commodity.currency(currency))
        let (asset, debt) = (Account.dueFrom(owner, note.to), Account.dueTo(note.to, owner))
        func sum(_ transactions: some Sequence<Transaction>, _ account: Account) -> Int128 {
            transactions.reduce(Int128(0)) { sum, transaction in
                transaction.postings.reduce(sum) {
                    $1.account == account && $1.commodity == commodity ? $0 + Int128($1.amount) : $0
                }
            }
        }
        func moves(_ transaction: Transaction, _ account: Account) -> Bool {
            transaction.postings.contains { $0.account == account }
        }
        self.number = number
        self.note = note
        posted = sum(document, asset)
        // Nobody but the charging branch posts to the one, and nobody but the charged one to the other.
        let own = about.filter { $0.document.isOf(.reverses) || $0.document.isOf(.settles) }
        due = posted + sum(own, asset)
        let settling = about.filter { $0.document.isOf(.settles) }
        booked = -sum(settling, debt)
        let taking = own.filter { $0.document.isOf(.reverses) && moves($0, asset) }
        var heads: [DocumentNumber: DocumentHeader] = [:]
        for transaction in taking {
            if let number = transaction.document.number { heads[number] = transaction.document }
        }
        reversals = heads.sorted { $0.key < $1.key }.map(\.value)
        var sums: [Account: Int128] = [:]
        for posting in settling.flatMap(\.postings)
        where posting.account.place == .branch(note.to) && posting.commodity == .currency(kept)
            && posting.base == nil && !posting.account.root.isOfRates
        {
            sums[posting.account, default: 0] += Int128(posting.amount)
        }
        places = sums.filter { $0.value != 0 }.sorted { $0.key.name < $1.key.name }
            .map { ($0.key, $0.value) }
    }
}

extension ChargeState {
    /// Numbers of what a branch wrote as passing a charge on, of the transactions about that, in order.
    package static func passedOn(
        _ about: [Transaction], by branch: BranchCode
    ) -> [DocumentNumber] {
        Set(
            about.filter { $0.document.isOf(.adjusts) && $0.document.kind == .journal }
                .compactMap(\.document.number).filter { $0.series.branch == branch }
        ).sorted()
    }
}

/// What the charged branch has against a charge: its own last word counts, whoever else wrote there.
package struct ChargeObjection: Hashable, Sendable {
    package let person: String
    package let day: Day
    package let reason: String

    package enum Kind {
        package static let objected = "objected", withdrawn = "withdrawn"
    }

    private static let reasonField = "reason"

    package static func entity(_ number: DocumentNumber) -> String {
        Event.objectionPrefix + number.description
    }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: Event.objectionPrefix.utf8) else { return nil }
        return DocumentNumber(
            Substring(entity.utf8.dropFirst(Event.objectionPrefix.utf8.count)))
    }

    /// Nil where nothing is objected to any more. `said` is in the order of time.
    package init?(_ said: [Said], against note: ChargeNote, by owner: BranchCode) {
        var last: Event?
        for one in said where one.branch == note.to {
            guard case .betweenMoney(let pair) = one.scope, pair.contains(owner),
                pair.contains(note.to),
                [Kind.objected, Kind.withdrawn].contains(one.event.kind)
            else { continue }
            last = one.event
        }
        guard let last, last.kind == Kind.objected else { return nil }
        person = last.person
        day = last.effectiveDate
        reason = last[Self.reasonField]?.text ?? ""
    }

    package static func event(
        _ number: DocumentNumber, _ kind: String, reason: String?, person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: kind, person: person, effectiveDate: day,
            fields: reason.map { [.init(reasonField, .text($0))] } ?? [])
    }
}

extension DocumentHeader {
    /// Does it take a charge back, or book one?
    package var isAboutCharge: Bool {
        guard let link, link.target.kind == .journal else { return false }
        return link.relation == .settles && kind == .journal
            || link.relation == .reverses && kind == .reversal
    }
}
