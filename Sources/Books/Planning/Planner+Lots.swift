import Replica

/// Goods that are told apart: what a document moves on or off a shelf is put on the accounts of its lots, after it was
/// planned. Goods leave by the lots that are named, or those that expire first; they come onto the lot that is
/// named, or that they had where they come from.
extension Planner {
    func withLots(_ draft: Draft, _ command: Command, _ view: some BookView) throws -> Draft {
        guard try view.tracksItems() else { return draft }
        var pass = LotPass(planner: self, choices: [:])
        for choice in command.details?.lots ?? [] {
            let facts = try item(choice.item, view)
            guard facts.tracking != .none else {
                throw Refusal(.lotNeeded, "\(facts.code) is not told apart by lots")
            }
            pass.choices[facts.code, default: []].append(choice)
        }
        var changed = try draft.changing { part in
            guard part.scope == .trade(branch) else { return part.ops }
            return try part.ops.map { op in
                guard case .post(let transaction) = op else { return op }
                return .post(try pass.tell(transaction, view))
            }
        }
        if let (scope, event) = pass.sent(changed) { changed.add([.append(event)], to: scope) }
        return changed
    }

    /// What is free of an item on a shelf: with its lots, but for those that may not be sold any more.
    func free(
        _ facts: ItemFacts, on shelf: Account, sellableOn day: Day? = nil, _ view: some BookView
    ) throws -> Int128 {
        let own = try view.balance(of: shelf, .item(facts.code))
        guard facts.tracking != .none else { return own }
        return try lots(of: facts.code, on: shelf, view).reduce(own) { sum, held in
            day.map { held.lot.isExpired(on: $0) } ?? false ? sum : sum + held.amount
        }
    }

    /// The lots of an item on a shelf, what expires first in front.
    func lots(
        of code: ItemCode, on shelf: Account, _ view: some BookView
    ) throws -> [(lot: Lot, account: Account, amount: Int128)] {
        try view.accounts(on: shelf).compactMap { account in
            guard let lot = Lot(account) else { return nil }
            let amount = try view.balance(of: account, .item(code))
            return amount > 0 ? (lot, account, amount) : nil
        }.sorted { $0.lot < $1.lot }
    }

    /// Goods that are told apart are not kept aside, where nobody sees which they are.
    func requireUntracked(_ facts: ItemFacts) throws(Refusal) {
        guard facts.tracking != .none else { return }
        throw Refusal(
            .lotNeeded, "\(facts.code) is told apart by its \(facts.tracking.rawValue)",
            next: "move it to a location of its own with `branchbook move`")
    }
}

/// One document on its way through the lots.
private struct LotPass {
    let planner: Planner
    var choices: [ItemCode: [LotChoice]]
    /// What this document took off or put on each account by now.
    private var moved: [Account: Int128] = [:]
    /// Lots that goods left by, and that goods of a move come to again.
    private var taken: [ItemCode: [(lot: Lot, amount: Int64)]] = [:]
    /// Lots that a customer brought back, and that leave again at once for where they are.
    private var brought: [ItemCode: [(lot: Lot, amount: Int64)]] = [:]
    /// What left for another branch.
    private var gone: [ItemCode: [(lot: Lot, amount: Int64)]] = [:]
    private var shipment: DocumentHeader?

    init(planner: Planner, choices: [ItemCode: [LotChoice]]) {
        self.planner = planner
        self.choices = choices
    }

    mutating func tell(
        _ transaction: Transaction, _ view: some BookView
    ) throws -> Transaction {
        var postings: [Posting] = []
        let isLabelling = Self.isLabelling(transaction)
        let isEarly = transaction.postings.contains { $0.account.root == .early }
        // What leaves is told apart before what comes: of a move both are of the same lots.
        let order = transaction.postings.indices.sorted {
            (transaction.postings[$0].amount < 0 ? 0 : 1, $0)
                < (transaction.postings[$1].amount < 0 ? 0 : 1, $1)
        }
        var changed = false
        for place in order {
            let posting = transaction.postings[place]
            guard posting.account.purpose == .free, case .item(let code) = posting.commodity,
                let facts = try view.item(code), facts.tracking != .none
            else {
                postings.append(posting)
                continue
            }
            changed = true
            let document = transaction.document
            postings +=
                posting.amount < 0
                ? try out(posting, facts, document, isLabelling: isLabelling, view)
                : try into(posting, facts, document, isEarly: isEarly, view)
        }
        guard changed else { return transaction }
        return try Transaction(transaction.document, postings)
    }

