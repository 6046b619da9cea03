package import Replica

/// Turns commands into the ops that a node writes. A plan is a pure function of the command, the
/// books as they are read, and these settings; or a refusal with its reason.
package struct Planner: Sendable {
    package let branch: BranchCode
    package let ledger: Ledger
    /// What the node may write.
    package let grants: Set<Grant>
    package let today: Day
    /// Who acts where a command names nobody.
    package let person: String

    package static let linesMax = 20_000
    /// Notices in a draft; the last says how many were left out.
    static let noticesMax = 20

    package init(
        branch: BranchCode, ledger: Ledger, grants: Set<Grant>, today: Day, person: String
    ) {
        self.branch = branch
        self.ledger = ledger
        self.grants = grants
        self.today = today
        self.person = person
    }

    /// - Throws: `Refusal` for what the books refuse, `BooksError` and `FactError` for figures that
    ///   do not fit, what the view throws.
    package func plan(_ command: Command, _ view: some BookView) throws -> Draft {
        try requireCurrencyFits(command)
        let draft = try draft(command, view)
        if command.mayRepeat { return try withoutRepeats(draft, view) }
        // What people say of their work stands in no ledger.
        switch command {
        case .work, .acceptBoth: return draft
        default: break
        }
        return try noteStrangers(
            try noteOpenDay(
                try withBarriers(try withLots(draft, command, view), command, view), command, view),
            view)
    }

    /// What a register says already, and alone, is not said again.
    private func withoutRepeats(_ draft: Draft, _ view: some BookView) throws -> Draft {
        let changed = try draft.changing { part in
            try part.ops.filter { op in
                guard case .set(let write) = op else { return true }
                return try view.values(entity: write.entity, attribute: write.attribute)
                    != [write.value]
            }
        }
        guard !changed.parts.isEmpty else {
            throw Refusal(.nothingChanges, "all of that is so already")
        }
        return changed
    }

    private func draft(_ command: Command, _ view: some BookView) throws -> Draft {
        switch command {
        case .addItems(let changes): try addItems(changes, view)
        case .setItem(let change): try setItem(change, view)
        case .putItem(let change):
            try view.item(try Self.code(change.code)) == nil
                ? addItems([change], view) : setItem(change, view)
        case .receive(let details, let lines, let supplier):
            try receive(details, lines, supplier: supplier, view)
        case .sell(let details, let lines, let tender):
            try sell(details, lines, tender: tender, view)
        case .giveBack(let details, let lines, let sale, let tender):
            try giveBack(details, lines, sale: sale, tender: tender, view)
        case .exchange(let details, let back, let sale, let lines, let tender):
            try exchange(details, back, sale: sale, for: lines, tender: tender, view)
        case .sendBack(let details, let lines, let receipt, let supplier):
            try sendBack(details, lines, receipt: receipt, supplier: supplier, view)
        case .ship(let details, let lines, let other): try ship(details, lines, to: other, view)
        case .move(let details, let lines, let other): try move(details, lines, to: other, view)
        case .repack(let details, let lines, let product, let extra):
            try repack(details, lines, into: product, extra: extra, view)
        case .setLocation(let change): try setLocation(change, view)
        case .setStocking(let change): try setStocking(change, view)
        case .arrive(let details, let lines, let shipment):
            try arrive(details, lines, shipment: shipment, view)
        case .settle(let details, let lines, let shipment, let areLost):
            try settle(details, lines, shipment: shipment, areLost: areLost, view)
        case .recall(let details, let shipment): try recall(details, shipment: shipment, view)
        case .writeOff(let details, let lines): try writeOff(details, lines, view)
        case .find(let details, let lines): try find(details, lines, view)
        case .bringForward(let details, let act): try bringForward(details, act, view)
        case .count(let details, let act): try count(details, act, view)
        case .order(let details, let act): try order(details, act, view)
        case .quota(let details, let act): try quota(details, act, view)
        case .till(let details, let act): try till(details, act, view)
        case .claim(let details, let act): try claim(details, act, view)
        case .setWorkflow(let change): try setWorkflow(change, view)
        case .setPerson(let change): try setPerson(change, view)
        case .setEntity(let change): try setEntity(change, view)
        case .setTransferPrice(let from, let to, let rule):
            try setTransferPrice(from: from, to: to, rule: rule, view)
        case .setParty(let change): try setParty(change, view)
        case .setPrices(let change): try setPrices(change, view)
        case .setLead(let from, let to, let days):
            try setLead(from: from, to: to, days: days, view)
        case .setBranchPrices(let list, let branch):
            try setBranchPrices(list, of: branch, view)
        case .mergeItem(let item, let other, let day):
            try mergeItem(item, into: other, on: day, view)
        case .revalue(let details, let item, let change):
            try revalue(details, item: item, change, view)
        case .spread(let details, let receipt, let amount, let basis):
            try spread(details, receipt: receipt, amount, by: basis, view)
        case .pay(let details, let payment): try pay(details, payment, view)
        case .match(let details, let act): try match(details, act, view)
        case .invoice(let details, let act): try invoice(details, act, view)
        case .debt(let details, let act): try debt(details, act, view)
        case .bank(let details, let act): try bank(details, act, view)
        case .settleTender(let details, let asked): try settleTender(details, asked, view)
        case .setTender(let change): try setTender(change, view)
        case .journal(let details, let lines): try journal(details, lines, view)
        case .setRecurring(let change): try setRecurring(change, view)
        case .reverse(let details, let number): try reverse(details, number: number, view)
        case .between(let details, let act): try between(details, act, view)
        case .acceptBoth(let details, let numbers): try acceptBoth(details, numbers, view)
        case .close(let details, let day, let isYearEnd):
            try close(details, through: day, isYearEnd: isYearEnd, view)
        case .reopen(let details, let number): try reopen(details, number, view)
        case .seal(let details, let act): try seal(details, act, view)
        case .work(let details, let act): try work(details, act, view)
        case .setTarget(let change): try setTarget(change, view)
        case .setTolerance(let percent): try setTolerance(percent, view)
        case .setChart(let change): try setChart(change, view)
        case .setRate(let currency, let rate, let day, let third):
            try setRate(currency, rate, from: day, in: third, view)
        case .currency(let details, let act): try currency(details, act, view)
        }
    }
}

