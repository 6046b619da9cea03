import Replica

extension Gossip {
    /// Which of the bounds that its links name is exceeded, as a sentence; nil while all are kept.
    package var excess: String? {
        if links.count > Self.linksMax { return "\(links.count) links" }
        for id in links.keys {
            if let excess = links[id]?.excess { return "\(id) \(excess)" }
        }
        if dialer.addresses.count > Dialer.contactsMax { return "too many addresses" }
        return nil
    }
}

extension Link {
    fileprivate var excess: String? {
        if fetching.count > Self.servingMax { return "fetches too much" }
        if serving.count > Self.servingMax { return "serves too much" }
        // One run may go over the brim.
        if pushedBytes > Self.pushedBytesMax + Self.runBytes * 2 {
            return "has \(pushedBytes) bytes pushed"
        }
        return logNumbers.count > LogAliases.countMax ? "names too many logs" : nil
    }
}
