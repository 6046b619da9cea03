import Sodium

/// Whose acts count: who was an administrator in what the author of an act had seen, and what removals leave of it.
///
/// - An administrator was named by an act that its own acts have seen, and that counts; the founder by genesis; whom the
///   recovery key names, by that key alone.
/// - A removal names how far the acts of who is removed count. What lies above it and was not seen by it counts for
///   nothing, unless its author was named again by somebody who had seen the removal. Of several removals any may let
///   an act count, but for what was done to administrators.
/// - Of two administrators who remove each other, neither having seen the other's act, both are removed. A removal by
///   somebody who is removed otherwise is none.
/// - What the recovery key does nobody undoes who had not seen it.
///
/// Law: a function of the set of acts. Cost: linear in the acts; quadratic in removals, of which few are ever made.
struct Authority {
    /// What was seen before what saw it; of the rest, the earlier first.
    let steps: [Roster.Step]
    private(set) var administrators: Set<NodeID> = []
    /// Of those who were administrators: how far what they did counts.
    private(set) var former: [NodeID: [Cut]] = [:]
    /// Nodes that carry an act of the recovery key.
    private(set) var carriers: Set<NodeID> = []
    private var namings: [NodeID: [Naming]] = [:]
    /// Those that count, of each administrator.
    private var removals: [NodeID: [Removal]] = [:]
    /// Places of what was done to administrators, in order.
    private var places: [Int] = []
    /// By place: does what was done to administrators count?
    private var counts: [Int: Bool] = [:]
    /// The same, had nobody ever been removed.
    private var once: [Int: Bool] = [:]

    /// Somebody was named an administrator.
    private struct Naming {
        enum Source: Equatable {
            case genesis
            case recovery(UInt64)
            case act
        }
        let source: Source
        /// Where it stands. What the recovery key signed may stand in several logs.
        let places: [Int]
    }

    private struct Removal {
        /// The act's; of the recovery key's, all at which it stands.
        let places: [Int]
        let cut: Cut
        /// Of an act of the recovery key.
        let number: UInt64?

        var place: Int { places[0] }
    }

    /// What one administrator may do to administrators: more of it is not looked at.
    static let actsMax = 128

    init(_ all: some Sequence<Roster.Step>) {
        let all = Array(all)
        let recoveries = Recoveries(all)
        var named = recoveries.named
        for step in all {
            switch step.act {
            case .found: named.insert(step.author)
            case .nameAdministrator(let node): named.insert(node)
            default: break
            }
        }
        steps = Self.ordered(
            all.filter { named.contains($0.author) || recoveries.isSigned($0.act) })
        let candidates = collect(recoveries, named)
        once = weighed([:])
        settle(candidates)
        conclude()
    }

    /// May this act change the roster?
    func counts(_ place: Int) -> Bool {
        let step = steps[place]
        if case .found = step.act { return place == 0 }
        if let known = counts[place] { return known }
        return (namings[step.author] ?? []).contains { naming in
            guard isSeen(naming, by: place), stands(naming, counts) else { return false }
            let against = (removals[step.author] ?? []).filter { isAbout(naming, $0) }
            return against.isEmpty || against.contains { covers($0, place) }
        }
    }

    /// Would it, had nobody been removed? Whom such an author admitted, others may have met.
    func countedOnce(_ place: Int) -> Bool {
        (namings[steps[place].author] ?? []).contains {
            isSeen($0, by: place) && stands($0, once)
        }
    }

    // MARK: What was said

    /// Namings, and the removals that have to be weighed. What the recovery key says counts at once.
    private mutating func collect(_ recoveries: Recoveries, _ named: Set<NodeID>) -> [Removal] {
        var found: [Removal] = []
        var signed: [Signature: [Int]] = [:]
        var done: [NodeID: Int] = [:]
        for (place, step) in steps.enumerated() {
            switch step.act {
            case .found where place == 0:
                namings[step.author, default: []].append(
                    Naming(source: .genesis, places: [place]))
            case .nameAdministrator(let node):
                done[step.author, default: 0] += 1
                counts[place] = false
                guard done[step.author, default: 0] <= Self.actsMax else { continue }
                places.append(place)
                namings[node, default: []].append(Naming(source: .act, places: [place]))
            case .removeAdministrator(let cut), .revoke(let cut):
                // To put a node out that never was one says nothing of administrators.
                guard named.contains(cut.node) else { continue }
                done[step.author, default: 0] += 1
                counts[place] = false
                guard done[step.author, default: 0] <= Self.actsMax else { continue }
                places.append(place)
                found.append(Removal(places: [place], cut: cut, number: nil))
            case .recover(let act):
                counts[place] = recoveries.isSigned(step.act)
                guard recoveries.isSigned(step.act) else { continue }
                carriers.insert(step.author)
                signed[act.signature, default: []].append(place)
            default: break
            }
        }
        for act in recoveries.acts {
            guard let places = signed[act.signature] else { continue }
            for node in act.names {
                namings[node, default: []].append(
                    Naming(source: .recovery(act.number), places: places))
            }
            for cut in act.removals {
                removals[cut.node, default: []].append(
                    Removal(places: places, cut: cut, number: act.number))
            }
        }
        return found
    }

