import Replica

/// The links, by id and in its order. Reading or changing one in its place copies nothing, as a
/// dictionary would.
///
/// Cost: a search among at most 80.
struct LinkTable: Sendable {
    private(set) var keys: [LinkID] = []
    /// At the places of the keys; nil nowhere.
    private var slots: [Link?] = []

    var count: Int { keys.count }
    var isEmpty: Bool { keys.isEmpty }
    /// Copies of all.
    var values: [Link] { slots.compactMap(\.self) }

    /// The nodes at the other ends, as far as they said who they are.
    var peers: [NodeID] { slots.indices.compactMap { slots[$0]?.peer } }

    // Asked for every link in every batch: a link is not taken out of its place for it.

    /// Links whose acks or notes are to go out now.
    func due(at now: Instant) -> [LinkID] {
        slots.indices.filter { place in
            slots[place]?.peer != nil && slots[place]?.isClosing == false
                && (slots[place]?.acksAt.map { $0 <= now } ?? false
                    || slots[place]?.notesAt.map { $0 <= now } ?? false)
        }.map { keys[$0] }
    }

    /// Links of which nothing was heard for the time after which a ping is due.
    func quiet(at now: Instant) -> [LinkID] {
        slots.indices.filter { place in
            guard slots[place]?.isClosing == false, let heard = slots[place]?.lastReceived,
                let wait = slots[place]?.pingMilliseconds
            else { return false }
            return now.milliseconds - heard.milliseconds >= wait
        }.map { keys[$0] }
    }

    private func place(of id: LinkID) -> Int? {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < keys.count && keys[low] == id ? low : nil
    }

    /// Nil for a link that is gone; setting nil leaves it as it is.
    subscript(id: LinkID) -> Link? {
        _read {
            if let place = place(of: id) { yield slots[place] } else { yield nil }
        }
        _modify {
            if let place = place(of: id) {
                yield &slots[place]
            } else {
                var none: Link?
                yield &none
            }
        }
    }

    /// When something is due on the first link that waits for anything.
    func wakeAt() -> Instant? {
        var next: Instant?
        // Field by field: a link as a whole would be copied.
        for place in slots.indices where slots[place]?.isClosing == false {
            guard let heard = slots[place]?.lastReceived else { continue }
            var at = heard.advanced(byMilliseconds: Gossip.silentMilliseconds)
            if slots[place]?.peer != nil, let wait = slots[place]?.pingMilliseconds {
                // A ping that waits for its answer is not sent again at once.
                let quietSince = max(heard, slots[place]?.lastPing ?? heard)
                at = min(at, quietSince.advanced(byMilliseconds: wait))
            }
            if let fetching = slots[place]?.fetching, !fetching.isEmpty {
                for fetch in fetching.values {
                    let stalls = fetch.lastProgress.advanced(
                        byMilliseconds: Gossip.stalledMilliseconds)
                    at = min(at, stalls)
                }
            }
            if let notesAt = slots[place]?.notesAt { at = min(at, notesAt) }
            if let acksAt = slots[place]?.acksAt { at = min(at, acksAt) }
            next = min(next ?? at, at)
        }
        return next
    }

    /// A link of an id that is there takes its place.
    mutating func add(_ link: Link) {
        if let place = place(of: link.id) {
            slots[place] = link
            return
        }
        let place = keys.firstIndex { $0 > link.id } ?? keys.count
        keys.insert(link.id, at: place)
        slots.insert(link, at: place)
    }

    mutating func remove(_ id: LinkID) -> Link? {
        guard let place = place(of: id) else { return nil }
        keys.remove(at: place)
        return slots.remove(at: place)
    }
}
