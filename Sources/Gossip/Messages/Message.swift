package import Replica
import Sodium

/// One message between two authenticated nodes of a book. Layout in `docs/protocol-gossip.md`.
package enum Message: Hashable, Sendable {
    case hello(Hello)
    /// What `hello` says of the scopes, said again: anti-entropy.
    case roots(Roots)
    case heads(Heads)
    case want(Want)
    case run(RunMessage)
    case note([Reach])
    case prune(LogReference)
    /// Push these logs from here on: I hold them up to `seq`.
    case graft([Reach])
    case ack([Reach])
    case ping(Ping)
    case pong(Ping)
    case bye(Bye)
    /// How many links the sender has, and where others can be reached.
    case view(View)

    package static let scopesMax = 4_096
    package static let headsMax = 2_048
    package static let reachesMax = 1_024
    /// What is put into one message, so that the longest spelling of each stays below its cap.
    package static let reachesSent = 768
    package static let contactsMax = 64
    package static let viewContactsMax = 16
    package static let addressesMax = 8
    package static let addressBytesMax = 255
}

package struct Hello: Hashable, Sendable {
    package var features: UInt64
    package var node: NodeID
    package var incarnation: UInt64
    /// The sender's clock: shown as skew, adopted by nobody.
    package var milliseconds: Int64
    /// Links of the sender to other nodes: who has none besides this one is not turned away.
    package var links: UInt64
    package var scopes: [ScopeRoot]
    /// Where members were found to listen, the sender first.
    package var contacts: [Contact]
}

/// Where a node was found to listen.
package struct Contact: Hashable, Sendable {
    package let node: NodeID
    package let addresses: [String]

    package init(node: NodeID, addresses: [String]) {
        self.node = node
        self.addresses = addresses
    }
}

/// One step of a shuffle (HyParView, section 4.4), or the news of a changed number of links.
package struct View: Hashable, Sendable {
    package let wantsReply: Bool
    /// Links of the sender to other nodes than the reader.
    package let links: UInt64
    package let contacts: [Contact]
}

package struct Roots: Hashable, Sendable {
    package let wantsReply: Bool
    /// Every scope that is kept; else only those that changed since they were last told on this link.
    package let isComplete: Bool
    package let scopes: [ScopeRoot]
}

/// What is held of a scope: 16 bytes of its frontier, 16 of its state's digest.
package struct ScopeRoot: Hashable, Sendable {
    package let tag: ScopeTag
    package let root: [UInt8]
    /// Equal at equal roots, or somebody's projection is wrong. Zero where the sender cannot read.
    package let digest: [UInt8]

    package static let partBytes = 16
    package static let noDigest = [UInt8](repeating: 0, count: partBytes)

    package init(tag: ScopeTag, root: [UInt8], digest: [UInt8]) {
        self.tag = tag
        self.root = root
        self.digest = digest
    }
}

/// A page of the logs held of one scope.
package struct Heads: Hashable, Sendable {
    package let tag: ScopeTag
    package let isFirst: Bool
    package let isLast: Bool
    package let heads: [PeerHead]
}

/// The range of a log that a peer holds; `hash` is 16 bytes of its last entry's.
package struct PeerHead: Hashable, Sendable {
    package let log: LogReference
    package let first: UInt64
    package let last: UInt64
    package let hash: [UInt8]

    package static let hashBytes = 16
}

/// Asks for entries of a log. `from` zero goes on with a stream under way; `credit` is how many
/// more bytes the sender may send.
package struct Want: Hashable, Sendable {
    package let log: LogReference
    package let from: UInt64
    package let credit: UInt64
}

package struct RunMessage: Hashable, Sendable {
    package let log: LogReference
    package let first: UInt64
    package let last: UInt64
    /// Ends what was wanted: the sender holds no more now.
    package let isEnd: Bool
    package let bytes: [UInt8]
}

/// "I have this log up to `seq`" in a note and a graft, "durably" in an ack.
package struct Reach: Hashable, Sendable {
    package let log: LogReference
    package let seq: UInt64
}

package struct Ping: Hashable, Sendable {
    package let nonce: UInt64
    package let milliseconds: Int64
}

package struct Bye: Hashable, Sendable {
    package let reason: Reason
    package let text: String

    package static let textBytesMax = 200

    package enum Reason: UInt8, CaseIterable, Sendable {
        case stopping = 1
        case notAMember = 2
        case malformed = 3
        case duplicate = 4
        case silent = 5
        case offline = 6
        case tooMany = 7
        case renew = 8
        case joined = 9
        /// The sender has links enough, and so has the reader.
        case enough = 10
    }
}