    // MARK: Which removals count

    /// Those that nobody contests; of those that contest each other, all.
    private mutating func settle(_ candidates: [Removal]) {
        var standing = weighed(removals)
        var open = candidates.filter { standing[$0.place] == true }
        var against: [Int: Set<Int>] = [:]
        for removal in open where open.count > 1 {
            let left = weighed(with(removal))
            for other in open where other.place != removal.place && left[other.place] != true {
                against[other.place, default: []].insert(removal.place)
            }
        }
        var effective: [Int] = []
        while !open.isEmpty {
            let left = Set(open.map(\.place))
            var next = open.filter { against[$0.place, default: []].isDisjoint(with: left) }
            if next.isEmpty { next = Self.contested(open, against) }
            // Judged beside each other, by what counted before all of them.
            for removal in next where standing[removal.place] == true {
                effective.append(removal.place)
                removals = with(removal)
            }
            let judged = Set(next.map(\.place))
            open.removeAll { judged.contains($0.place) }
            standing = weighed(removals)
        }
        for removal in candidates { standing[removal.place] = false }
        for place in effective { standing[place] = true }
        counts.merge(standing) { _, new in new }
    }

    /// Of removals that all are contested: those that only each other contests.
    private static func contested(_ open: [Removal], _ against: [Int: Set<Int>]) -> [Removal] {
        let left = Set(open.map(\.place))
        var above: [Int: Set<Int>] = [:]
        for removal in open {
            var reached: Set<Int> = []
            var queue = Array(against[removal.place, default: []].intersection(left))
            while let next = queue.popLast() {
                guard reached.insert(next).inserted else { continue }
                queue += against[next, default: []].intersection(left)
            }
            above[removal.place] = reached
        }
        return open.filter { removal in
            (above[removal.place] ?? []).allSatisfy {
                above[$0]?.contains(removal.place) ?? false
            }
        }
    }

    private func with(_ removal: Removal) -> [NodeID: [Removal]] {
        var all = removals
        all[removal.cut.node, default: []].append(removal)
        return all
    }

    /// Which acts about administrators count where these removals do.
    private func weighed(_ removals: [NodeID: [Removal]]) -> [Int: Bool] {
        var found: [Int: Bool] = [:]
        for place in places {
            let author = steps[place].author
            found[place] = (namings[author] ?? []).contains { naming in
                guard isSeen(naming, by: place), stands(naming, found) else { return false }
                return !(removals[author] ?? []).contains {
                    $0.place != place && isAbout(naming, $0) && !covers($0, place)
                }
            }
        }
        return found
    }

    // MARK: What follows

    private mutating func conclude() {
        for (node, all) in namings {
            var cuts: [Cut] = []
            let standing = all.filter { stands($0, counts) }
            for naming in standing {
                let against = (removals[node] ?? []).filter { isAbout(naming, $0) }
                if against.isEmpty { administrators.insert(node) }
                cuts += against.map(\.cut)
            }
            if !standing.isEmpty, !administrators.contains(node) { former[node] = cuts }
        }
    }

    private func stands(_ naming: Naming, _ counts: [Int: Bool]) -> Bool {
        naming.source != .act || counts[naming.places[0]] == true
    }

    /// Had the author of an act seen that it was named?
    private func isSeen(_ naming: Naming, by place: Int) -> Bool {
        switch naming.source {
        case .genesis: true
        case .recovery: saw(place, naming.places)
        // What is said to have been seen, and stands later, is a lie.
        case .act: naming.places[0] < place && saw(place, naming.places)
        }
    }

    /// Does a removal end what a naming began?
    private func isAbout(_ naming: Naming, _ removal: Removal) -> Bool {
        switch naming.source {
        case .genesis: true
        case .act: !saw(naming.places[0], removal.places)
        case .recovery(let number):
            removal.number.map { $0 > number } ?? saw(removal.place, naming.places)
        }
    }

    /// Does an act count although its author is removed? Who carries what the recovery key signed may not say more.
    private func covers(_ removal: Removal, _ place: Int) -> Bool {
        let step = steps[place]
        return removal.cut.reaches(step.dot.log, step.dot.seq)
            || removal.number == nil && saw(removal.place, [place])
    }

    /// Had the author of an act seen one of those, or written it before?
    private func saw(_ later: Int, _ earlier: [Int]) -> Bool {
        earlier.contains { $0 != later && steps[later].hasSeen(steps[$0]) }
    }
}
