import Replica

/// What somebody may do at a node. What a company calls its roles beside these is for its workflows alone.
package enum Role: String, CaseIterable, Codable, Sendable {
    case clerk, storekeeper, buyer, bookkeeper, manager, auditor, administrator

    package var rights: Set<Right> {
        switch self {
        case .clerk: [.sell, .work]
        case .storekeeper: [.moveGoods, .work]
        case .buyer: [.buy, .moveGoods, .seeCost, .work]
        case .bookkeeper: [.book, .close, .describe, .seeCost, .export, .work]
        case .manager:
            [.sell, .moveGoods, .buy, .book, .close, .describe, .seeCost, .export, .work]
        case .auditor: [.seeCost, .export]
        case .administrator: [.describe, .people, .members, .work]
        }
    }

    /// How many days back a document of theirs may be dated; nil: as far as books are open.
    package var daysBack: Int32? {
        switch self {
        case .clerk: 0
        case .storekeeper, .buyer: 3
        case .bookkeeper, .manager: nil
        case .auditor, .administrator: 0
        }
    }
}

package enum Right: String, CaseIterable, Codable, Sendable {
    /// Sales, returns, orders of customers, tills.
    case sell
    /// Receipts, transfers, stocktakes, write-offs, quotas.
    case moveGoods
    /// Orders from suppliers and other branches, goods that go back.
    case buy
    /// Payments, the journal, reversals, invoices, matches, banks.
    case book
    /// Closing periods, and opening them again.
    case close
    /// Items, parties, prices.
    case describe
    /// Roles, workflows, and who may sign in.
    case people
    /// Nodes and peers.
    case members
    /// What goods cost, and what is earned on them.
    case seeCost
    /// Whole books and lists for other programs.
    case export
    /// Tasks, comments, decisions and notices.
    case work
}

extension Command {
    /// What its author has to have the right to; nil where the books ask for a role by themselves.
    package var right: Right? {
        switch self {
        case .sell, .giveBack, .exchange, .till, .claim: .sell
        case .receive, .ship, .arrive, .move, .repack, .settle, .recall, .writeOff, .find,
            .setLocation, .setStocking, .quota:
            .moveGoods
        case .count(_, let act): act.isPricing ? .book : .moveGoods
        case .sendBack: .buy
        case .order(_, let act): act.right
        case .bringForward, .setRecurring, .pay, .journal, .revalue, .spread, .reverse, .between,
            .match, .invoice,
            .bank,
            .settleTender, .acceptBoth:
            .book
        case .debt(_, let act):
            switch act {
            case .writeOff, .book: .book
            case .approve, .refuse: nil
            }
        case .close, .reopen: .close
        case .currency: .book
        case .addItems, .setItem, .putItem, .setParty, .setPrices, .setLead, .setBranchPrices,
            .mergeItem, .setTender, .setTarget, .setRate, .setEntity, .setTransferPrice, .setChart,
            .setTolerance:
            .describe
        case .setWorkflow, .setPerson, .seal(_, .seal): .people
        case .seal(_, .confirm): .close
        case .work(_, let act): act.right
        }
    }
}

extension Command {
    /// Is its total what a customer pays or paid? All others are what goods cost, or money of the branch.
    package var tellsPrices: Bool {
        switch self {
        case .sell, .giveBack, .exchange, .till: true
        case .order(_, let act): act.right == .sell
        default: false
        }
    }
}

extension CountAct {
    fileprivate var isPricing: Bool {
        if case .price = self { true } else { false }
    }
}

extension WorkAct {
    /// Whoever reads a notice may say so.
    fileprivate var right: Right? {
        if case .read = self { nil } else { .work }
    }
}

extension OrderAct {
    fileprivate var right: Right? {
        switch self {
        case .open(let form): form.kind == .sale ? .sell : .buy
        case .approve, .refuse, .withdraw: nil
        // Whose order it is its number tells.
        default:
            order.flatMap { DocumentNumber($0) }?.kind == .salesOrder ? .sell : .buy
        }
    }
}
