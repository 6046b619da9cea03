import Sodium

/// Whose acts count: who was an administrator in what the author of an act had seen, and what removals leave of it.
///
/// - The founder is a principal administrator, and whom the recovery key names. The key alone removes a principal one.
/// - Any administrator names others; an act of one counts that had seen the naming. Only a principal one removes
///   others, and never a principal one: so no removal depends on another, and nobody undoes his own.
/// - Only a principal one adds legal entities, opens branches and makes keys: what everything else leans on, and what no
///   removal gives another place, would else be whose clock is the oldest.
/// - A removal names how far the acts of who is removed count. What lies above it and was not seen by it counts for
///   nothing, unless its author was named again by somebody who had seen the removal. Of several, all have to let an
///   act count; one that had seen another stands in its place.
/// - Seen is an entry that is held and whose hash a head names: what is yet to be written nobody can have seen.
/// - What counts for nothing decides nothing: neither what else counts nor in which order.
///
/// Law: a function of the set of entries. Cost: acts × namings of their author, of which a log has few.
struct Authority {
    /// Those of whoever might be an administrator; what was seen before what saw it.
    let steps: [Roster.Step]
    let reading: RosterReading
    private(set) var administrators: Set<NodeID> = []
    private(set) var principals: Set<NodeID> = []
    private(set) var offices: [NodeID: [Roster.Office]] = [:]
    /// Of the founder and of whom the recovery key named.
    private var spans: [NodeID: [Basis]] = [:]
    /// Of those whom administrators named, by acts that count.
    private var namings: [NodeID: [Basis]] = [:]
    /// By whom the key or a principal administrator removed: what ends a naming.
    private var removals: [NodeID: [Removal]] = [:]
    /// By place: does an act count?
    private var counting: [Bool] = []

    /// Where it is said. Genesis everybody has seen.
    private enum Origin {
        case genesis
        case key(Recovery)
        case act(Int)
    }

    /// Why somebody is an administrator.
    private struct Basis {
        let origin: Origin
        /// What ends it, and how far it lets count what follows from it.
        var against: [Removal]
        /// The same before others stood in the place of some.
        let former: [Removal]
    }

    private struct Removal {
        let origin: Origin
        let cut: Cut
        /// The node was put out: no later naming makes it one again.
        let isRevocation: Bool

        /// Of the act, where it is not the recovery key's.
        var place: Int? { if case .act(let place) = origin { place } else { nil } }
    }

    init(_ reading: RosterReading) {
        self.reading = reading
        steps = Self.ordered(reading.steps) { _ in false }.map { reading.steps[$0] }
        begin()
        judgeNamings()
        judge()
        conclude()
    }

    /// May this act change the roster?
    func counts(_ place: Int) -> Bool { counting[place] }

    /// What counts, in the order in which it takes effect. What the recovery key says takes effect by its number: who carries
    /// it may be looked at only since somebody removed named him, and puts nothing in another order.
    var effective: [(step: Roster.Step, isPrincipals: Bool)] {
        let places = steps.indices.filter { place in
            if case .recover = steps[place].act { return false }
            return counting[place]
        }
        let counted = places.map { steps[$0] }
        let ranks = places.map { isPrincipal($0) }
        return Self.ordered(counted) { ranks[$0] }.map { (counted[$0], ranks[$0]) }
    }

    // MARK: What rests on nothing else

    /// The founder, what the recovery key says, and the removals by those who are principal administrators by that.
    private mutating func begin() {
        var ended: [NodeID: [(number: UInt64, removal: Removal)]] = [:]
        for act in reading.recoveries {
            for cut in act.removals {
                let removal = Removal(
                    origin: .key(act), cut: reading.counted(cut), isRevocation: false)
                ended[cut.node, default: []].append((act.number, removal))
                removals[cut.node, default: []].append(removal)
            }
        }
        /// Of equal numbers, removal wins.
        func span(_ node: NodeID, _ number: UInt64, _ origin: Origin) {
            let against = (ended[node] ?? []).filter { $0.number >= number }.map(\.removal)
            spans[node, default: []].append(
                Basis(origin: origin, against: against, former: against))
        }
        span(reading.genesis.author, 0, .genesis)
        for act in reading.recoveries {
            for node in act.names { span(node, act.number, .key(act)) }
        }
        for (place, step) in steps.enumerated() {
            switch step.act {
            case .removeAdministrator(let cut), .revoke(let cut):
                guard cut.node != step.author, isPrincipal(place) else { continue }
                var isRevocation = false
                if case .revoke = step.act {
                    // A principal one is put out by the key alone.
                    isRevocation = !isProtected(cut.node, from: place, [])
                }
                removals[cut.node, default: []].append(
                    Removal(
                        origin: .act(place), cut: reading.counted(cut),
                        isRevocation: isRevocation))
            default: break
            }
        }
    }

    // MARK: What follows

