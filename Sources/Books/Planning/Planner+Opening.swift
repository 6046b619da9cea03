import Replica

/// A branch's first entries: what another system ended with.
extension Planner {
    /// What the books of a branch began with stands against this account of its capital.
    package static let opening = "opening"

    func bringForward(
        _ details: Details, _ act: OpeningAct, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try requireMoney("opening balances")
        let capital = Account.named(.equity, branch, Self.opening)
        switch act {
        case .goods(let lines): return try find(details, lines, against: capital, view)
        case .balances(let lines): return try bringForward(details, lines, capital, view)
        }
    }

    private func bringForward(
        _ details: Details, _ lines: [JournalLine], _ capital: Account, _ view: some BookView
    ) throws -> Draft {
        var (lines, sum) = (lines, Int128(0))
        let party = try details.party.map { try self.party($0, view) }
        if let party { try requireActive(party, view) }
        for place in lines.indices {
            var account = try account(lines[place].account, view)
            if let party, account.rest == details.party,
                [.receivable, .payable].contains(account.root)
            {
                account = .named(account.root, branch, party)
            }
            lines[place].account = account.name
            let figure = JournalFigure(lines[place].amount)
            if let currency = figure.currency,
                let line = try foreignLine(figure, currency, on: account, details, view)
            {
                sum += Int128(line.own.amount)
            } else {
                sum += Int128(try Amount.parse(figure.amount, scale: ledger.scale))
            }
        }
        if sum != 0 {
            lines.append(
                JournalLine(account: capital.name, amount: Amount.text(-sum, scale: ledger.scale)))
        }
        return try journal(details, lines, view)
    }
}
