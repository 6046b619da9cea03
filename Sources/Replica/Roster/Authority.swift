import Sodium

/// Whose acts count: who was an administrator in what the author of an act had seen, and what removals leave of it.
///
/// - The founder is a principal administrator, and whom the recovery key names. The key alone removes a principal one.
/// - Any administrator names others; an act of one counts that had seen the naming. Only a principal one removes
///   others, and never a principal one: so no removal depends on another, and nobody undoes his own.
/// - A removal names how far the acts of who is removed count. What lies above it and was not seen by it counts for
///   nothing, unless its author was named again by somebody who had seen the removal. Of several, all have to let an
///   act count; one that had seen another stands in its place.
/// - Seen is an entry that is held and whose hash a head names: what is yet to be written nobody can have seen.
///
/// Law: a function of the set of entries. Cost: acts × namings of their author, of which a log has few.
struct Authority {
    /// What was seen before what saw it; of the rest, the earlier first.
    let steps: [Roster.Step]
    private(set) var administrators: Set<NodeID> = []
    private(set) var principals: Set<NodeID> = []
    private(set) var offices: [NodeID: [Roster.Office]] = [:]
    /// Of each act of the recovery key, the logs in which it stands.
    private(set) var carriers: [[LogID]] = []
    /// Of the founder and of whom the recovery key named.
    private var spans: [NodeID: [Basis]] = [:]
    /// Of those whom administrators named, by acts that count.
    private var namings: [NodeID: [Basis]] = [:]
    /// By whom the key or a principal administrator removed: what ends a naming.
    private var removals: [NodeID: [Removal]] = [:]
    /// Where others than itself named a node.
    private var named: [NodeID: [Int]] = [:]
    /// The same as namings, had nobody ever been removed.
    private var namedOnce: [NodeID: [Int]] = [:]
    /// By place: does an act count, and would it, had nobody been removed?
    private var counting: [Bool] = []
    private var once: [Bool] = []

    /// Why somebody is an administrator.
    private struct Basis {
        /// Of the recovery key's act; 0 for genesis; nil for a naming.
        let number: UInt64?
        /// Where it stands: what the recovery key signed may stand in several logs, and genesis everybody has seen.
        let places: [Int]
        /// What ends it, and how far it lets count what follows from it.
        let against: [Removal]
        /// The same before others stood in the place of some.
        let former: [Removal]
    }

    private struct Removal {
        /// The act's; of the recovery key's, all at which it stands.
        let places: [Int]
        let cut: Cut
        /// Of an act of the recovery key.
        let number: UInt64?
        /// The node was put out: no later naming makes it one again.
        let isRevocation: Bool
    }

    /// Whom one log may name: more of it is not looked at.
    static let namingsMax = 16

    init(_ all: some Sequence<Roster.Step>, _ entries: RosterEntries) {
        let all = Array(all)
        let recoveries = Recoveries(all)
        let read = Self.read(all, entries)
        let possible = Self.possible(read.steps, read.namings, recoveries)
        steps = Self.ordered(
            read.steps.filter { possible.contains($0.author) || recoveries.isSigned($0.act) })
        begin(recoveries)
        judge(read.namings, recoveries)
        conclude()
    }

    /// May this act change the roster?
    func counts(_ place: Int) -> Bool { counting[place] }

    /// Would it, had nobody been removed? Whom such an author admitted, others may have met.
    func countedOnce(_ place: Int) -> Bool { once[place] }

    // MARK: What rests on nothing else

    /// The founder, what the recovery key says, and the removals by those who are principal administrators by that.
    private mutating func begin(_ recoveries: Recoveries) {
        var signed: [Signature: [Int]] = [:]
        for (place, step) in steps.enumerated() {
            if case .recover(let act) = step.act, recoveries.isSigned(step.act) {
                signed[act.signature, default: []].append(place)
            }
        }
        let said = recoveries.acts.map { (act: $0, places: signed[$0.signature] ?? []) }
        carriers = said.map { $0.places.map { steps[$0].dot.log } }
        for (act, places) in said {
            for cut in act.removals {
                removals[cut.node, default: []].append(
                    Removal(places: places, cut: cut, number: act.number, isRevocation: false))
            }
        }
        // Of equal numbers, removal wins.
        func against(_ node: NodeID, _ number: UInt64) -> [Removal] {
            (removals[node] ?? []).filter { $0.number.map { $0 >= number } ?? false }
        }
        if let founder = steps.first, case .found = founder.act {
            spans[founder.author, default: []].append(
                Basis(
                    number: 0, places: [], against: against(founder.author, 0), former: []))
        }
        for (act, places) in said {
            for node in act.names {
                spans[node, default: []].append(
                    Basis(
                        number: act.number, places: places, against: against(node, act.number),
                        former: []))
            }
        }
        for (place, step) in steps.enumerated() {
            switch step.act {
            case .removeAdministrator(let cut), .revoke(let cut):
                guard cut.node != step.author, isPrincipal(place) else { continue }
                var isRevocation = false
                if case .revoke = step.act { isRevocation = true }
                removals[cut.node, default: []].append(
                    Removal(places: [place], cut: cut, number: nil, isRevocation: isRevocation))
            case .nameAdministrator(let node) where node != step.author:
                named[node, default: []].append(place)
            default: break
            }
        }
    }