    /// A move from a location to itself gives a lot to goods that have none.
    private static func isLabelling(_ transaction: Transaction) -> Bool {
        let shelves = Set(transaction.postings.compactMap { $0.account.shelf })
        return transaction.document.kind == .move && shelves.count == 1
            && transaction.postings.allSatisfy { $0.account.purpose == .free }
    }

    // MARK: Out

    private mutating func out(
        _ posting: Posting, _ facts: ItemFacts, _ document: DocumentHeader, isLabelling: Bool,
        _ view: some BookView
    ) throws -> [Posting] {
        var rest = -Int128(posting.amount)
        if isLabelling {
            let left = try view.balance(of: posting.account, posting.commodity)
            guard rest <= left else {
                throw Refusal(
                    .notEnough,
                    "of \(Amount.text(max(left, 0), scale: facts.scale)) \(facts.unit) of "
                        + "\(facts.code) on \(planner.name(of: posting.account)) nobody knows the lot",
                    next: "see `branchbook exceptions`")
            }
            return [posting]
        }
        var parts: [Posting] = []
        var own: [(lot: Lot, amount: Int64)] = []
        if document.kind == .shipment, document.link?.target.kind == .arrival {
            // What stands on the shelf beside it stays there.
            for (lot, amount) in brought[facts.code] ?? [] {
                guard let account = lot.account(on: posting.account) else { continue }
                parts.append(Posting(account, posting.commodity, -amount))
                own.append((lot, amount))
                rest -= Int128(amount)
            }
            shipment = document
            gone[facts.code, default: []] += own
            if rest != 0 {
                parts.append(
                    Posting(posting.account, posting.commodity, try Planner.narrow(-rest)))
            }
            return parts
        }
        let isSale = document.kind == .sale
        var lots = try planner.lots(of: facts.code, on: posting.account, view)
        if isSale { lots.removeAll { $0.lot.isExpired(on: document.effectiveDate) } }
        func left(_ held: (lot: Lot, account: Account, amount: Int128)) -> Int128 {
            held.amount + (moved[held.account] ?? 0)
        }
        func take(_ held: (lot: Lot, account: Account, amount: Int128), _ most: Int128) throws {
            let amount = try Planner.narrow(min(most, rest, left(held)))
            guard amount > 0 else { return }
            parts.append(Posting(held.account, posting.commodity, -amount))
            moved[held.account, default: 0] -= Int128(amount)
            own.append((held.lot, amount))
            rest -= Int128(amount)
        }
        for choice in choices[facts.code] ?? [] {
            guard let held = lots.first(where: { $0.lot.code == choice.code }) else {
                throw Refusal(
                    .notEnough,
                    "\(planner.name(of: posting.account)) has no \(facts.code) of lot \(choice.code)"
                        + (isSale ? " that may be sold" : ""),
                    next: "see `branchbook lots`")
            }
            let most = try choice.quantity.map {
                Int128(try planner.measured(facts.code.text, $0, view).quantity)
            }
            if let most, most > left(held) {
                throw Refusal(
                    .notEnough,
                    "of lot \(choice.code) there are "
                        + Amount.text(left(held), scale: facts.scale))
            }
            try take(held, most ?? rest)
        }
        for held in lots { try take(held, rest) }
        if document.kind == .move { taken[facts.code, default: []] += own }
        if document.kind == .shipment {
            shipment = document
            gone[facts.code, default: []] += own
        }
        // What there is no lot of is short, as anything else that is not there.
        if rest > 0 {
            parts.append(Posting(posting.account, posting.commodity, try Planner.narrow(-rest)))
        }
        return parts
    }

    // MARK: Into

    private mutating func into(
        _ posting: Posting, _ facts: ItemFacts, _ document: DocumentHeader, isEarly: Bool,
        _ view: some BookView
    ) throws -> [Posting] {
        var rest = posting.amount
        var parts: [Posting] = []
        func put(_ lot: Lot, _ most: Int64) throws {
            let amount = min(most, rest)
            guard amount > 0, let account = lot.account(on: posting.account) else { return }
            parts.append(Posting(account, posting.commodity, amount))
            moved[account, default: 0] += Int128(amount)
            rest -= amount
            if document.kind == .customerReturn {
                brought[facts.code, default: []].append((lot, amount))
            }
        }
        switch document.kind {
        case .move:
            var left = taken[facts.code] ?? []
            while rest > 0, let first = left.first {
                try put(first.lot, first.amount)
                left.removeFirst()
            }
            taken[facts.code] = left
        case .arrival, .customerReturn:
            for (lot, amount) in try known(facts.code, document, view) { try put(lot, amount) }
        default: break
        }
        for choice in choices[facts.code] ?? [] where rest > 0 {
            let expiry = try choice.expiry.map { try Planner.day($0) }
            guard let lot = Lot(code: choice.code, expiry: expiry) else {
                throw Refusal(
                    .badCode, "\(choice.code) is not a lot",
                    next: "use 1 to \(Lot.codeBytesMax) bytes and no /")
            }
            let most = try choice.quantity.map {
                try planner.measured(facts.code.text, $0, view).quantity
            }
            let amount = try most ?? (facts.tracking == .serial ? one(facts) : rest)
            if facts.tracking == .serial { try requireNew(lot, amount, facts, posting, view) }
            try put(lot, amount)
        }
        if rest > 0 {
            // Of goods that came by a paper nobody else says the lot.
            guard document.kind != .goodsReceipt, !isEarly else {
                throw Refusal(
                    .lotNeeded,
                    "\(Amount.text(rest, scale: facts.scale)) \(facts.unit) of \(facts.code) are of no "
                        + facts.tracking.rawValue,
                    next: "name it: --lot \(facts.code)=CODE@EXPIRY")
            }
            parts.append(Posting(posting.account, posting.commodity, rest))
        }
        return parts
    }

