import Replica

extension Planner {
    /// A change of stock value with no goods moving.
    func revalue(
        _ details: Details, item text: String, _ change: Revaluation, _ view: some BookView
    ) throws -> Draft {
        try requireMoney("stock values")
        let facts = try item(text, view)
        try requireStock(facts)
        var link: DocumentLink?
        var notBefore: Day?
        var contra = Account.simple(.revaluation, branch)
        let amount: Int64
        switch change {
        case .by(let text): amount = try Amount.parse(text, scale: ledger.scale)
        case .unitCost(let text): amount = try toUnitCost(text, facts, view)
        case .of(let receipt, let text):
            amount = try Amount.parse(text, scale: ledger.scale)
            let number = try Self.number(receipt)
            let transactions = try view.transactions(of: number)
            let brought = transactions.flatMap(\.postings).contains {
                $0.account.root == .stock && $0.commodity == .item(facts.code) && $0.amount > 0
            }
            guard let first = transactions.first, brought, number.series.branch == branch else {
                throw Refusal(
                    .unknownDocument, "\(number) brought no \(facts.code) to \(branch)")
            }
            link = DocumentLink(.adjusts, number)
            notBefore = first.document.effectiveDate
            if let party = details.party ?? first.document.party {
                try Self.check(party, "party", DocumentHeader.partyBytesMax)
                contra = .named(.payable, branch, party)
            }
        }
        guard amount != 0 else { throw Refusal(.emptyDocument, "the value does not change") }
        var document = DocumentBuilder(
            try header(.revaluation, details, link: link, notBefore: notBefore, view))
        try document.move(
            .money(branch), amount, of: currency(), from: contra,
            to: .simple(.inventory, branch), taggedTo: facts.code)
        return try document.draft(references: link.map { [$0.target] } ?? [], total: amount)
    }

    /// Freight, duty and other charges on a receipt: shared out over its goods by what they were worth or how many they
    /// are, to the cent; each share acts at the receipt's own place, on what is on hand and on what was sold. In another
    /// currency it is worth the rate of its own day.
    func spread(
        _ details: Details, receipt text: String, _ amountText: String, by basis: SpreadBasis,
        _ view: some BookView
    ) throws -> Draft {
        try requireMoney("stock values")
        let number = try Self.number(text)
        let transactions = try view.transactions(of: number)
        guard let first = transactions.first, number.series.branch == branch,
            number.kind == .goodsReceipt
        else { throw Refusal(.unknownDocument, "there is no receipt \(number)") }
        guard let party = details.party else {
            throw Refusal(
                .badOption, "a charge is owed to somebody", next: "name them with --party")
        }
        var weights: [ItemCode: Int128] = [:]
        for posting in transactions.flatMap(\.postings) {
            switch (basis, posting.account.root, posting.commodity, posting.item) {
            case (.value, .inventory, .currency, let item?):
                weights[item, default: 0] += Int128(posting.amount)
            case (.quantity, .stock, .item(let item), _):
                weights[item, default: 0] += Int128(posting.amount)
            default: break
            }
        }
        weights = weights.filter { $0.value > 0 }
        let sum = weights.values.reduce(0, +)
        guard sum > 0 else {
            throw Refusal(
                .notPositive, "the goods of \(number) have no \(basis.rawValue)",
                next: "spread it by the other")
        }
        var document = DocumentBuilder(
            try header(
                .revaluation, details, link: DocumentLink(.adjusts, number),
                notBefore: first.document.effectiveDate, view))
        let foreign = try foreign(details, on: document.header.effectiveDate, view)
        let amount = try reading(foreign).positive(amountText)
        try Self.check(party, "party", DocumentHeader.partyBytesMax)
        let owed = Account.named(.payable, branch, try self.party(party, view))
        var (worth, from) = (amount, owed)
        if let foreign {
            worth = try foreign.value(amount)
            guard worth > 0 else {
                throw Refusal(
                    .notPositive, "\(amountText) \(foreign.code) are worth nothing")
            }
            try owe(amount, worth: worth, to: owed, foreign, &document, view)
            from = ForeignLegs.exchange(of: .money(branch), branch)
        }
        var shares = Shares(of: Int128(worth), in: sum)
        for (item, weight) in weights.sorted(by: { $0.key < $1.key }) {
            let share = try shares.next(weight)
            guard share != 0 else { continue }
            try document.move(
                .money(branch), share, of: currency(), from: from,
                to: .simple(.inventory, branch), taggedTo: item)
        }
        return try document.draft(references: [number], total: amount)
            .totalled(in: foreign?.code)
    }

