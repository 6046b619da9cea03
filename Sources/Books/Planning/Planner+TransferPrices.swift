import Replica

/// At what goods go to other branches.
extension Planner {
    func setTransferPrice(
        from: String, to: String, rule text: String, _ view: some BookView
    ) throws -> Draft {
        try requireCatalog()
        let (from, to) = try way(from: from, to: to, view)
        var value = Value.absent
        if !text.isEmpty {
            let rule = try TransferRule(asked: text)
            if case .list(let name) = rule { _ = try priceList(name, view) }
            value = .text(rule.text)
        }
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [
                        try set(
                            TransferRule.entity(from: from, to: to), TransferRule.attribute, value,
                            view)
                    ])
            ])
    }

    /// Is another branch of this one's legal entity?
    func isOneEntity(_ other: BranchCode, _ view: some BookView) throws -> Bool {
        try view.entity(of: branch) == view.entity(of: other)
    }

    /// Says what the receiver is charged for goods that leave, where that is not what they cost alone.
    ///
    /// - Parameter isAsked: may it be refused: nobody said at what goods go to another legal entity.
    func price(
        _ wanted: [(facts: ItemFacts, quantity: Int64)], to other: BranchCode, _ pair: BranchPair,
        _ document: inout DocumentBuilder, isAsked: Bool = true, _ view: some BookView
    ) throws {
        let isOne = try isOneEntity(other, view)
        // Of two rules that were set beside each other the last shows, at every node.
        let said = try view.values(
            entity: TransferRule.entity(from: branch, to: other), attribute: TransferRule.attribute
        ).last?.text.flatMap { TransferRule($0) }
        guard said != nil || isOne || !isAsked else {
            throw Refusal(
                .noTransferPrice,
                "\(other) is of another legal entity, and nobody said at what goods go there",
                next:
                    "set it with `branchbook transfer price set --from \(branch) --to \(other)`, as "
                    + "cost+10% or list:NAME")
        }
        let rule = said ?? .cost
        guard rule != .cost || !isOne, let number = document.header.number else { return }
        let between = try betweenCurrency(with: other, view)
        let rates = try transferRates(to: other, in: between, &document, view)
        var fields = rates.fields
        for (facts, quantity) in Self.sums(wanted) where quantity > 0 {
            let tax = isOne ? 0 : facts.taxMillionths
            let basis: TransferPrice.Basis =
                switch rule {
                case .cost: .costAnd(0)
                case .costAnd(let part): .costAnd(part)
                case .list(let name):
                    // Said in what is between the two.
                    try reading(between).listed(
                        facts, Self.narrow(quantity), on: name, document.header.effectiveDate,
                        isAsked: isAsked, view)
                }
            fields.append(
                .init(
                    Commodity.item(facts.code).name,
                    .text(TransferPrice(basis, taxMillionths: tax).text)))
        }
        var left = fields[...]
        while !left.isEmpty {
            document.append(
                note(
                    Event.pricingKind, number, document.header,
                    Array(left.prefix(Event.fieldsMax))), to: .between(pair))
            left = left.dropFirst(Event.fieldsMax)
        }
    }

    /// What both branches' own currencies are worth on the day of a document in what is between them; none where they are one.
    ///
    /// - Throws: `Refusal.noRate`.
    private func transferRates(
        to other: BranchCode, in between: CurrencyCode, _ document: inout DocumentBuilder,
        _ view: some BookView
    ) throws -> TransferRates {
        let day = document.header.effectiveDate
        let theirs = try view.currency(of: other) ?? between
        // Of two branches of one currency that is between them.
        func rate(_ code: CurrencyCode) throws -> ExactRate? {
            guard code != between else { return nil }
            let rate = try bookRate(of: code, on: day, view)
            document.note("\(code) at \(rate.text) \(between)")
            return rate
        }
        return TransferRates(sender: try rate(ledger.currency), receiver: try rate(theirs))
    }

    /// What so many units are worth on a list, beside tax.
    private func listed(
        _ facts: ItemFacts, _ quantity: Int64, on name: String, _ day: Day, isAsked: Bool,
        _ view: some BookView
    ) throws -> TransferPrice.Basis {
        guard let list = try view.priceList(name),
            let millionths = PriceList.price(
                try view.prices(list.name, facts.code), pack: "", on: day)
        else {
            // Goods that have moved already go at what they cost.
            guard isAsked else { return .costAnd(0) }
            throw Refusal(
                .noPrice, "\(facts.code) is not on the list \(name)",
                next: "set it with `branchbook prices set \(name)`")
        }
        let one = try Self.narrow(Self.power(facts.scale))
        let worth = try Amount.worth(
            millionths, quantity, per: one, rate: priceRate(nil, on: day, view),
            scale: ledger.scale)
        guard list.isTaxIncluded else { return .value(worth) }
        return .value(
            try Self.divide(
                Int128(worth) * 1_000_000, by: Int128(1_000_000 + facts.taxMillionths)))
    }

    /// What another legal entity was charged for the goods of a shipment, less what came back or is lost.
    func charged(
        for number: DocumentNumber, _ view: some BookView
    ) throws -> (entity: String, net: Int128, tax: Int128) {
        let sent = try shipment(number.description, view)
        let other = sent.pair.other(than: branch)
        guard try !isOneEntity(other, view), let entity = try view.entity(of: other) else {
            throw Refusal(
                .badOption, "\(other) is of the same legal entity: \(number) is no sale",
                next: "an invoice is of sales, and of goods that went to another legal entity")
        }
        var (net, tax) = (Int128(0), Int128(0))
        let about = try view.transactions(about: number)
        let own = about.compactMap(\.document.number).filter { $0.series.branch == branch }
        let statements = try about + Set(own).sorted().flatMap { try view.transactions(about: $0) }
        for posting in statements.filter({ $0.document.isOf(.values) }).flatMap(\.postings) {
            if posting.account == .transferSales(branch, other) { net -= Int128(posting.amount) }
            if posting.account == .simple(.transferTax, branch) { tax -= Int128(posting.amount) }
        }
        guard net != 0 || tax != 0 else {
            throw Refusal(
                .unknownDocument, "the keeper of \(branch) has not said what \(number) is worth",
                next: "wait until it has, or do it at a node that reads the branch's money")
        }
        return (entity, net, tax)
    }
}
