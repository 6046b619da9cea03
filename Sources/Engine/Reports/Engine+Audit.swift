import Gossip
package import Replica

/// What an auditor asks of a whole node: no report, for programs that hold it against others.
extension Engine {
    /// Scopes that are kept here, those that are relayed included, in order.
    package func scopesKept() throws -> [Scope] { try holdings()?.scopes() ?? [] }

    /// Scopes whose payloads can be read here, in order.
    package var scopesRead: [Scope] { standing?.keyring.scopes ?? [] }

    /// Who alone posts to each branch's shelf.
    package var shelfHolders: [BranchCode: NodeID] { standing?.roster.holders ?? [:] }

    package var isAdmitted: Bool { standing?.member != nil }

    /// Logs of which a peer said that they have another history.
    package var forkedLogs: Set<LogName> { Set(forks.keys) }

    /// Nil while this node belongs to no book.
    package func logID(of log: LogName) -> LogID? { holdings()?.id(of: log) }
}

extension Engine {
    /// Which of its bounds this node exceeds, as a sentence; nil while it keeps them all.
    package var excess: String? {
        if waiting.count > options.waitingMax { return "\(waiting.count) replies wait" }
        return gossip.excess
    }
}
