package import Replica

/// Goods that stand at a branch before the entries of the branch they are of.
package enum EarlyGoods {
    /// What came with an arrival, of goods of `sender`, and is not matched.
    ///
    /// - Parameter transactions: those of the arrival, and of documents about it.
    package static func open(
        _ transactions: [Transaction], at branch: BranchCode, from sender: BranchCode
    ) -> [ItemCode: Int128] {
        guard branch != sender else { return [:] }
        var open: [ItemCode: Int128] = [:]
        for posting in transactions.flatMap(\.postings) {
            guard posting.account == .early(branch, from: sender),
                let item = posting.commodity.item
            else { continue }
            open[item, default: 0] -= Int128(posting.amount)
        }
        return open.filter { $0.value != 0 }
    }

    /// Arrivals among documents about a shipment that came before it was known, in order.
    package static func arrivals(_ about: [Transaction]) -> [DocumentNumber] {
        let early = about.filter { transaction in
            transaction.document.kind == .arrival
                && transaction.postings.contains { $0.account.root == .early }
        }
        return Set(early.compactMap(\.document.number)).sorted()
    }

    /// Did the branch that sold what came back with an arrival send it, in the scope between the two? Of the documents
    /// about it.
    package static func isBooked(_ about: [Transaction], _ pair: BranchPair) -> Bool {
        about.contains { transaction in
            transaction.document.kind == .shipment && transaction.document.isOf(.fulfils)
                && transaction.postings.contains {
                    $0.account.root == .transit && $0.account.place == .pair(pair)
                }
        }
    }
}
