/// A named place that amounts move between. The name says the home scope and who may write it.
///
/// `trade/<B>`: `stock/B/<location>`, and behind it `/reserved` and
/// `/promised/<other>`, `early/B/<other>`, `prepaid/B`, `over-short/B`, `customer/B`, `supplier/B`, `shrinkage/B`, `sales/B`, `tax/B`,
/// `tender/B/<kind>`, `receivable/B/<party>`, `rounding/B`, `trade-exchange/B`, `exchange-gain/B`, `exchange-loss/B`.
/// `money/<B>`: `inventory/B`, `cost-of-sales/B`, `shipped/B`, `payable/B/<party>`, `bank/B/<name>`,
/// `expense/B/<name>`, `income/B/<name>`, `equity/B/<name>`, `asset/B/<name>`, `liability/B/<name>`,
/// `write-off/B`, `variance/B`, `revaluation/B`, `input-tax/B`, `money-exchange/B`, `transfer-sales/B/<other>`,
/// `transfer-cost/B/<other>`, `transfer-tax/B`.
/// `between/<a>+<b>`: `transit/a+b/<document>`, `dispute/a+b/<document>`; rights: `granted/<shelf>/<seller>`,
/// `grant/a+b/<document>`, `quota/<shelf>/<seller>`, `committed/a+b/<order>`.
/// `between-money/<a>+<b>`: `due-from/<owner>/<other>`, `due-to/<owner>/<other>`.
/// Any scope: `via/<other scope>`, the mirror of that scope's account for this one.
package struct Account: Sendable, CustomStringConvertible {
    package let name: String
    package let root: Root
    package let place: Place

    package enum Root: String, CaseIterable, Sendable {
        /// Goods that stand on a shelf before the entries of the branch they came from (below zero).
        case early
        case stock, customer, supplier, shrinkage, sales, tax, tender, receivable, rounding
        case inventory, costOfSales = "cost-of-sales", shipped, payable, bank, expense, income
        case equity, asset, liability, writeOff = "write-off", variance, revaluation
        case inputTax = "input-tax"
        /// Goods that another branch was charged a price for: what it was charged (below zero), what they had cost, and
        /// the tax on them (below zero).
        case transferSales = "transfer-sales", transferCost = "transfer-cost"
        case transferTax = "transfer-tax"
        case transit, dispute
        /// Rights on goods of another branch: all that were given (below zero), given and not taken up,
        /// taken up, sold and not delivered.
        case granted, grant, quota, committed
        /// Taken for goods that were not delivered yet.
        case prepaid
        /// What drawers held more (below zero) or less than the books had.
        case overShort = "over-short"
        case dueFrom = "due-from", dueTo = "due-to"
        /// Between an amount of another currency and what it is carried at, in the scope of the one or the other: worth
        /// nothing.
        case tradeExchange = "trade-exchange", moneyExchange = "money-exchange"
        /// What amounts of other currencies came to be worth more (below zero) or less.
        case exchangeGain = "exchange-gain", exchangeLoss = "exchange-loss"
        case via
    }

    /// Whose account it is.
    package enum Place: Hashable, Sendable {
        case branch(BranchCode)
        case pair(BranchPair)
        /// `owner` writes it; it stands towards `other`.
        case side(owner: BranchCode, other: BranchCode)
        /// A bridge: the scope on its far side. Its home is whatever scope it is posted in.
        case bridge(Scope)
    }

    package static let nameBytesMax = 200

    package init?(_ name: String) {
        guard name.utf8.count <= Self.nameBytesMax else { return nil }
        // By bytes: a mark that joins the slash before it is no part of that.
        let parts = name.utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false
        ).map { Substring($0) }
        guard parts.count >= 2, let root = Root(rawValue: String(parts[0])) else { return nil }
        let rest = parts.count == 3 ? parts[2] : nil
        switch root {
        case .via:
            guard let scope = Scope(Substring(name.utf8.dropFirst(4))) else { return nil }
            place = .bridge(scope)
        case .transit, .dispute, .grant, .committed:
            guard let pair = BranchPair(parts[1]), rest?.isEmpty == false else { return nil }
            place = .pair(pair)
        case .dueFrom, .dueTo, .granted, .quota:
            guard let first = BranchCode(parts[1]), let second = rest.flatMap({ BranchCode($0) }),
                first != second
            else { return nil }
            // A quota is the seller's, who is named second.
            place =
                root == .quota
                ? .side(owner: second, other: first) : .side(owner: first, other: second)
        case .early, .transferSales, .transferCost:
            guard let owner = BranchCode(parts[1]), let other = rest.flatMap({ BranchCode($0) }),
                owner != other
            else { return nil }
            place = .branch(owner)
        case .stock, .tender, .receivable, .payable, .bank, .expense, .income, .equity, .asset,
            .liability:
            guard let branch = BranchCode(parts[1]), rest?.isEmpty == false else { return nil }
            place = .branch(branch)
        case .customer, .supplier, .shrinkage, .sales, .tax, .rounding, .inventory, .costOfSales,
            .shipped, .writeOff, .variance, .revaluation, .inputTax, .prepaid, .overShort,
            .tradeExchange, .moneyExchange, .exchangeGain, .exchangeLoss, .transferTax:
            guard let branch = BranchCode(parts[1]), rest == nil else { return nil }
            place = .branch(branch)
        }
        self.name = name
        self.root = root
    }

    /// The scope this account lives in; nil for a bridge, which lives in many.
    package var home: Scope? {
        switch (root, place) {
        case (.via, _): nil
        case (_, .pair(let pair)): .between(pair)
        case (.granted, .side(let owner, let other)), (.quota, .side(let owner, let other)):
            BranchPair(owner, other).map { .between($0) }
        case (_, .side(let owner, let other)): BranchPair(owner, other).map { .betweenMoney($0) }
        case (let root, .branch(let branch)): root.isMoney ? .money(branch) : .trade(branch)
        case (_, .bridge): nil
        }
    }

    package var description: String { name }

    /// What stands behind the branch that it is of, such as a party; empty where nothing does.
    package var rest: String {
        guard case .branch(let branch) = place else { return "" }
        return String(
            decoding: name.utf8.dropFirst(
                root.rawValue.utf8.count + branch.text.utf8.count + 2), as: UTF8.self)
    }
}

