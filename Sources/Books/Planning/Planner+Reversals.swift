package import Replica

/// A document that two took back beside each other: one of the two reversals is one too many.
package struct TakenBack: Sendable {
    /// Its reversals that nobody took back, in order, each with its head. The first one holds.
    package let standing: [(number: DocumentNumber, head: DocumentHeader)]

    /// Which one to take back; nil where there is none too many.
    package var surplus: DocumentNumber? { standing.count > 1 ? standing.last?.number : nil }

    /// Of kinds whose second reversal nothing but its opposite sets right: closes and stocktakes are done anew. Charges, which
    /// their keeper squares, are the caller's to tell apart.
    package static func isOrdinary(_ number: DocumentNumber) -> Bool {
        switch number.kind {
        case .close, .count: false
        default: true
        }
    }

    /// - Parameter about: the valid transactions of documents that link to one.
    package init(
        _ number: DocumentNumber, about: (DocumentNumber) throws -> [Transaction]
    ) rethrows {
        let branch = number.series.branch
        var heads: [DocumentNumber: DocumentHeader] = [:]
        for transaction in try about(number) {
            let head = transaction.document
            guard head.isOf(.reverses), head.kind == .reversal, transaction.isOf(branch),
                let own = head.number, own.series.branch == branch, own.kind == .reversal
            else { continue }
            heads[own] = heads[own] ?? head
        }
        standing = try heads.sorted { $0.key < $1.key }.compactMap { own, head in
            try about(own).haveReversal(of: own) ? nil : (own, head)
        }
    }
}

extension Planner {
    /// A reversal is final, unless another one did the same beside it: then the one with the highest number goes. Whoever
    /// settles it beside somebody else takes the same one back, and that is found again.
    func requireSurplus(
        _ number: DocumentNumber, _ head: DocumentHeader, _ view: some BookView
    ) throws {
        guard let target = head.link?.target, head.isOf(.reverses), TakenBack.isOrdinary(target),
            let surplus = try TakenBack(target, about: { try view.transactions(about: $0) }).surplus
        else {
            throw Refusal(
                .notReversible, "a reversal is not reversed",
                next: "enter the movement that sets it right")
        }
        guard surplus == number else {
            throw Refusal(
                .notReversible, "\(number) holds: \(target) was taken back twice",
                next: "`branchbook reverse \(surplus)`")
        }
    }
}
