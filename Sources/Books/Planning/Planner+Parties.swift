import Replica

/// Customers, suppliers, and the lists that they buy from.
extension Planner {
    func setParty(_ change: PartyChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        try Self.check(change.name, "party", DocumentHeader.partyBytesMax)
        let entity = PartyFacts.entity(change.name)
        typealias Attribute = PartyFacts.Attribute
        var ops: [Operation] = []
        func write(_ attribute: String, _ value: Value) throws {
            ops.append(try set(entity, attribute, value, view))
        }
        for (attribute, text, bytesMax) in [
            (Attribute.title, change.title, 200), (Attribute.contact, change.contact, 200),
            (Attribute.taxNumber, change.taxNumber, 64),
        ] {
            guard let text else { continue }
            if text.isEmpty {
                try write(attribute, .absent)
            } else {
                try Self.check(text, attribute, bytesMax)
                try write(attribute, .text(text))
            }
        }
        for (attribute, text, scale) in [
            (Attribute.terms, change.terms, 0), (Attribute.lead, change.lead, 0),
            (Attribute.creditLimit, change.creditLimit, ledger.book.scale),
        ] {
            guard let text else { continue }
            guard !text.isEmpty else {
                try write(attribute, .absent)
                continue
            }
            let figure = try Amount.parse(text, scale: scale)
            guard figure >= 0 else { throw Refusal(.notPositive, "\(text) is below zero") }
            try write(attribute, .integer(figure))
        }
        for op in try creditShares(change, view) { ops.append(op) }
        if let list = change.priceList {
            if list.isEmpty {
                try write(Attribute.priceList, .absent)
            } else {
                try write(Attribute.priceList, .text(try priceList(list, view).name))
            }
        }
        if let isActive = change.isActive {
            try write(Attribute.active, .integer(isActive ? 1 : 0))
        }
        if let alias = change.alias {
            if alias.isEmpty {
                try write(Attribute.alias, .absent)
            } else {
                try Self.check(alias, "party", DocumentHeader.partyBytesMax)
                guard try party(alias, view) != change.name else {
                    throw Refusal(.badOption, "\(alias) is \(change.name) itself")
                }
                try write(Attribute.alias, .text(alias))
            }
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }

    /// A limit that is split: together the branches may give no more than all of it.
    private func creditShares(_ change: PartyChange, _ view: some BookView) throws -> [Operation] {
        let asked = change.creditShares ?? [:]
        let facts = try view.party(change.name)
        var shares = facts?.creditShares ?? [:]
        guard !asked.isEmpty || change.creditLimit != nil && !shares.isEmpty else { return [] }
        var ops: [Operation] = []
        for (text, figure) in asked.sorted(by: { $0.key < $1.key }) {
            guard let code = BranchCode(text), try view.isBranch(code) else {
                throw Refusal(.unknownBranch, "there is no branch \(text)")
            }
            let share = figure.isEmpty ? nil : try Amount.parse(figure, scale: ledger.book.scale)
            guard share ?? 0 >= 0 else { throw Refusal(.notPositive, "\(figure) is below zero") }
            shares[code] = share
            ops.append(
                try set(
                    PartyFacts.entity(change.name), PartyFacts.Attribute.creditShare + code.text,
                    share.map { .integer($0) } ?? .absent, view))
        }
        let limit =
            try change.creditLimit.map {
                $0.isEmpty ? nil : try Amount.parse($0, scale: ledger.book.scale)
            } ?? facts?.creditLimit
        let sum = shares.values.reduce(Int128(0)) { $0 + Int128($1) }
        guard let limit, sum <= Int128(limit) else {
            throw Refusal(
                .creditLimit,
                "the shares are \(Amount.text(sum, scale: ledger.book.scale)), the limit is "
                    + (limit.map { Amount.text($0, scale: ledger.book.scale) } ?? "none"),
                next: "raise the limit with --credit-limit, or lower another branch's share")
        }
        return ops
    }

    /// Aliases are followed so far: two that were made beside each other may lead in a circle.
    private static let aliasesMax = 8

    /// Who a party turned out to be.
    func party(_ name: String, _ view: some BookView) throws -> String {
        var name = name
        var seen: Set<String> = []
        while seen.count < Self.aliasesMax, seen.insert(name).inserted,
            let alias = try view.party(name)?.alias
        { name = alias }
        return name
    }

    /// A party that is out of use buys and sells nothing more.
    func requireActive(_ party: String?, _ view: some BookView) throws {
        guard let party, try view.party(party)?.isActive == false else { return }
        throw Refusal(
            .partyInactive, "\(party) is not active", next: "see `branchbook party list`")
    }

    /// A customer may buy on credit: as far as this node knows what they owe, at all branches.
    func requireCredit(_ party: String, _ more: Int64, _ view: some BookView) throws {
        guard let facts = try view.party(party), let whole = facts.creditLimit else { return }
        // With a share of its own a branch asks nobody: no two can give the same credit, line or no line.
        let isSplit = !facts.creditShares.isEmpty
        let limit = isSplit ? facts.creditShares[branch] ?? 0 : whole
        // A limit is of the book's own currency, whatever a branch keeps its books in.
        let owed =
            try inBook(try view.receivable(of: party, at: isSplit ? branch : nil), view)
            + (isSplit ? 0 : owedElsewhere(by: party, view))
        let more = try inBook(Int128(more), view)
        guard owed + more > Int128(limit) else { return }
        func text(_ value: some SignedInteger) -> String {
            Amount.text(value, scale: ledger.book.scale)
                + (ledger.isBook ? "" : " \(ledger.book.currency)")
        }
        throw Refusal(
            .creditLimit,
            "\(party) owes \(text(owed)) and may owe \(text(limit))"
                + (isSplit ? " at \(branch)" : "") + ": \(text(more)) more is too much",
            next: isSplit
                ? "let them pay, or give \(branch) a larger share with `branchbook party set`"
                : "let them pay, or raise the limit with `branchbook party set`")
    }

    // MARK: Price lists

    func setPrices(_ change: PriceListChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        let name = try Self.name(change.name, "price list")
        guard change.prices.count <= Self.itemsMax else {
            throw Refusal(.tooManyLines, "at most \(Self.itemsMax) prices are set at once")
        }
        let known = try view.priceList(name)
        let isNew = known == nil
        let owners = try (known?.owners ?? []).filter { try view.isBranch($0) }
        guard owners.isEmpty || owners.contains(branch) else {
            throw Refusal(
                .notForThisBranch,
                "\(owners.map(\.text).joined(separator: ", ")) keeps the list \(name)",
                next: "write another list, or have it handed over there with --owner \(branch)")
        }
        var ops: [Operation] = []
        let entity = PriceList.entity(name)
        if let owner = change.owner ?? (isNew ? branch.text : nil) {
            guard let code = BranchCode(owner), try view.isBranch(code) else {
                throw Refusal(.unknownBranch, "there is no branch \(owner)")
            }
            ops.append(try set(entity, PriceList.Attribute.owner, .text(code.text), view))
        }
        if let isIncluded = change.isTaxIncluded ?? (isNew ? false : nil) {
            ops.append(
                try set(
                    entity, PriceList.Attribute.taxIncluded, .integer(isIncluded ? 1 : 0), view))
        }
        if let title = change.title {
            try Self.check(title, "title", 64)
            ops.append(try set(entity, PriceList.Attribute.title, .text(title), view))
        }
        for price in change.prices {
            let (facts, pack) = try priced(price.item, view)
            let day = try price.from.map { try Self.day($0) } ?? today
            var value = Value.absent
            if !price.price.isEmpty {
                let millionths = try Amount.parse(price.price, scale: 6)
                guard millionths >= 0 else {
                    throw Refusal(.notPositive, "a price is not below zero")
                }
                value = .integer(millionths)
            }
            let of = PriceList.entity(name, facts.code)
            guard of.utf8.count <= RegisterWrite.nameBytesMax else {
                throw Refusal(.badCode, "the code of \(facts.code) is too long for a price list")
            }
            ops.append(
                try set(of, PriceList.attribute(pack: pack ?? "", from: day), value, view))
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }

    /// `TEA`, `TEA/box`, or a barcode.
    private func priced(
        _ text: String, _ view: some BookView
    ) throws -> (facts: ItemFacts, pack: String?) {
        if let code = ItemCode(text), try view.item(code) != nil { return try packed(text, view) }
        guard let slash = text.lastIndex(of: "/") else { return try packed(text, view) }
        let pack = String(text[text.index(after: slash)...])
        let facts = try item(String(text[..<slash]), view)
        guard facts.packs[pack] != nil else {
            throw Refusal(.unknownUnit, "\(facts.code) has no unit \(pack)")
        }
        return (facts, pack)
    }

    func priceList(_ name: String, _ view: some BookView) throws -> PriceList {
        guard let list = try view.priceList(name) else {
            throw Refusal(
                .unknownPriceList, "there is no price list \(name)",
                next: "make it with `branchbook prices set \(name)`")
        }
        return list
    }

    /// Says by which list a branch sells; none where `list` is empty.
    func setBranchPrices(
        _ list: String, of text: String, _ view: some BookView
    ) throws -> Draft {
        try requireCatalog()
        guard let code = BranchCode(text), try view.isBranch(code) else {
            throw Refusal(.unknownBranch, "there is no branch \(text)")
        }
        let value: Value = list.isEmpty ? .absent : .text(try priceList(list, view).name)
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [
                        try set(
                            PriceList.entity(ofBranch: code), PriceList.Attribute.list, value, view)
                    ])
            ])
    }
}
