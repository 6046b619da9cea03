import Replica

/// What cards and the like took, until it is at the bank.
extension Planner {
    static let tenderFees = "tender-fees"

    func setTender(_ change: TenderChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        let name = try Self.name(change.name, "tender")
        guard let branch = change.branch.map({ BranchCode($0) }) ?? branch,
            try view.isBranch(branch)
        else { throw Refusal(.unknownBranch, "there is no branch \(change.branch ?? "")") }
        let entity = TenderRule.entity(branch, name)
        var ops: [Operation] = []
        if let text = change.fee {
            let fee = try Amount.parse(text, scale: 4)
            guard (0...1_000_000).contains(fee) else {
                throw Refusal(.badOption, "\(text) % is not 0 to 100")
            }
            ops.append(try set(entity, TenderRule.Attribute.fee, .integer(fee), view))
        }
        if let text = change.days {
            guard let days = Int32(text), (0...TenderRule.daysMax).contains(days) else {
                throw Refusal(.badOption, "\(text) is not 0 to \(TenderRule.daysMax) days")
            }
            ops.append(
                try set(entity, TenderRule.Attribute.days, .integer(Int64(days)), view))
        }
        if let bank = change.bank {
            ops.append(
                try set(
                    entity, TenderRule.Attribute.bank, .text(try Self.name(bank, "bank")), view))
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }

    /// Gross leaves the tender; the bank has what is left after the fee.
    func settleTender(
        _ details: Details, _ asked: TenderSettlement, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try requireMoney("banks")
        let name = try Self.name(asked.tender, "tender")
        let rule = try view.tender(branch, name)
        guard let bank = asked.bank ?? rule?.bank else {
            throw Refusal(
                .badOption, "nobody said to which bank \(name) goes",
                next: "give --bank, or `branchbook tender set \(name) --bank main`")
        }
        let tender = Account.tender(branch, name)
        let day = try Self.day(asked.day)
        let (taken, settled) = try view.taken(tender, on: day)
        let open = taken - settled
        let gross = try asked.gross.map { try positive($0) } ?? Self.narrow(open)
        guard gross > 0, Int128(gross) <= open else {
            throw Refusal(
                .notEnough,
                "\(name) took \(Amount.text(taken, scale: ledger.scale)) on \(day), of which "
                    + "\(Amount.text(settled, scale: ledger.scale)) are settled",
                next: "see `branchbook tender list`")
        }
        let fee =
            try asked.fee.map { try Amount.parse($0, scale: ledger.scale) } ?? rule?.fee(of: gross)
            ?? 0
        guard (0...gross).contains(fee) else {
            throw Refusal(.badOption, "a fee is not below zero, nor above what was taken")
        }
        var document = DocumentBuilder(
            try header(.payment, details, notBefore: day, view))
        guard let number = document.header.number else { throw BooksError.overflow }
        let (trade, money) = (Scope.trade(branch), Scope.money(branch))
        try document.move(trade, gross, of: currency(), from: tender, to: .via(money))
        try document.move(
            money, gross - fee, of: currency(), from: .via(trade),
            to: .named(.bank, branch, try Self.name(bank, "bank")))
        try document.move(
            money, fee, of: currency(), from: .via(trade),
            to: .named(.expense, branch, Self.tenderFees))
        document.append(
            Clearing.event(
                number, tender: tender, day: day, gross: gross, fee: fee,
                person: document.header.person, on: document.header.effectiveDate), to: trade)
        return try document.draft(total: gross - fee)
    }
}
