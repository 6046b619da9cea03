import Replica

extension Gossip {
    /// Which of the bounds that its links name is exceeded, as a sentence; nil while all are kept.
    package var excess: String? {
        if links.count > Self.linksMax { return "\(links.count) links" }
        for link in links.values.sorted(by: { $0.id < $1.id }) {
            if link.fetching.count > Link.servingMax { return "\(link.id) fetches too much" }
            if link.serving.count > Link.servingMax { return "\(link.id) serves too much" }
            // One run may go over the brim.
            if link.pushedBytes > Link.pushedBytesMax + Link.runBytes * 2 {
                return "\(link.id) has \(link.pushedBytes) bytes pushed"
            }
            if link.logNumbers.count > LogAliases.countMax {
                return "\(link.id) names too many logs"
            }
        }
        if dialer.addresses.count > Dialer.contactsMax { return "too many addresses" }
        return nil
    }
}