extension Account.Root {
    /// Lives in `money/<branch>` rather than `trade/<branch>`.
    package var isMoney: Bool {
        switch self {
        case .inventory, .costOfSales, .shipped, .payable, .bank, .expense, .income, .equity,
            .asset, .liability, .writeOff, .variance, .revaluation, .inputTax, .moneyExchange,
            .transferSales, .transferCost, .transferTax:
            true
        case .early, .stock, .customer, .supplier, .shrinkage, .sales, .tax, .tender, .receivable,
            .rounding, .transit, .dispute, .dueFrom, .dueTo, .granted, .grant, .quota, .committed,
            .prepaid, .overShort, .tradeExchange, .exchangeGain, .exchangeLoss, .via:
            false
        }
    }

    /// Between an amount of another currency and what it is carried at.
    package var isExchange: Bool { self == .tradeExchange || self == .moneyExchange }

    /// Only the holder posts here: the balance is a prefix sum of one log.
    package var isHeld: Bool {
        switch self {
        case .stock, .early, .granted, .quota: true
        default: false
        }
    }
}

extension Account {
    package static func stock(_ branch: BranchCode, _ location: String = "main") -> Account {
        Account(known: "stock/\(branch)/\(location)")
    }
    /// Goods of another branch that stand at `branch` before its entries have come.
    package static func early(_ branch: BranchCode, from other: BranchCode) -> Account {
        Account(known: "early/\(branch)/\(other)")
    }
    /// Goods of a location that are kept for orders.
    package static func reserved(on shelf: Account) -> Account {
        Account(known: shelf.name + reservedSuffix)
    }

    private static let reservedSuffix = "/reserved"

    /// Goods of a location that another branch may sell.
    package static func promised(on shelf: Account, to seller: BranchCode) -> Account {
        Account(known: "\(shelf.name)\(promisedInfix)\(seller)")
    }