    private func toUnitCost(
        _ text: String, _ facts: ItemFacts, _ view: some BookView
    ) throws -> Int64 {
        let unit = try Amount.parse(text, scale: 6)
        let pool = try view.pool(branch, facts.code)
        guard unit >= 0, pool.quantity > 0 else {
            throw Refusal(
                .notEnough, "\(branch) holds no \(facts.code) to revalue",
                next: "revalue the receipt it came with")
        }
        let target = try worth(unit, pool.quantity, facts)
        return try Self.narrow(Int128(target) - Int128(pool.value))
    }

    /// A customer pays the branch, or the branch a supplier: through a drawer, or through a bank,
    /// which stands in `money/<branch>`.
    func pay(_ details: Details, _ payment: Payment, _ view: some BookView) throws -> Draft {
        try Self.check(payment.party, "party", DocumentHeader.partyBytesMax)
        if let foreign = try foreign(details, view) {
            return try pay(details, payment, in: foreign, view)
        }
        let amount = try positive(payment.amount)
        let (trade, money) = (Scope.trade(branch), Scope.money(branch))
        let purse = try purse(payment.through)
        let side = payment.direction == .received ? MatchSide.receivable : .payable
        let other = Account.named(side.root, branch, payment.party)
        let (from, to) = payment.direction == .received ? (other, purse) : (purse, other)
        if from.home == trade || to.home == trade { try requireTrade() }
        if from.home == money || to.home == money { try requireMoney("banks and payables") }
        var document = DocumentBuilder(
            try header(.payment, details, party: payment.party, view))
        if let home = from.home, home == to.home {
            try document.move(home, amount, of: currency(), from: from, to: to)
        } else if let home = from.home, let far = to.home {
            try document.move(home, amount, of: currency(), from: from, to: .via(far))
            try document.move(far, amount, of: currency(), from: .via(home), to: to)
        }
        try settling(&document, payment.settles, other, in: ledger.currency, view)
        return try document.draft(total: amount)
    }

    /// A general journal entry over accounts of this branch.
    func journal(
        _ details: Details, _ lines: [JournalLine], _ view: some BookView
    ) throws -> Draft {
        try check(count: lines.count)
        guard lines.count <= 1_000 else {
            throw Refusal(.tooManyLines, "a journal entry has at most 1,000 lines")
        }
        var groups: [Scope: [Posting]] = [:]
        var sums: [Scope: Int128] = [:]
        var foreign: [(scope: Scope, postings: [Posting])] = []
        var total = Int128(0)
        for line in lines {
            let account = try account(line.account, view)
            guard let home = account.home else { continue }
            let figure = JournalFigure(line.amount)
            if let currency = figure.currency,
                let (postings, own) = try foreignLine(
                    figure, currency, on: account, details, view)
            {
                guard !foreign.contains(where: { $0.postings[0].hasPlace(of: postings[0]) }) else {
                    throw Refusal(.badOption, "\(line.account) is named twice in \(currency)")
                }
                foreign.append((home, postings))
                groups[home, default: []].append(own)
                sums[home, default: 0] += Int128(own.amount)
                total += Int128(max(own.amount, 0))
                continue
            }
            let amount = try Amount.parse(figure.amount, scale: ledger.scale)
            guard amount != 0, amount != .min else {
                throw Refusal(.badNumber, "a line of \(line.account) moves nothing")
            }
            let tag = try line.item.map { try item($0, view).code }
            groups[home, default: []].append(Posting(account, currency(), amount, item: tag))
            sums[home, default: 0] += Int128(amount)
            total += Int128(max(amount, 0))
        }
        let (trade, money) = (Scope.trade(branch), Scope.money(branch))
        if groups[trade] != nil { try requireTrade() }
        if groups[money] != nil { try requireMoney("its ledger") }
        let rest = sums.values.reduce(0, +)
        guard rest == 0 else {
            throw Refusal(
                .unbalanced,
                "the lines sum to \(Amount.text(rest, scale: ledger.scale)), not to zero",
                next: foreign.isEmpty
                    ? "debits are positive, credits negative"
                    : "the difference to what is carried goes to exchange-gain or exchange-loss")
        }
        let across = try Self.narrow(sums[trade] ?? 0)
        if across != 0 {
            groups[trade]?.append(Posting(.via(money), currency(), -across))
            groups[money]?.append(Posting(.via(trade), currency(), across))
        }
        var document = DocumentBuilder(try header(.journal, details, view))
        for (scope, postings) in groups.sorted(by: { $0.key < $1.key }) {
            document.add(scope, postings)
        }
        for (scope, postings) in foreign { document.add(scope, postings) }
        return try document.draft(total: try Self.narrow(total))
    }

