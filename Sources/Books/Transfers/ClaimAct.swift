/// What is done about goods that came on the word of a signed paper.
package enum ClaimAct: Codable, Hashable, Sendable {
    /// Somebody looked at a return that the sale does not cover, and lets it be booked.
    case accept(arrival: String)

    // By the node itself.

    /// The sender's entries are here: transit empties into what stands on the shelf already.
    case match(arrival: String, shipment: String)
    /// A customer brought goods of this branch back at another one.
    case book(arrival: String)
}
