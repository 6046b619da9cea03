package import Replica

/// What somebody said of two payments that look like one: they are two. A decision about one of them that names the other,
/// where its branch is spoken of; see `Talk`.
package struct TwoPayments: Hashable, Sendable {
    package let person: String
    package let day: Day
    package let reason: String

    static let beside = "beside"

    /// The first who said it of these two, at a node of a branch of one of them. Nil where nobody did.
    package init?(
        _ first: DocumentNumber, _ second: DocumentNumber,
        said: (DocumentNumber) throws -> [Said]
    ) rethrows {
        let branches = [first, second].map(\.series.branch)
        for (number, other) in [(first, second), (second, first)] {
            for said in try said(number) where said.event.kind == Talk.Kind.decided {
                guard said.event[Self.beside]?.text.flatMap({ DocumentNumber($0) }) == other,
                    let branch = said.branch, branches.contains(branch),
                    let reason = said.text(Said.Field.text)
                else { continue }
                person = said.event.person
                day = said.event.effectiveDate
                self.reason = reason
                return
            }
        }
        return nil
    }
}

extension Planner {
    /// Two payments of one party and amount are two; the memo says why.
    func acceptBoth(
        _ details: Details, _ texts: [String], _ view: some BookView
    ) throws -> Draft {
        guard texts.count == 2 else {
            throw Refusal(.badOption, "two payments are two, not \(texts.count)")
        }
        let (number, other) = (try Self.number(texts[0]), try Self.number(texts[1]))
        guard let reason = details.memo, !reason.isEmpty else {
            throw Refusal(.badOption, "say why with --memo")
        }
        try Self.check(reason, "memo", DocumentHeader.memoBytesMax)
        guard number != other, try !paid(number, view).isDisjoint(with: paid(other, view)) else {
            throw Refusal(
                .badOption, "\(number) and \(other) are not two payments of one party and amount",
                next: "name what `branchbook reconcile` names")
        }
        guard [number, other].map(\.series.branch).contains(branch) else {
            throw Refusal(
                .notForThisBranch, "\(number) and \(other) are of other branches",
                next: "say it at \(number.series.branch)")
        }
        let said = try TwoPayments(number, other) { try view.said(of: Talk.entity($0)) }
        if let said {
            throw Refusal(.nothingChanges, "\(said.person) said so on \(said.day): \(said.reason)")
        }
        // Of two branches' that of this one: its own word is heard wherever both are read.
        let own = number.series.branch == branch ? number : other
        let event = Event(
            entity: Talk.entity(own), kind: Talk.Kind.decided, person: try actor(details),
            effectiveDate: today,
            fields: [
                .init(Said.Field.text, .text(reason)),
                .init(Said.Field.version, .text(try view.version(of: own) ?? Talk.posted)),
                .init(TwoPayments.beside, .text((own == number ? other : number).description)),
            ])
        return Draft(
            number: own, parts: [Draft.Part(try home(of: own, view), [.append(event)])],
            references: [number, other])
    }

    private struct Paid: Hashable {
        let root: Account.Root
        let party: String
        let commodity: Commodity
        let amount: Int64
    }

    /// What a payment that stands moved on accounts of customers and suppliers.
    private func paid(_ number: DocumentNumber, _ view: some BookView) throws -> Set<Paid> {
        guard number.kind == .payment, try !view.isReversed(number) else { return [] }
        return Set(
            try view.transactions(of: number).flatMap(\.postings).filter {
                $0.account.root == .receivable || $0.account.root == .payable
            }.map {
                Paid(
                    root: $0.account.root, party: $0.account.rest, commodity: $0.commodity,
                    amount: $0.amount)
            })
    }
}