    /// `expense/rent` or, in full, `expense/HZ/rent`: an account of this branch that a person may
    /// post to.
    func account(_ text: String, _ view: some BookView) throws -> Account {
        if case .branch(let other)? = Account(text)?.place, other != branch,
            try view.isBranch(other)
        {
            throw Refusal(
                .notForThisBranch, "\(text) is an account of \(other)", next: "enter it there")
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count == 2 ? "/\(parts[1])" : ""
        let account = [Account(text), Account("\(parts.first ?? "")/\(branch)\(rest)")]
            .compactMap { $0 }.first { $0.place == .branch(branch) }
        if let refusal = Self.controlled(text) { throw refusal }
        guard let account else {
            throw Refusal(
                .badAccount, "\(text) is no account of \(branch) that a journal entry may name",
                next: "use one such as expense/rent, bank/main or equity/capital")
        }
        return account
    }

    /// The exact opposite of a document, once.
    func reverse(_ details: Details, number text: String, _ view: some BookView) throws -> Draft {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) is a document of \(number.series.branch)",
                next: "reverse it there")
        }
        guard number.kind != .count else { return try reverseCount(details, number, view) }
        // Where others write too they may have given something this number: none of that is copied.
        let written = try view.written(number)
        let transactions = try view.transactions(of: number).filter {
            $0.isOf(branch) || $0.isSide(of: branch) || written.contains($0)
        }
        guard let first = transactions.first else {
            throw Refusal(.unknownDocument, "there is no document \(number)")
        }
        switch number.kind {
        case .reversal: try requireSurplus(number, first.document, view)
        case .shipment, .arrival, .move, .statement, .quota, .salesOrder,
            .purchaseOrder, .transferRequest, .tillShift, .close, .match:
            throw Refusal(
                .notReversible, "a \(number.kind.word) is not reversed",
                next: "enter the movement that sets it right")
        default: break
        }
        let owesOther = transactions.flatMap(\.postings).contains {
            if case .side(branch, _) = $0.account.place {
                // A valuation moves nothing that the other branch sees.
                $0.account.root.isDue && $0.amount != 0
            } else {
                false
            }
        }
        if owesOther { try requireTakenBack(number, first.document, view) }
        let later = try view.transactions(about: number)
        guard !later.haveReversal(of: number) else {
            throw Refusal(.alreadyReversed, "\(number) was reversed before")
        }
        for link in later
        where link.document.link?.relation == .returns
            && (number.kind == .sale || link.isOf(branch))
        {
            guard let own = link.document.number, try view.isReversed(own) else {
                throw Refusal(
                    .notReversible, "goods of \(number) came back",
                    next: "reverse \(link.document.number?.description ?? "the return") first")
            }
        }
        var document = DocumentBuilder(
            try header(
                .reversal, details, link: DocumentLink(.reverses, number),
                notBefore: first.document.effectiveDate, view))
        for transaction in transactions {
            guard let home = transaction.postings.lazy.compactMap(\.account.home).first else {
                continue
            }
            if case .money = home { try requireMoney("the money part of \(number)") }
            if case .trade = home { try requireTrade() }
            document.add(
                home,
                transaction.postings.map {
                    Posting(
                        $0.account, $0.commodity, -$0.amount, item: $0.item,
                        base: $0.base.map { 0 &- $0 })
                })
        }
        return try document.draft(references: [number])
    }
}