// MARK: What every document has

extension Planner {
    func requireTrade() throws(Refusal) {
        guard grants.contains(.trade(branch)) else {
            throw Refusal(
                .noGrant, "this node may not trade for \(branch)",
                next: "work at a node of the branch that may")
        }
    }

    func requireMoney(_ what: String) throws(Refusal) {
        guard grants.contains(.money(branch)) else {
            throw Refusal(
                .noGrant, "this node may not write \(what) of \(branch)",
                next: "leave it to the keeper of \(branch)")
        }
    }

    /// The head of a new document: checked texts, its number, its date, which is raised to that of the
    /// document it refers to.
    func header(
        _ kind: DocumentKind, _ details: Details, link: DocumentLink? = nil,
        notBefore: Day? = nil, party: String? = nil, checksPeriod: Bool = true,
        _ view: some BookView
    ) throws -> DocumentHeader {
        let first = try checksPeriod ? openToday(view) : today
        let asked = try details.date.map { try Self.day($0) } ?? first
        let date = max(asked, notBefore ?? asked)
        if checksPeriod { try requireOpen(date, view) }
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        let party = try (party ?? details.party).map { try self.party($0, view) }
        if let party { try Self.check(party, "party", DocumentHeader.partyBytesMax) }
        if let memo = details.memo { try Self.check(memo, "memo", DocumentHeader.memoBytesMax) }
        let year = UInt16(clamping: today.civil.year)
        return DocumentHeader(
            kind: kind, number: try view.nextNumber(kind, year: year),
            effectiveDate: date, person: person, party: party, link: link,
            memo: details.memo, external: try external(details.external, view))
    }

