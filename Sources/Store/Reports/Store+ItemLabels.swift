import Books
import GRDB
package import Replica

/// What reports call items by.
extension Store {
    package struct ItemLabel: Sendable {
        /// Of several that show, the last in the registers' order.
        package var name: String?
        /// All that show.
        package var scales: [Int64] = []
    }

    /// In the order of the codes. Cost: a look for each.
    package func labels(of codes: [ItemCode]) throws -> [(code: ItemCode, label: ItemLabel)] {
        try access { db in
            try codes.map { code in
                let rows = try HotRead(
                    db,
                    """
                    SELECT r.attribute, r.value FROM register r JOIN log l ON l.id = r.log
                    WHERE r.entity = ? AND r.attribute IN (?, ?) AND \(Self.isShowing)
                    ORDER BY l.log_id, r.seq, r.op
                    """,
                    arguments: [
                        ItemFacts.entity(code), ItemFacts.Attribute.name,
                        ItemFacts.Attribute.scale,
                    ])
                var label = ItemLabel()
                while try rows.next() {
                    let attribute = try rows.text(0)
                    let value = try Value(bytes: try rows.bytes(1))
                    if attribute == ItemFacts.Attribute.name {
                        label.name = value.text
                    } else if let scale = value.integer {
                        label.scales.append(scale)
                    }
                }
                return (code, label)
            }
        }
    }
}
