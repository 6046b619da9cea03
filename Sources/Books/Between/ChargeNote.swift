package import Replica

/// What a branch tells another one of an amount between them: the event of `charge/<number>` in the scope of their money.
package struct ChargeNote: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// The other's from now on, on an account of the same name.
        case charged
        /// On its way to the other.
        case sent
    }

    package var kind: Kind
    package var to: BranchCode
    /// Minor units, above zero.
    package var amount: Int64
    /// Without the branch, `expense/rent`; nil for money on its way.
    package var account: String?
    package var person: String
    package var day: Day
    package var memo: String?
    /// The charge of another branch that this one passes on.
    package var of: DocumentNumber?
    /// Money that is on its way in another currency: minor units of it, worth `amount` when it was sent.
    package var foreign: Foreign?

    package struct Foreign: Hashable, Sendable {
        package let currency: CurrencyCode
        package let amount: Int64

        /// `60.00 USD`.
        package func text(_ ledger: Ledger) -> String {
            "\(Amount.text(Int128(amount), scale: ledger.scale(of: currency))) \(currency)"
        }
    }

    private enum Field {
        static let to = "to", amount = "amount", account = "account", memo = "memo", of = "of"
        static let currency = "currency", foreign = "foreign"
    }

    package static func entity(_ number: DocumentNumber) -> String {
        Event.chargePrefix + number.description
    }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: Event.chargePrefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(Event.chargePrefix.count))
    }

    package init(
        _ kind: Kind, to: BranchCode, amount: Int64, account: String?, person: String, day: Day,
        memo: String?, of: DocumentNumber? = nil, foreign: Foreign? = nil
    ) {
        self.foreign = foreign
        self.kind = kind
        self.to = to
        self.amount = amount
        self.account = account
        self.person = person
        self.day = day
        self.memo = memo
        self.of = of
    }

    /// Nil where nothing was said that can be read.
    package init?(_ events: [Event]) {
        for event in events {
            guard let kind = Kind(rawValue: event.kind),
                let to = event[Field.to]?.text.flatMap({ BranchCode($0) }),
                let amount = event[Field.amount]?.integer, amount > 0
            else { continue }
            var foreign: Foreign?
            if let code = event[Field.currency] {
                guard let code = code.text.flatMap({ CurrencyCode($0) }),
                    let amount = event[Field.foreign]?.integer, amount > 0
                else { continue }
                foreign = Foreign(currency: code, amount: amount)
            }
            self.init(
                kind, to: to, amount: amount, account: event[Field.account]?.text,
                person: event.person, day: event.effectiveDate, memo: event[Field.memo]?.text,
                of: event[Field.of]?.text.flatMap { DocumentNumber($0) }, foreign: foreign)
            return
        }
        return nil
    }

    /// The first that can be read where the branch and the one that it charges both read it: what it says elsewhere is not
    /// seen by all who follow. `said` is in the order of time. With `branch`, the first to that one: of two that have one
    /// number each branch follows what it was charged, whatever else it reads.
    package init?(_ said: [Said], by owner: BranchCode, to branch: BranchCode? = nil) {
        for one in said {
            guard let note = ChargeNote([one.event]), branch.map({ $0 == note.to }) ?? true,
                let pair = BranchPair(owner, note.to), one.scope == .betweenMoney(pair)
            else { continue }
            self = note
            return
        }
        return nil
    }

    package func event(_ number: DocumentNumber) -> Event {
        var fields: [Event.Field] = [
            .init(Field.to, .text(to.text)), .init(Field.amount, .integer(amount)),
        ]
        if let account { fields.append(.init(Field.account, .text(account))) }
        if let foreign {
            fields.append(.init(Field.currency, .text(foreign.currency.text)))
            fields.append(.init(Field.foreign, .integer(foreign.amount)))
        }
        if let memo { fields.append(.init(Field.memo, .text(memo))) }
        if let of { fields.append(.init(Field.of, .text(of.description))) }
        return Event(
            entity: Self.entity(number), kind: kind.rawValue, person: person, effectiveDate: day,
            fields: fields)
    }

    /// What is left where a charge's own words count no more, as who wrote it was put out: nothing of it holds. Of the
    /// documents about it; nil where none moves anything between the two.
    package init?(leftOf about: [Transaction], by owner: BranchCode, to branch: BranchCode?) {
        var others: Set<BranchCode> = []
        var places: Set<String> = []
        var day: Day?
        for transaction in about where transaction.document.isAboutCharge {
            for posting in transaction.postings {
                switch posting.account.place {
                case .side(owner, let other) where posting.account.root == .dueFrom:
                    others.insert(other)
                case .side(let other, owner) where posting.account.root == .dueTo:
                    others.insert(other)
                case .branch:
                    places.insert("\(posting.account.root.rawValue)/\(posting.account.rest)")
                default: continue
                }
                let stated = transaction.document.effectiveDate
                day = day.map { Swift.min($0, stated) } ?? stated
            }
        }
        let other = branch.map { others.contains($0) ? $0 : nil } ?? others.min()
        guard let other, let day else { return nil }
        self.init(
            .charged, to: other, amount: 1, account: places.min(), person: "", day: day, memo: nil)
    }

    /// By which documents the other branch said that money came, and did not take that back: more than one where two
    /// said so beside each other. In order, of the transactions about it.
    package func acceptances(
        _ about: [Transaction], from owner: BranchCode,
        isReversed: (DocumentNumber) throws -> Bool
    ) rethrows -> [DocumentNumber] {
        let numbers = about.filter { transaction in
            transaction.document.isOf(.settles)
                && transaction.postings.contains {
                    $0.account.place == .side(owner: to, other: owner)
                }
        }.compactMap(\.document.number)
        return try Set(numbers).sorted().filter { try !isReversed($0) }
    }
}