    /// - Throws: `.alreadyRecorded` where any of the lines was recorded before.
    private func external(
        _ external: Details.External?, _ view: some BookView
    ) throws -> ExternalReference? {
        guard let external else { return nil }
        try Self.check(external.source, "source", ExternalReference.bytesMax)
        try Self.check(external.key, "key", ExternalReference.bytesMax)
        guard external.first <= external.last else {
            throw Refusal(.badOption, "lines \(external.first) to \(external.last) are none")
        }
        let asked = external.first...external.last
        let recorded = try view.recorded(source: external.source, key: external.key)
        if let known = recorded.first(where: { $0.overlaps(asked) }) {
            throw Refusal(
                .alreadyRecorded,
                "lines \(known.lowerBound) to \(known.upperBound) of \(external.key) were recorded before",
                recorded: recorded.filter { $0.overlaps(asked) })
        }
        return ExternalReference(
            source: external.source, key: external.key, first: external.first,
            last: external.last)
    }

    /// Says what an attribute is, in place of all that shows of it.
    func set(
        _ entity: String, _ attribute: String, _ value: Value, _ view: some BookView
    ) throws -> Operation {
        .set(
            RegisterWrite(
                entity: entity, attribute: attribute, value: value,
                supersedes: Array(
                    try view.dots(entity: entity, attribute: attribute)
                        .prefix(RegisterWrite.supersedesMax))))
    }

    package static func check(_ text: String, _ what: String, _ bytesMax: Int) throws(Refusal) {
        guard (1...bytesMax).contains(text.utf8.count),
            !text.unicodeScalars.contains(where: {
                $0.value < 0x20 || (0x7f...0x9f) ~= $0.value
            })
        else {
            throw Refusal(
                .badText, "a \(what) has 1 to \(bytesMax) bytes and no control characters")
        }
    }

    package static func day(_ text: String) throws(Refusal) -> Day {
        guard let day = Day(text) else {
            throw Refusal(.badDate, "\(text) is not a date", next: "write it as in 2026-11-24")
        }
        return day
    }

    static func number(_ text: String) throws(Refusal) -> DocumentNumber {
        guard let number = DocumentNumber(text) else {
            throw Refusal(
                .badDocumentNumber, "\(text) is not a document's number",
                next: "write it as in HZa-S-2026-000123")
        }
        return number
    }

