import Engine
import Glibc
import Replica
import Sodium

/// Who listens to every line: looks for what must not be readable, and keeps recordings.
struct Wiretap {
    private var secrets: [(name: String, bytes: [UInt8])] = []
    private var recordings: [Int: [UInt8]] = [:]
    private(set) var found: String?
    private(set) var bytesHeard: UInt64 = 0

    /// Recorded at most of one connection's dialler.
    static let recordingBytesMax = 64 << 10
    static let recordingsMax = 64

    init() {
        secrets = [("a memo", Array(People.secretMark.utf8)), ("an item", Array("ITEM-".utf8))]
    }

    mutating func learn(_ credentials: Credentials) {
        let name = credentials.node.short
        secrets.removeAll { $0.name.hasPrefix(name) }
        secrets.append(("\(name)'s signing key", credentials.signing.bytes))
        secrets.append(("\(name)'s transport key", credentials.transport.bytes))
        secrets.append(("\(name)'s box key", credentials.box.bytes))
        if let membership = credentials.membership {
            secrets.append(("\(name)'s roster key", membership.rosterKey.bytes))
        }
    }

    mutating func heard(_ bytes: [UInt8], on connection: Int, fromDialler: Bool) {
        bytesHeard += UInt64(bytes.count)
        if found == nil { found = secret(in: bytes).map { "\($0), on the wire" } }
        guard fromDialler else { return }
        if recordings[connection] == nil, recordings.count >= Self.recordingsMax {
            recordings = recordings.filter { $0.key > connection - Self.recordingsMax / 2 }
        }
        let room = Self.recordingBytesMax - (recordings[connection]?.count ?? 0)
        recordings[connection, default: []] += bytes.prefix(max(room, 0))
    }

    func recording(of connection: Int) -> [UInt8]? { recordings[connection] }
    var recorded: [Int] { recordings.keys.sorted() }

    /// A memo of a branch that this site does not read, in one of its files.
    func foreignMemo(in bytes: [UInt8], of plan: Plan, site: Int) -> String? {
        for other in plan.sites.indices where other != site {
            let memo = Array("\(People.secretMark)stock-\(plan.sites[other].branch)".utf8)
            if Self.holds(bytes, memo) { return "a memo of \(plan.sites[other].branch)" }
        }
        return nil
    }

    /// What of the secrets stands in these bytes.
    func secret(in bytes: [UInt8]) -> String? {
        secrets.first { Self.holds(bytes, $0.bytes) }?.name
    }

    private static func holds(_ bytes: [UInt8], _ sought: [UInt8]) -> Bool {
        guard let first = sought.first else { return false }
        return bytes.withUnsafeBytes { hay in
            guard let start = hay.baseAddress, hay.count >= sought.count else { return false }
            var offset = 0
            while offset <= hay.count - sought.count,
                let found = memchr(
                    start + offset, Int32(first), hay.count - sought.count + 1 - offset)
            {
                if memcmp(found, sought, sought.count) == 0 { return true }
                offset = UnsafeRawPointer(found) - start + 1
            }
            return false
        }
    }
}
