package import Replica

extension DocumentKind {
    /// Who has one of these rights may write such a document, by whatever command. Empty for what keepers state by
    /// themselves.
    package var rights: Set<Right> {
        switch self {
        case .sale, .customerReturn, .tillShift: [.sell]
        case .goodsReceipt, .purchaseOrder: [.moveGoods, .buy]
        // Of an order or a request, and of what a customer brings back elsewhere.
        case .shipment, .arrival, .salesOrder, .transferRequest: [.moveGoods, .buy, .sell]
        case .quota: [.moveGoods, .sell]
        case .writeOff, .found, .move, .repack: [.moveGoods]
        case .count: [.moveGoods, .book]
        case .supplierReturn: [.buy]
        // A customer pays for an order.
        case .payment: [.book, .sell]
        case .revaluation, .journal, .invoice, .match: [.book]
        // Also of a stocktake, and of a close.
        case .reversal: [.book, .moveGoods, .close]
        case .close: [.close]
        case .task, .notice: [.work]
        case .statement: []
        }
    }
}

extension Role {
    /// Those of whom any may write such a document, in their order.
    package static func writing(_ kind: DocumentKind) -> [Role] {
        allCases.filter { !$0.rights.isDisjoint(with: kind.rights) }
    }
}
