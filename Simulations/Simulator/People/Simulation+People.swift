import Books
import Engine

/// Acts reach machines, and replies reach people.
extension Simulation {
    func act(_ act: Act, _ number: Int) {
        guard let machine = machines.first(where: { $0.site == act.site && $0.isUp }) else {
            record.actsSkipped += 1
            return
        }
        guard let wish = people.wish(act, number) else {
            record.actsSkipped += 1
            return
        }
        ask(wish, of: machine)
        // At a copy of its disk somebody does the same in the same moment, with another note: the two
        // may differ in nothing that a header says.
        let copy = machines.first { $0.site == act.site && $0.isUp && $0 !== machine }
        if let copy, let twin = people.wish(act, number, mark: People.copyMark) {
            ask(twin, of: copy)
        }
    }

    func ask(_ wish: Wish, of machine: Machine) {
        let id = RequestID(machine.nextRequest)
        machine.nextRequest += 1
        people.asked(machine.index, id, wish, at: now)
        witness.wishes[People.Asked(machine: machine.index, request: id)] = wish
        trace.happened(
            at: now, [machine.index], "\(machine.name): act \(wish.act) \(wish.kind)")
        record.acts += 1
        submit(.request(id, wish.request), to: machine)
    }

    func replied(_ machine: Machine, _ id: RequestID, _ reply: Reply) throws {
        if case .progress = reply { return }
        if witness.replies[machine.index] != nil {
            witness.replies[machine.index]?[id] = reply
        }
        if case .report(let report) = reply, report.schema == People.printed {
            let facts = report.facts.reduce(into: [:]) { $0[$1.key] = $1.value.plain }
            if let number = facts["document"], let claim = facts["claim"] {
                people.keep(claim: claim, of: number)
            }
            return
        }
        guard let asked = people.heard(machine.index, id, reply, at: now) else { return }
        let wish = witness.wishes.removeValue(
            forKey: People.Asked(machine: machine.index, request: id))
        trace.happened(
            at: now, [machine.index], "\(machine.name): \(asked.kind) -> \(reply.short)")
        switch reply {
        case .outcome(let outcome):
            record.acknowledged += 1
            try witnessOutcome(outcome, machine, asked)
            if outcome.heldBy ?? 0 > 0 { record.reached(.waitedForPeer) }
            if outcome.notices.contains(where: { $0.hasPrefix("B0502") }) {
                record.reached(.waitedInVain)
            }
            if let wish {
                if case .perform(.close(_, let through, _), _, _) = wish.request {
                    try witnessClose(outcome.subject, through: through, at: machine)
                }
                file(wish, outcome)
                printPaper(wish, outcome, machine)
            }
        case .outcomes(let results):
            if wish?.kind == .reorder { record.reached(.reorderDrafted) }
            for case .done(let outcome) in results {
                record.acknowledged += 1
                try witnessOutcome(outcome, machine, asked)
            }
        case .refused(let refusal):
            record.refused += 1
            try judge(refusal, machine, asked)
        case .report, .progress: break
        }
    }

    /// Drivers have a delivery note, some customers a receipt.
    private func printPaper(_ wish: Wish, _ outcome: Outcome, _ machine: Machine) {
        guard wish.kind == .ship || wish.kind == .sell && wish.act % 4 == 0 else { return }
        let id = RequestID(machine.nextRequest)
        machine.nextRequest += 1
        submit(.request(id, .query(.paper(number: outcome.subject))), to: machine)
    }

    /// Keeps the paper of what was confirmed. A disk that lied lost documents, and their numbers are given
    /// again: an older paper of the same number is of nothing any more.
    private func file(_ wish: Wish, _ outcome: Outcome) {
        // What leaves no document keeps its number, but for an order that is new.
        if !wish.moves.isEmpty || wish.kind == .order { people.forgetPapers(of: outcome.subject) }
        fileOrder(wish, outcome)
        guard let memo = wish.moves.first?.memo else { return }
        switch wish.kind {
        case .ship:
            guard let to = wish.to else { return }
            people.shipments.append(
                People.Shipment(
                    number: outcome.subject, from: wish.site, to: to, lines: wish.lines))
        case .arrive:
            if let place = wish.uses {
                people.shipments[place].isTaken = true
                people.shipments[place].missing = wish.missing
            }
            if case .perform(.arrive(_, let lines, _), _, _) = wish.request {
                if lines.contains(where: { $0.damaged != nil }) { record.reached(.cameBroken) }
                if lines.contains(where: { $0.surplus != nil }) { record.reached(.cameBeside) }
                if outcome.notices.contains(where: { $0.contains("are awaited") }) {
                    record.reached(.cameEarly)
                }
            }
        case .settle:
            if let place = wish.uses { people.shipments[place].missing = [] }
            if case .perform(.settle(_, _, _, let areLost), _, _) = wish.request {
                record.reached(areLost ? .givenUp : .takenBack)
            }
        case .giveBack, .reverse:
            if let place = wish.uses { people.papers[wish.site]?[place].isUsed = true }
            if outcome.subject.contains("-A-") { record.reached(.backElsewhere) }
        case .grant, .sellOnQuota, .deliver, .rights, .order, .orderStep: break
        default:
            if wish.kind == .repack { record.reached(.repacked) }
            people.papers[wish.site, default: []].append(
                People.Paper(
                    memo: memo, number: outcome.subject, kind: wish.kind, lines: wish.lines))
        }
        if outcome.notices.contains(where: { $0.contains("shelf") || $0.contains("short") }) {
            record.reached(.shortageMarked)
        }
    }

