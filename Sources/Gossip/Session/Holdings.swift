package import Replica
package import Sodium

/// What gossip asks of the replica. Every answer includes the batch that is being handled.
package protocol Holdings {
    var book: BookID { get }
    var node: NodeID { get }
    /// The scopes that are kept here: those that can be read, and those that are relayed.
    func scopes() throws -> [Scope]
    /// 16 bytes each of the frontier and of the state's digest.
    func root(of scope: Scope) throws -> (root: [UInt8], digest: [UInt8])
    func heads(in scope: Scope) throws -> [(name: LogName, head: Head)]
    func head(of log: LogName) throws -> Head?
    func hash(of log: LogName, at seq: UInt64) throws -> Digest?
    /// Entries from `seq` on that end on a signature, about `bytesMax` long; none where none are held.
    func run(
        of log: LogName, from seq: UInt64, bytesMax: Int
    ) throws -> (bytes: [UInt8], last: UInt64)
    /// Is this an author whose entries belong into the book?
    func accepts(_ log: LogName) -> Bool
    /// The member whose transport key this is; the node that let us in, while the roster is not here.
    func isMember(_ node: NodeID, with transport: AgreementPublicKey) -> Bool
}

extension Scope {
    /// The roster goes before everything else.
    var urgency: Int { self == .roster ? 0 : 1 }
}
