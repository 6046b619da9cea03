extension Roster {
    /// Principal administrators, those of before as well: how far their acts count, for each way in which they became such.
    package var sealers: [NodeID: [[Cut]]] {
        offices.mapValues { those in those.filter { $0.named == nil }.map(\.cuts) }
            .filter { !$0.value.isEmpty }
    }
}