    private func one(_ facts: ItemFacts) throws -> Int64 {
        try Planner.narrow(Planner.power(facts.scale))
    }

    private func requireNew(
        _ lot: Lot, _ amount: Int64, _ facts: ItemFacts, _ posting: Posting, _ view: some BookView
    ) throws {
        guard try amount == one(facts) else {
            throw Refusal(.lotNeeded, "a serial number is of one \(facts.unit) of \(facts.code)")
        }
        let held = try planner.lots(of: facts.code, on: posting.account, view)
        let isNew = lot.account(on: posting.account).map { moved[$0] == nil } ?? false
        guard isNew, !held.contains(where: { $0.lot.code == lot.code }) else {
            throw Refusal(.lotNeeded, "\(facts.code) \(lot.code) is there already")
        }
    }

    /// The lots that goods of an arrival, or of a return, had, less those that came back before.
    private func known(
        _ code: ItemCode, _ document: DocumentHeader, _ view: some BookView
    ) throws -> [(Lot, Int64)] {
        guard let link = document.link else { return [] }
        var order: [Lot] = []
        var amounts: [Lot: Int128] = [:]
        func add(_ lot: Lot, _ amount: Int128) {
            if amounts[lot] == nil { order.append(lot) }
            amounts[lot, default: 0] += amount
        }
        switch (document.kind, link.relation) {
        case (.arrival, .receives):
            for event in try view.events(of: TransferNotes.entity(link.target))
            where event.kind == TransferNotes.Kind.lots {
                for (item, lot, amount) in TransferNotes.lots(event) where item == code {
                    add(lot, Int128(amount))
                }
            }
        case (.customerReturn, .returns):
            for posting in try view.transactions(of: link.target).flatMap(\.postings)
            where posting.commodity == .item(code) && posting.amount < 0 {
                if let lot = Lot(posting.account) { add(lot, -Int128(posting.amount)) }
            }
        default: return []
        }
        for posting in try view.transactions(about: link.target).flatMap(\.postings)
        where posting.commodity == .item(code) && posting.amount > 0 {
            if let lot = Lot(posting.account) { add(lot, -Int128(posting.amount)) }
        }
        return try order.compactMap { lot in
            let left = try Planner.narrow(max(amounts[lot] ?? 0, 0))
            return left > 0 ? (lot, left) : nil
        }
    }

    // MARK: Told to the other branch

    func sent(_ draft: Draft) -> (Scope, Event)? {
        guard let shipment, let number = shipment.number, !gone.isEmpty,
            let scope = draft.parts.first(where: {
                if case .between = $0.scope { true } else { false }
            })?.scope
        else { return nil }
        let fields = gone.sorted { $0.key < $1.key }.flatMap { code, lots in
            lots.map {
                Event.Field(
                    Commodity.item(code).name, .text("\($0.amount) \($0.lot.text)"))
            }
        }
        return (
            scope,
            Event(
                entity: TransferNotes.entity(number), kind: TransferNotes.Kind.lots,
                person: shipment.person, effectiveDate: shipment.effectiveDate,
                fields: Array(fields.prefix(Event.fieldsMax)))
        )
    }
}

extension TransferNotes {
    /// Items, lots and base units that a shipment is made of.
    static func lots(_ event: Event) -> [(ItemCode, Lot, Int64)] {
        event.fields.compactMap { field in
            guard case .item(let code)? = Commodity(field.name), let text = field.value.text,
                let blank = text.firstIndex(of: " "), let amount = Int64(text[..<blank]),
                amount > 0, let lot = Lot(text[text.index(after: blank)...])
            else { return nil }
            return (code, lot, amount)
        }
    }
}