    /// Names of drawers and banks: small letters, digits and `-`.
    package static func name(_ text: String, _ what: String) throws(Refusal) -> String {
        guard (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            })
        else {
            throw Refusal(
                .badOption, "\(text) is not the name of a \(what)",
                next: "use small letters, digits and `-`, as in cash")
        }
        return text
    }

    func check(count: Int) throws(Refusal) {
        guard count > 0 else { throw Refusal(.emptyDocument, "the document has no lines") }
        guard count <= Self.linesMax else {
            throw Refusal(
                .tooManyLines, "a document has at most \(Self.linesMax) lines, not \(count)",
                next: "split it")
        }
    }

    /// An item by its code, or by a barcode that is one item's alone; with the pack of the barcode.
    func packed(_ text: String, _ view: some BookView) throws -> (facts: ItemFacts, pack: String?) {
        if let code = ItemCode(text), let facts = try view.item(code) { return (facts, nil) }
        guard text.utf8.count <= Self.barcodeBytesMax else { throw Self.unknown(text) }
        // Items that were merged are one.
        let all = try view.items(barcode: text)
        let found = try all.filter { one in
            try all.count == 1 || view.item(one.item)?.alias == nil
        }
        guard found.count < 2 else {
            throw Refusal(
                .ambiguousBarcode,
                "barcode \(text) is that of \(found.map(\.item.text).joined(separator: ", "))",
                next: "name the item by its code")
        }
        guard let one = found.first, let facts = try view.item(one.item) else {
            throw Self.unknown(text)
        }
        return (facts, one.pack)
    }

    static let barcodeBytesMax = 64

    private static func unknown(_ text: String) -> Refusal {
        Refusal(
            .unknownItem, "there is no item \(text)", next: "add it with `branchbook item add`")
    }

    func item(_ text: String, _ view: some BookView) throws -> ItemFacts {
        try packed(text, view).facts
    }

    /// What a line takes: base units, and how many of them its price is for.
    struct Goods {
        let facts: ItemFacts
        let quantity: Int64
        /// The pack that the line is in; nil for base units.
        let pack: String?
        /// Base units that a price or cost is of.
        let per: Int64
    }

    /// An item that may be traded, and a quantity above zero.
    func goods(_ line: Line, _ view: some BookView) throws -> Goods {
        let goods = try measured(line.item, line.quantity, view)
        guard goods.facts.isActive else {
            throw Refusal(.itemInactive, "item \(goods.facts.code) is not active")
        }
        guard goods.quantity > 0 else {
            throw Refusal(.notPositive, "\(line.quantity) \(goods.facts.code) is not positive")
        }
        return goods
    }

    /// `2.5`, `3 box`, `3box`; without a unit it is the barcode's, or the base unit.
    func measured(_ item: String, _ text: String, _ view: some BookView) throws -> Goods {
        let (facts, barcodePack) = try packed(item, view)
        let figure = text.prefix { "+-.0123456789".contains($0) }
        let named = text.dropFirst(figure.count).drop { $0 == " " }
        let one = Int64(try Self.narrow(Self.power(facts.scale)))
        guard let unit = named.isEmpty ? barcodePack : String(named), unit != facts.unit else {
            return Goods(
                facts: facts, quantity: try Amount.parse(String(figure), scale: facts.scale),
                pack: nil, per: one)
        }
        // Where there are no packs it is no unit that is wrong.
        guard !figure.isEmpty, !facts.packs.isEmpty || barcodePack != nil,
            unit.first?.isLetter == true
        else { throw BooksError.notANumber(text) }
        guard let pack = facts.packs[unit] else {
            throw Refusal(
                .unknownUnit, "\(facts.code) has no unit \(unit)",
                next: "use \(([facts.unit] + facts.packs.keys.sorted()).joined(separator: ", "))")
        }
        // Of a pack that can be opened, a part of its base units; whole ones of the smallest.
        let count = Int128(try Amount.parse(String(figure), scale: Amount.scaleMax))
        let (quantity, rest) = (count * Int128(pack.quantity)).quotientAndRemainder(
            dividingBy: Self.power(Amount.scaleMax))
        guard rest == 0 else { throw BooksError.tooPrecise(text, scale: facts.scale) }
        return Goods(
            facts: facts, quantity: try Self.narrow(quantity), pack: unit, per: pack.quantity)
    }

    func requireStock(_ facts: ItemFacts) throws(Refusal) {
        guard !facts.isService else {
            throw Refusal(.serviceHasNoStock, "\(facts.code) is a service and has no stock")
        }
    }

    func currency() -> Commodity { .currency(ledger.currency) }

    /// A price for `per` base units times a quantity, in minor units.
    func worth(_ millionths: Int64, _ quantity: Int64, per: Int64) throws -> Int64 {
        try Amount.worth(millionths, quantity, per: per, scale: ledger.scale)
    }

    func worth(_ unitMillionths: Int64, _ quantity: Int64, _ facts: ItemFacts) throws -> Int64 {
        try worth(
            unitMillionths, quantity, per: try Self.narrow(Self.power(facts.scale)))
    }

    package static func power(_ digits: Int) -> Int128 {
        (0..<digits).reduce(Int128(1)) { product, _ in product * 10 }
    }

    static func divide(_ value: Int128, by divisor: Int128) throws -> Int64 {
        try Amount.divide(value, by: divisor)
    }

    static func narrow(_ value: Int128) throws -> Int64 {
        guard let narrow = Int64(exactly: value) else { throw BooksError.overflow }
        return narrow
    }
}