    /// Which namings count, in order: one stands before what saw it. That rests on no removal that stands in the place of
    /// another, which is asked about afterwards.
    private mutating func judgeNamings() {
        counting = Array(repeating: false, count: steps.count)
        var revocations: [NodeID: [Int]] = [:]
        var said: [NodeID: [LogKey: Set<[Int]>]] = [:]
        for (place, step) in steps.enumerated() {
            switch step.act {
            case .nameAdministrator(let node):
                // Whom a removed one named is named again: to agree to the rest makes nobody an administrator.
                guard reading.namings.contains(step.dot), mayName(place),
                    !isPutOut(node, by: revocations[node] ?? [], for: place)
                else { continue }
                counting[place] = true
                let those = removals[node] ?? []
                let ending = those.indices.filter {
                    those[$0].isRevocation || !saw(place, those[$0].origin)
                }
                // Said again in one log without having seen more it makes nothing that the first does not.
                let log = LogKey(log: step.dot.log, author: step.author)
                guard said[node, default: [:]][log, default: []].insert(ending).inserted else {
                    continue
                }
                let about = ending.map { those[$0] }
                namings[node, default: []].append(
                    Basis(origin: .act(place), against: about, former: about))
            case .revoke(let cut) where cut.node != step.author && mayName(place):
                revocations[cut.node, default: []].append(place)
            default: break
            }
        }
        // A naming is ended by what it had not seen, and of several that saw each other by the last.
        for (node, those) in namings {
            namings[node] = those.map { naming in
                var naming = naming
                naming.against = naming.former.filter { old in
                    !naming.former.contains { replaces($0, old, of: node) }
                }
                return naming
            }
        }
    }

    private mutating func judge() {
        var revocations: [Int] = []
        for (place, step) in steps.enumerated() {
            let isPrincipal = isPrincipal(place)
            switch step.act {
            case .nameAdministrator, .found: break
            case .recover: counting[place] = reading.signed.contains(step.dot)
            case .removeAdministrator(let cut):
                counting[place] = isPrincipal && cut.node != step.author
            case .revoke(let cut):
                // What a node says of itself lets nothing of it count.
                guard cut.node != step.author, isPrincipal || isNamed(place) else { continue }
                counting[place] = true
                revocations.append(place)
            case .addEntity, .addBranch, .openEpoch: counting[place] = isPrincipal
            default: counting[place] = isPrincipal || isNamed(place)
            }
        }
        for place in revocations {
            guard case .revoke(let cut) = steps[place].act else { continue }
            let those = isPrincipal(place) ? [] : namings[cut.node] ?? []
            if isProtected(cut.node, from: place, those) { counting[place] = false }
        }
    }

    private mutating func conclude() {
        for node in Set(spans.keys).union(namings.keys) {
            let (key, named) = (spans[node] ?? [], namings[node] ?? [])
            if key.contains(where: \.against.isEmpty) { principals.insert(node) }
            if (key + named).contains(where: \.against.isEmpty) { administrators.insert(node) }
            offices[node] = (key + named.sorted { dot(of: $0.origin) < dot(of: $1.origin) }).map {
                basis in
                var place: Roster.Office.Place?
                if case .act(let act) = basis.origin {
                    place = .init(log: steps[act].dot.log, seq: steps[act].dot.seq)
                }
                let acts = basis.against.filter { $0.place != nil }
                    .sorted { dot(of: $0.origin) < dot(of: $1.origin) }
                return Roster.Office(
                    named: place,
                    cuts: (basis.against.filter { $0.place == nil } + acts).map(\.cut))
            }
        }
    }

    /// Where an act stands, whatever lies beside it.
    private func dot(of origin: Origin) -> Dot {
        if case .act(let place) = origin { return steps[place].dot }
        return reading.genesis.dot
    }

    /// Does an act count as that of the founder, or of one whom the key named?
    private func isPrincipal(_ place: Int) -> Bool {
        (spans[steps[place].author] ?? []).contains { span in
            saw(place, span.origin) && span.against.allSatisfy { covers($0, place) }
        }
    }

    private func isNamed(_ place: Int) -> Bool {
        (namings[steps[place].author] ?? []).contains { naming in
            saw(place, naming.origin) && naming.against.allSatisfy { covers($0, place) }
        }
    }

    private func mayName(_ place: Int) -> Bool {
        isPrincipal(place)
            || (namings[steps[place].author] ?? []).contains { naming in
                saw(place, naming.origin) && naming.former.allSatisfy { covers($0, place) }
            }
    }

    /// Had the author of a naming seen that the node was put out, by one who could do that as far as is seen there?
    private func isPutOut(_ node: NodeID, by revocations: [Int], for place: Int) -> Bool {
        let named = (namings[node] ?? []).filter { saw(place, $0.origin) }
        return revocations.contains { revocation in
            saw(place, .act(revocation))
                && !isProtected(node, from: revocation, isPrincipal(revocation) ? [] : named)
        }
    }

    /// A principal administrator removes a node once more, having seen that it was removed: more of what it did counts. Not so
    /// where it had been named again in between: that one ends the later naming.
    private func replaces(_ new: Removal, _ old: Removal, of node: NodeID) -> Bool {
        guard let place = new.place, old.place != nil, !new.isRevocation, !old.isRevocation,
            saw(place, old.origin)
        else { return false }
        return !(namings[node] ?? []).contains { between in
            guard case .act(let naming) = between.origin else { return false }
            return saw(naming, old.origin) && saw(place, .act(naming))
        }
    }

    /// Only a principal administrator puts an administrator out, and only the key a principal one: others do when they have
    /// seen that it is none any more.
    private func isProtected(_ node: NodeID, from place: Int, _ named: [Basis]) -> Bool {
        ((spans[node] ?? []) + named).contains { basis in
            !basis.former.contains { saw(place, $0.origin) }
        }
    }

    /// Does an act count although its author is removed?
    private func covers(_ removal: Removal, _ place: Int) -> Bool {
        let step = steps[place]
        return removal.cut.reaches(step.dot.log, step.dot.seq)
            || removal.place.map { saw($0, .act(place)) } ?? false
    }

    /// Had the author of an act seen that, or written it before?
    private func saw(_ later: Int, _ earlier: Origin) -> Bool {
        switch earlier {
        case .genesis: true
        case .key(let act): reading.saw(steps[later], act)
        case .act(let place): later != place && steps[later].hasSeen(steps[place])
        }
    }
}
