import Gossip
import Replica
import Sodium
import Store

/// The replica as gossip asks about it.
struct StoreHoldings: Holdings {
    let store: Store
    let standing: Engine.Standing
    let introducer: AgreementPublicKey?
    let publication: Publication

    var book: BookID { standing.book }
    var node: NodeID { standing.node }

    func scopes() throws -> [Scope] { standing.scopesKept }

    func root(of scope: Scope) throws -> (root: [UInt8], digest: [UInt8]) {
        let told = try store.told(of: scope, digestBytes: ScopeRoot.partBytes)
        let canRead = standing.keyring.opens(scope) || scope == .roster
        return canRead ? told : (told.root, ScopeRoot.noDigest)
    }

    func heads(in scope: Scope) throws -> [(name: LogName, head: Head)] {
        try store.logs(in: scope).map { ($0.name, $0.head) }
    }

    func head(of log: LogName) throws -> Head? {
        try store.head(of: id(of: log))
    }

    func hash(of log: LogName, at seq: UInt64) throws -> Digest? {
        try store.hash(of: id(of: log), at: seq)
    }

    func run(
        of log: LogName, from seq: UInt64, bytesMax: Int
    ) throws -> (bytes: [UInt8], last: UInt64) {
        let run = try store.run(of: id(of: log), from: seq, bytesMax: bytesMax)
        // Whoever asks sends it: from here on a peer may hold it.
        if log.author == node, run.last >= seq {
            publication.reached[log] = max(publication.reached[log] ?? 0, run.last)
        }
        return run
    }

    func id(of log: LogName) -> LogID {
        log.id(in: book)
    }

    func accepts(_ log: LogName) -> Bool {
        let roster = standing.roster
        guard log.incarnation <= Incarnation.most else { return false }
        guard log.incarnation > 0 else {
            return log.scope == .roster
                && (roster.founding == nil || roster.founder == log.author)
        }
        // In the roster too: whoever carries an act of the recovery key need be no administrator.
        return roster.known.contains(log.author) || log.author == node
    }

    func isMember(_ node: NodeID, with transport: AgreementPublicKey) -> Bool {
        let roster = standing.roster
        if let member = roster.nodes[node] {
            return member.admission.transport == transport && roster.isMember(node)
        }
        // Until the roster is here, the node that let us in is the one we trust to bring it. A node
        // that lost its disk knows none: it takes the roster from whoever has the book's key, which
        // only members ever had; the founding entry's hash proves it.
        guard roster.nodes[self.node] == nil else { return false }
        return introducer.map { $0 == transport } ?? true
    }
}
