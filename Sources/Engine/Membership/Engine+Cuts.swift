import Replica
import Sodium
import Store

/// How far what a node wrote is to count, as it is said by who puts it out or removes it.
extension Engine {
    /// What is held here of each incarnation: a lower one can be written on, too.
    ///
    /// An author can begin as many as it likes, and a cut names 256: first those in which acts on the roster count, or seals;
    /// then as they came here, the oldest first. Whoever writes more of them afterwards pushes out none of these.
    ///
    /// - Parameter only: of those scopes, and no others.
    func cut(
        of node: NodeID, _ scopes: [Scope], in standing: Standing, only: Bool = false
    ) throws -> Cut {
        let logs = try store.logsAsTheyCame(of: node).filter {
            !only || scopes.contains($0.name.scope)
        }
        let counting = try store.countingLogs(of: node, standing.roster)
        let counts = Set(logs.filter { counting.contains($0.id) }.map(\.name.incarnation))
        var arrivals: [UInt64: Int] = [:]
        for (place, tip) in logs.enumerated() where arrivals[tip.name.incarnation] == nil {
            arrivals[tip.name.incarnation] = place
        }
        let kept = arrivals.sorted {
            (counts.contains($0.key) ? 0 : 1, $0.value)
                < (counts.contains($1.key) ? 0 : 1, $1.value)
        }.prefix(RosterAct.limitsMax).map(\.key)
        let isKept = Set(kept)
        // Where there are more logs than a cut names, those first in which acts on the roster count, and seals.
        func rank(_ tip: LogTip) -> Int {
            if counting.contains(tip.id) { return 0 }
            return [.roster, .catalog].contains(tip.name.scope) ? 1 : 2
        }
        let counted = logs.enumerated().filter { isKept.contains($0.element.name.incarnation) }
            .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
        var heads = counted.prefix(RosterAct.headsMax).map {
            Cut.LogHead(log: $0.id, head: $0.head)
        }
        // Logs that are not there, as far as there is room: nothing of them counts.
        let there = Set(counted.map(\.id))
        let missing = kept.lazy.filter { $0 > 0 }.flatMap { incarnation in
            scopes.lazy.map { LogName(author: node, incarnation: incarnation, scope: $0) }
        }
        for name in missing.prefix(RosterAct.headsMax) where heads.count < RosterAct.headsMax {
            let id = name.id(in: standing.book)
            if !there.contains(id) { heads.append(.init(log: id, head: Head(seq: 0, hash: .zero))) }
        }
        return Cut(
            node: node,
            limits: counted.map {
                Cut.Limit(incarnation: $0.name.incarnation, commit: $0.commit)
            }, heads: heads)
    }
}