    /// What people note of orders.
    private func fileOrder(_ wish: Wish, _ outcome: Outcome) {
        guard case .perform(let command, _, _) = wish.request else { return }
        func go(_ stage: People.CustomerOrder.Stage) {
            if let place = wish.uses { people.orders[place].stage = stage }
        }
        let isOfLots = wish.lines.contains { $0.item == People.lotItem }
        switch command {
        case .receive where isOfLots: record.reached(.lotsReceived)
        case .sell where isOfLots: record.reached(.lotsSold)
        case .ship where isOfLots: record.reached(.lotsSent)
        case .mergeItem: record.reached(.merged)
        case .close:
            record.reached(.periodClosed)
            people.closes[wish.site] = outcome.subject
        case .reopen:
            record.reached(.periodReopened)
            people.closes[wish.site] = nil
        case .setPrices: record.reached(.pricesSet)
        case .match: record.reached(.matched)
        case .invoice: record.reached(.invoiced)
        case .seal: record.reached(.periodSealed)
        case .currency: record.reached(.valued)
        case .between(_, .settle(let to, _, _)):
            people.moneySent.append((outcome.subject, to))
        case .between(_, .accept): record.reached(.moneyCame)
        case .order(_, .open(let form)):
            var order = People.CustomerOrder(
                number: outcome.subject, site: wish.site, lines: wish.lines)
            order.isPurchase = form.kind == .purchase
            people.orders.append(order)
        case .order(_, .approve):
            record.reached(.purchaseApproved)
            if let place = wish.uses { people.orders[place].isApproved = true }
        case .receive where wish.kind == .orderStep:
            record.reached(.purchaseReceived)
            go(.over)
        case .exchange: record.reached(.exchanged)
        case .till(_, .open): people.shifts[wish.site] = outcome.subject
        case .till(_, .close):
            record.reached(.shiftClosed)
            people.shifts[wish.site] = nil
        case .order(_, .place): go(.placed)
        case .order(_, .reserve):
            record.reached(.kept)
            if let place = wish.uses { people.orders[place].isKept = true }
        case .order(_, .cancel): go(.over)
        case .sell where wish.kind == .orderStep:
            record.reached(.orderSold)
            go(.over)
        case .quota(_, .grant):
            record.reached(.granted)
            for line in wish.lines {
                guard let seller = wish.to else { continue }
                people.grants.append((wish.site, seller, line.item))
            }
        case .quota(_, .sell):
            record.reached(.soldOnQuota)
            people.orders.append(
                People.CustomerOrder(
                    number: outcome.subject, site: wish.site, lines: wish.lines, stage: .placed,
                    shelf: wish.to))
        case .quota(_, .deliver):
            record.reached(.delivered)
            go(.over)
        case .quota(_, .giveBack), .quota(_, .reclaim): record.reached(.rightsBack)
        default: break
        }
    }

    /// A refusal has a reason that a person can act on.
    private func judge(
        _ refusal: Refusal, _ machine: Machine, _ asked: People.Pending
    ) throws {
        record.refusals[refusal.code.rawValue, default: 0] += 1
        switch refusal.code {
        case .ownLogBehind:
            record.reached(.heldBackAfterRestore)
            guard witness.wasSetBack(machine.index) || witness.copied.contains(machine.site)
            else { break }
            return
        case .storage, .damaged, .diskFull, .readOnly:
            guard witness.excusesStop(machine.index) else { break }
            return
        case .noGrant, .noBook:
            // A node whose roster has not come back yet cannot write.
            guard witness.wasSetBack(machine.index) else { break }
            return
        case .fault, .locked, .newerBook, .revoked: break
        default: return
        }
        throw Violation(
            .commandsAnswer, at: now,
            "\(machine.name) refuses \(asked.kind): \(refusal.code.rawValue) \(refusal.what)",
            machines: [machine.index])
    }
}

extension Reply {
    fileprivate var short: String {
        switch self {
        case .outcome(let outcome): outcome.subject
        case .outcomes(let results): "\(results.count) results"
        case .report(let report): report.schema
        case .refused(let refusal): "\(refusal.code.rawValue) \(refusal.what)"
        case .progress: "progress"
        }
    }
}
