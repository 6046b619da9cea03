import Replica
import Wire

/// Lines sold so far, for returns to find theirs: the latest one with the same customer, item, quantity
/// and price that no return has taken yet. Holds the last `capacity` lines; memory is bounded by it.
struct SaleIndex: Sendable {
    struct Key: Hashable, Sendable {
        let customer: ExactText
        let code: ItemCode
        let quantity: Int64
        let price: Int64
    }

    private struct Line: Sendable {
        let key: Key
        /// The document it was sold on.
        let sale: UInt64
        /// Place of the line with the same key before it.
        let previous: Int?
    }

    private let capacity: Int
    /// A ring: the line at place p stands at p modulo capacity.
    private var lines: [Line] = []
    private var written = 0
    private var latest: [Key: Int] = [:]
    /// Documents that have a number, while a line of theirs is held.
    private var numbers: [UInt64: String] = [:]

    init(capacity: Int) { self.capacity = max(1, capacity) }

    mutating func add(_ key: Key, sale: UInt64) {
        let previous = latest.updateValue(written, forKey: key)
        let line = Line(key: key, sale: sale, previous: previous)
        if lines.count < capacity {
            lines.append(line)
        } else {
            let gone = lines[written % capacity]
            if latest[gone.key] == written - capacity { latest[gone.key] = nil }
            lines[written % capacity] = line
            // Lines of one document stand together: it is gone when the next is of another one.
            let oldest = lines[(written + 1) % capacity]
            if oldest.sale != gone.sale { numbers[gone.sale] = nil }
        }
        written += 1
    }

    /// The document of the line that such a return belongs to; the line is then taken.
    mutating func take(_ key: Key) -> UInt64? {
        guard let place = latest[key], written - place <= capacity else { return nil }
        let line = lines[place % capacity]
        if let previous = line.previous, written - previous <= capacity {
            latest[key] = previous
        } else {
            latest[key] = nil
        }
        return line.sale
    }

    /// Only documents of which a line is still held are remembered: the others cannot be found.
    mutating func setNumber(_ number: String, of sale: UInt64) {
        let oldest = lines.isEmpty ? nil : lines[lines.count < capacity ? 0 : written % capacity]
        guard let oldest, oldest.sale <= sale else { return }
        numbers[sale] = number
    }

    func number(of sale: UInt64) -> String? { numbers[sale] }
}
