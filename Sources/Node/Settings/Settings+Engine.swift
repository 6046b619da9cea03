package import Books
package import Engine
import Replica

extension Settings {
    /// - Throws: `Refusal.badOption` for a value that makes no sense, naming where it came from.
    package func options() throws(Refusal) -> Engine.Options {
        var relays: [Scope] = []
        for name in list(.relay) {
            guard let scope = Scope(name) else { throw bad(.relay, "\(name) is no scope") }
            relays.append(scope)
        }
        for key in [Key.advertise, .peers] {
            for address in list(key) where !Engine.isAddress(address) {
                throw bad(key, "\(address) is not host:port")
            }
        }
        return Engine.Options(
            relays: relays, ownAddresses: list(.advertise), peers: list(.peers),
            talksToPeers: talksToPeers, verifiesInCopy: talksToPeers)
    }

    package func utcOffsetMinutes() throws(Refusal) -> Int {
        guard let minutes = Int(self[.utcOffset]), (-840...840).contains(minutes) else {
            throw bad(.utcOffset, "\(self[.utcOffset]) is not a number of minutes from -840 to 840")
        }
        return minutes
    }

    /// Host and port to listen on; nil where the node only dials.
    package func listen() throws(Refusal) -> (host: String, port: Int)? {
        let text = self[.listen]
        guard !text.isEmpty else { return nil }
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = UInt16(text[text.index(after: colon)...])
        else { throw bad(.listen, "\(text) is not host:port") }
        return (String(text[..<colon]), Int(port))
    }

    private func bad(_ key: Key, _ what: String) -> Refusal {
        let origin = values[key]?.origin.rawValue ?? ""
        return Refusal(
            .badOption, "\(key.rawValue): \(what) (from the \(origin))",
            next: "see `branchbook config show`")
    }
}
