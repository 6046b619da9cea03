import Books
import Replica

extension Engine {
    var isOnline: Bool { false }
    var peersConnected: Int { 0 }
    func holders(of log: LogID, seq: UInt64) -> Int { 0 }
    func peerDigestDifferences() -> [(String, [String])] { [] }
    func peers(at now: Instant) throws -> Report {
        Report(schema: "branchbook.peers/1", title: "Peers")
    }
    func setOnline(_ isOnline: Bool) -> Outcome {
        Outcome(subject: "online", summary: "\(isOnline)")
    }
}
