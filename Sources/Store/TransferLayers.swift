import Books
import GRDB
import Replica

import struct Foundation.Data

/// How goods that go from branch to branch lay: what a sender's fold took, what its keeper stated.
enum TransferLayers {
    /// What the fold took out of the sender's pool for a shipment.
    static func taken(
        _ db: Database, _ branch: BranchCode, item: Int64, shipment: DocumentNumber
    ) throws -> [CostPool.Layer] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT c.day, c.quantity, c.value FROM cost_layer c JOIN log l ON l.id = c.log
                    WHERE c.branch = ? AND c.item = ? AND c.number = ?
                    ORDER BY l.log_id, c.seq, c.op, c.place
                    """),
            arguments: [branch.text, item, shipment.description]
        ).map {
            CostPool.Layer(
                day: Day(number: try $0.at(0)), quantity: try $0.at(1), value: try $0.at(2))
        }
    }

    /// What was last said; none where nothing that can be read was.
    static func stated(
        _ db: Database, item: ItemCode, shipment: String
    ) throws -> [CostPool.Layer] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.fields FROM event e JOIN log l ON l.id = e.log
                    WHERE e.entity = ? AND e.kind = ?
                    ORDER BY e.time DESC, l.log_id DESC, e.seq DESC, e.op DESC
                    """),
            arguments: [Event.layersPrefix + shipment, CostPool.Layer.eventKind])
        for row in rows {
            let fields = try Event.fields(Array(try row.at(0) as Data))
            guard fields.value(of: CostPool.Layer.itemField)?.text == item.text else { continue }
            let text = fields.value(of: CostPool.Layer.layersField)?.text
            return text.flatMap { CostPool.Layer.layers($0) } ?? []
        }
        return []
    }

    /// By shipment, of those whose goods a branch took up.
    static func received(
        _ db: Database, _ branch: BranchCode, item: Int64, code: ItemCode
    ) throws -> [String: [CostPool.Layer]] {
        let shipments = try String.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT DISTINCT shipment FROM transfer
                    WHERE branch = ? AND item = ? AND document <> shipment
                    """),
            arguments: [branch.text, item])
        var layers: [String: [CostPool.Layer]] = [:]
        for shipment in shipments {
            layers[shipment] = try stated(db, item: code, shipment: shipment)
        }
        return layers
    }
}
