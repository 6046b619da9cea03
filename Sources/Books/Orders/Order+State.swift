package import Replica

/// How far an order is.
extension Order {
    /// The version that counts.
    package var current: Version? { versions.keys.filter { versions[$0]?.writer != nil }.max() }

    package var content: Content { current.flatMap { versions[$0] } ?? Content() }

    /// In the order in which they were written.
    package var lines: [OrderLine] { content.lines.sorted { $0.key < $1.key }.map(\.value) }

    /// Base units of each item.
    package var ordered: [ItemCode: Int128] {
        lines.reduce(into: [:]) { $0[$1.item, default: 0] += Int128($1.quantity) }
    }

    /// What is still to come or to go; never below zero.
    package func outstanding(_ item: ItemCode) -> Int128 {
        max((ordered[item] ?? 0) - (fulfilled[item] ?? 0), 0)
    }

    /// Base units that are kept for it on a shelf, and not gone yet.
    package func reserved(on shelf: Account, _ item: ItemCode) -> Int128 {
        max(reserved[.reserved(on: shelf)]?[item] ?? 0, 0)
    }

    /// On all shelves.
    package func reserved(_ item: ItemCode) -> Int128 {
        reserved.values.reduce(0) { $0 + max($1[item] ?? 0, 0) }
    }

    package var isReserving: Bool {
        reserved.values.contains { $0.contains { $0.value > 0 } }
    }

    /// Its figures' currency and scale. An order of a branch that keeps its books in another currency than the book's own
    /// always names one.
    package func figures(_ ledger: Ledger) -> Ledger {
        ledger.reading(currency ?? ledger.book.currency)
    }

    /// In minor units of the book's own currency, at the rate of the day on which it was opened; nil where that, or a price, is
    /// not known here.
    func ownTotal(_ ledger: Ledger) -> Int64? {
        let (figures, ledger) = (figures(ledger), ledger.book)
        guard let total = total(ledger), figures != ledger else { return total(ledger) }
        guard let rateMillionths, rateMillionths > 0 else { return nil }
        return try? Amount.converted(
            total, rate: ExactRate(millionths: rateMillionths), scale: figures.scale,
            to: ledger.scale)
    }

    /// In minor units of its currency, before tax; nil where a price is not known here.
    package func total(_ ledger: Ledger) -> Int64? {
        var sum = Int128(0)
        let scale = figures(ledger).scale
        for line in lines {
            guard let millionths = line.millionths,
                let worth = try? Amount.worth(
                    millionths, line.quantity, per: line.per, scale: scale)
            else { return nil }
            sum += Int128(worth)
        }
        return Int64(exactly: sum)
    }

    /// The steps that an order of this worth needs, with who took each: an approval counts once, and
    /// never of who wrote or submitted the version, nor for them.
    package func steps(_ ledger: Ledger) -> [(step: Workflow.Step, approval: Approval?)] {
        let content = content
        var used = Set([content.writer?.person, content.submitted?.person].compactMap { $0 })
        let total = ownTotal(ledger)
        return workflow.steps.filter { $0.isNeeded(of: total) }.map { step in
            let approval = content.approvals.first {
                $0.step == step.name && used.isDisjoint(with: $0.people)
            }
            used.formUnion(approval?.people ?? [])
            return (step, approval)
        }
    }

    /// The steps that nobody took yet, in order.
    package func openSteps(_ ledger: Ledger) -> [Workflow.Step] {
        steps(ledger).filter { $0.approval == nil }.map(\.step)
    }

    package func state(_ ledger: Ledger) -> State {
        if cancelled != nil { return .cancelled }
        let ordered = ordered
        let isMoving = fulfilled.contains { $0.value > 0 }
        let isDone =
            isMoving && ordered.allSatisfy { (fulfilled[$0.key] ?? 0) >= $0.value }
        if isDone { return .done }
        if closed != nil { return .closed }
        if isMoving { return .partDone }
        let content = content
        if content.placed != nil { return .placed }
        if content.refused != nil || content.withdrawn != nil { return .refused }
        if content.submitted != nil {
            return openSteps(ledger).isEmpty ? .approved : .submitted
        }
        return content.quoted == nil ? .draft : .quoted
    }

    /// May goods move for it? Those of a request may once it was approved, others once it was placed.
    package func isReleased(_ ledger: Ledger) -> Bool {
        switch state(ledger) {
        case .placed, .partDone, .done: true
        case .approved: kind == .request
        case .draft, .quoted, .submitted, .refused, .closed, .cancelled: false
        }
    }

    /// By when the next step should be taken.
    package func stepDue(_ ledger: Ledger) -> Day? {
        guard state(ledger) == .submitted, let submitted = content.submitted else { return nil }
        var from = submitted.day
        for (step, approval) in steps(ledger) {
            guard let approval else {
                return step.days.map { Day(number: from.number &+ $0) }
            }
            from = max(from, approval.mark.day)
        }
        return nil
    }

    /// What a person has to look at: the last word, and why.
    package func faults(_ ledger: Ledger) -> [Fault] {
        var faults: [Fault] = []
        let kept = Set(fulfilled.keys).filter {
            (fulfilled[$0] ?? 0) > (returned[$0] ?? 0)
        }.sorted()
        if cancelled != nil, !kept.isEmpty { faults.append(.goodsOfCancelled(kept)) }
        let rivals = versions.filter {
            $0.key.number == current?.number && $0.value.writer != nil
        }
        if rivals.count > 1, !state(ledger).isOver {
            faults.append(.rivals(rivals.keys.sorted().map(\.series)))
        }
        if cancelled == nil {
            for (version, content) in versions where content.placed != nil {
                if version != current {
                    faults.append(.placedOther(version))
                } else if content.refused != nil || content.withdrawn != nil
                    || !openSteps(ledger).isEmpty
                {
                    faults.append(.placedUnapproved)
                }
            }
        }
        let ordered = ordered
        let over = fulfilled.filter {
            $0.value > (ordered[$0.key] ?? 0) && ordered.isEmpty == false
        }
        if !over.isEmpty { faults.append(.tooMuch(over.keys.sorted())) }
        return faults.sorted { "\($0)" < "\($1)" }
    }

    package enum Fault: Hashable, Sendable {
        /// It was cancelled, and goods moved beside that: they go back.
        case goodsOfCancelled([ItemCode])
        /// Two nodes wrote a version beside each other.
        case rivals([String])
        /// Another version was placed than the one that counts.
        case placedOther(Version)
        /// It was placed, and an approval is missing or was taken back.
        case placedUnapproved
        case tooMuch([ItemCode])
    }
}

extension Order.Approval {
    var people: Set<String> { Set([mark.person, behalf].compactMap { $0 }) }
}