    // MARK: What follows

    /// In order: a naming stands before what saw it.
    private mutating func judge(_ allowed: Set<Dot>, _ recoveries: Recoveries) {
        counting = Array(repeating: false, count: steps.count)
        once = counting
        var revocations: [NodeID: [Int]] = [:]
        for (place, step) in steps.enumerated() {
            let isPrincipal = isPrincipal(place)
            let may = isPrincipal || isNamed(place)
            once[place] =
                (spans[step.author] ?? []).contains { isSeen($0, by: place) }
                || saw(place, namedOnce[step.author] ?? [])
            switch step.act {
            case .found: counting[place] = place == 0
            case .recover: counting[place] = recoveries.isSigned(step.act)
            case .nameAdministrator(let node):
                guard allowed.contains(step.dot) else { continue }
                if once[place] { namedOnce[node, default: []].append(place) }
                // Whom a removed one named is named again: to agree to the rest makes nobody an administrator.
                guard isPrincipal || isNamed(place, strictly: true),
                    !saw(place, revocations[node] ?? [])
                else { continue }
                counting[place] = true
                namings[node, default: []].append(naming(of: node, at: place))
            case .removeAdministrator(let cut):
                counting[place] = isPrincipal && cut.node != step.author
            case .revoke(let cut):
                // What a node says of itself lets nothing of it count.
                guard may, cut.node != step.author else { continue }
                counting[place] = true
                revocations[cut.node, default: []].append(place)
            default: counting[place] = may
            }
        }
        for (node, places) in revocations {
            for place in places where isProtected(node, from: place) { counting[place] = false }
        }
    }

    private mutating func conclude() {
        for node in Set(spans.keys).union(namings.keys) {
            let key = spans[node] ?? []
            let all = key + (namings[node] ?? [])
            if key.contains(where: \.against.isEmpty) { principals.insert(node) }
            if all.contains(where: \.against.isEmpty) { administrators.insert(node) }
            offices[node] = all.map { basis in
                Roster.Office(
                    isFounders: basis.number == 0, isPrincipals: basis.number != nil,
                    named: basis.places.map { (steps[$0].dot.log, steps[$0].dot.seq) },
                    cuts: basis.against.map(\.cut))
            }
        }
    }

    /// Does an act count as that of the founder, or of one whom the key named?
    private func isPrincipal(_ place: Int) -> Bool {
        (spans[steps[place].author] ?? []).contains { span in
            isSeen(span, by: place) && span.against.allSatisfy { covers($0, place) }
        }
    }

    private func isNamed(_ place: Int, strictly: Bool = false) -> Bool {
        (namings[steps[place].author] ?? []).contains { naming in
            isSeen(naming, by: place)
                && (strictly ? naming.former : naming.against).allSatisfy { covers($0, place) }
        }
    }

    private func isSeen(_ basis: Basis, by place: Int) -> Bool {
        basis.number == 0 || saw(place, basis.places)
    }

    /// A naming is ended by what it had not seen, and of several that saw each other by the last.
    private func naming(of node: NodeID, at place: Int) -> Basis {
        let about = (removals[node] ?? []).filter { $0.isRevocation || !saw(place, $0.places) }
        return Basis(
            number: nil, places: [place],
            against: about.filter { old in !about.contains { replaces($0, old, of: node) } },
            former: about)
    }

    /// A principal administrator removes a node once more, having seen that it was removed: more of what it did counts. Not so
    /// where it had been named again in between: that one ends the later naming.
    private func replaces(_ new: Removal, _ old: Removal, of node: NodeID) -> Bool {
        guard new.number == nil, old.number == nil, !new.isRevocation, !old.isRevocation,
            saw(new.places[0], old.places)
        else { return false }
        return !(named[node] ?? []).contains {
            saw($0, old.places) && saw(new.places[0], [$0])
        }
    }

    /// Only a principal administrator puts an administrator out, and only the key a principal one: others do when they have
    /// seen that it is none any more.
    private func isProtected(_ node: NodeID, from place: Int) -> Bool {
        let those = isPrincipal(place) ? [] : namings[node] ?? []
        return ((spans[node] ?? []) + those).contains { basis in
            !basis.against.contains { saw(place, $0.places) }
        }
    }

    /// Does an act count although its author is removed?
    private func covers(_ removal: Removal, _ place: Int) -> Bool {
        let step = steps[place]
        return removal.cut.reaches(step.dot.log, step.dot.seq)
            || removal.number == nil && saw(removal.places[0], [place])
    }

    /// Had the author of an act seen one of those, or written it before?
    private func saw(_ later: Int, _ earlier: [Int]) -> Bool {
        earlier.contains { $0 != later && steps[later].hasSeen(steps[$0]) }
    }
}