    private static let promisedInfix = "/promised/"

    /// Of goods that stand somewhere: the account of the whole location, whatever they are kept for.
    package var shelf: Account? {
        guard root == .stock else { return nil }
        let parts = name.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count == 4 ? Account(parts[..<3].joined(separator: "/")) : self
    }

    /// Of goods in transit: what they left with. Nil where the name says no number: a peer may post to any.
    package var shipment: DocumentNumber? {
        guard root == .transit, case .pair(let pair) = place else { return nil }
        return DocumentNumber(name.dropFirst("transit/\(pair)/".count))
    }

    /// What the goods of a location are kept for.
    package enum Purpose: Hashable, Sendable {
        case free, reserved
        /// To a branch that may sell them.
        case promised(BranchCode)
        /// No goods on a shelf, or by a name that says something else.
        case other
    }

    package var purpose: Purpose {
        guard let shelf else { return .other }
        guard shelf != self else { return .free }
        let rest = name.dropFirst(shelf.name.count)
        if rest == Self.reservedSuffix { return .reserved }
        guard rest.hasPrefix(Self.promisedInfix),
            let seller = BranchCode(rest.dropFirst(Self.promisedInfix.count))
        else { return .other }
        return .promised(seller)
    }

    package static func tender(_ branch: BranchCode, _ kind: String) -> Account {
        Account(known: "tender/\(branch)/\(kind)")
    }
    package static func simple(_ root: Root, _ branch: BranchCode) -> Account {
        Account(known: "\(root.rawValue)/\(branch)")
    }
    package static func named(_ root: Root, _ branch: BranchCode, _ name: String) -> Account {
        Account(known: "\(root.rawValue)/\(branch)/\(name)")
    }
    package static func transit(_ pair: BranchPair, _ document: String) -> Account {
        Account(known: "transit/\(pair)/\(document)")
    }
    package static func dispute(_ pair: BranchPair, _ document: String) -> Account {
        Account(known: "dispute/\(pair)/\(document)")
    }
    /// Below zero: all rights on goods of `shelf` that `seller` was given and that stand.
    package static func granted(_ shelf: BranchCode, _ seller: BranchCode) -> Account {
        Account(known: "granted/\(shelf)/\(seller)")
    }
    package static func grant(_ pair: BranchPair, _ document: String) -> Account {
        Account(known: "grant/\(pair)/\(document)")
    }
    package static func quota(_ shelf: BranchCode, _ seller: BranchCode) -> Account {
        Account(known: "quota/\(shelf)/\(seller)")
    }
    package static func committed(_ pair: BranchPair, _ order: String) -> Account {
        Account(known: "committed/\(pair)/\(order)")
    }
    package static func dueFrom(_ owner: BranchCode, _ other: BranchCode) -> Account {
        Account(known: "due-from/\(owner)/\(other)")
    }
    package static func dueTo(_ owner: BranchCode, _ other: BranchCode) -> Account {
        Account(known: "due-to/\(owner)/\(other)")
    }
    /// What `other` was charged for goods of `branch`, beside tax.
    package static func transferSales(_ branch: BranchCode, _ other: BranchCode) -> Account {
        Account(known: "transfer-sales/\(branch)/\(other)")
    }
    /// What these goods had cost `branch`.
    package static func transferCost(_ branch: BranchCode, _ other: BranchCode) -> Account {
        Account(known: "transfer-cost/\(branch)/\(other)")
    }
    package static func via(_ scope: Scope) -> Account { Account(known: "via/\(scope.name)") }

    /// A name this program composed from checked parts.
    private init(known name: String) {
        guard let account = Account(name) else {
            preconditionFailure("no account is called \(name)")
        }
        self = account
    }
}

/// Names are compared byte for byte: two spellings that merely look alike are two accounts on
/// every replica.
extension Account: Hashable {
    package static func == (a: Self, b: Self) -> Bool { a.name.utf8.elementsEqual(b.name.utf8) }
    package func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(byte) }
    }
}
