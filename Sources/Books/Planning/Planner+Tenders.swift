import Replica

/// What takes the money of a sale.
extension Planner {
    /// Drawers are `tender/<branch>/<name>`; `credit` is the customer's receivable.
    func account(tender: String, party: String?) throws(Refusal) -> Account {
        guard tender != "credit" else {
            guard let party, !party.isEmpty else {
                throw Refusal(
                    .badOption, "a sale on credit needs a customer",
                    next: "name one with --customer")
            }
            try Self.check(party, "party", DocumentHeader.partyBytesMax)
            return .named(.receivable, branch, party)
        }
        return .tender(branch, try Self.name(tender, "tender"))
    }

    /// What money leaves or comes to: `bank:main`, or a drawer.
    func purse(_ text: String) throws(Refusal) -> Account {
        guard text != "bank" else {
            throw Refusal(
                .badOption, "bank is no drawer", next: "say which bank, as in --through bank:main")
        }
        guard text.hasPrefix("bank:") else { return try account(tender: text, party: nil) }
        return .named(.bank, branch, try Self.name(String(text.dropFirst(5)), "bank"))
    }

    /// `cash`, `card=20.00,cash`: what takes a total, at least one. One part may leave its amount out, and takes the
    /// rest. What is taken on credit is asked of the customer's limit.
    func tenders(
        _ text: String, _ total: Int64, party: String?, in foreign: ForeignCurrency? = nil,
        _ view: some BookView
    ) throws -> [(account: Account, amount: Int64)] {
        let scale = foreign?.scale ?? ledger.scale
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
                ? Amount.parse(String(halves[1]), scale: scale) : nil
            guard amount ?? 0 >= 0 else { throw Refusal(.notPositive, "\(part) is below zero") }
            found.append((account, amount))
        }
        let named = found.reduce(Int128(0)) { $0 + Int128($1.amount ?? 0) }
        let open = found.filter { $0.amount == nil }.count
        let rest = Int128(total) - named
        guard open < 2, open == 1 ? rest >= 0 : rest == 0 else {
            throw Refusal(
                .unbalanced,
                "the parts are \(Amount.text(named, scale: scale)) of "
                    + Amount.text(total, scale: scale),
                next: "leave one amount out: it takes the rest")
        }
        return try found.map { part in
            let amount = try part.amount ?? Self.narrow(rest)
            if part.account.root == .receivable, let party {
                try requireCredit(party, foreign?.value(amount) ?? amount, view)
            }
            return (part.account, amount)
        }
    }
}
