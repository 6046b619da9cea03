import Replica

/// Layers as a keeper states them of a shipment: `day,quantity,value;…`, whole numbers, the oldest
/// first; a day is its number.
extension CostPool.Layer {
    package static let eventKind = "layers"
    package static let itemField = "item"
    package static let layersField = "layers"

    /// What does not fit a field is one layer together with the last that does: quantity and value
    /// stay, only its age is lost.
    package static func text(_ layers: [CostPool.Layer]) -> String {
        var text = ""
        var rest = layers[...]
        while let first = rest.first {
            let next = part(first)
            guard text.utf8.count + next.utf8.count + partBytesMax < Value.bytesMax else { break }
            text += next
            rest = rest.dropFirst()
        }
        if let last = rest.first {
            var (quantity, value) = (Int64(0), Int64(0))
            for layer in rest {
                quantity = quantity &+ layer.quantity
                value = value &+ layer.value
            }
            text += part(CostPool.Layer(day: last.day, quantity: quantity, value: value))
        }
        return text
    }

    /// A day, two amounts and their separators.
    private static let partBytesMax = 56

    private static func part(_ layer: CostPool.Layer) -> String {
        "\(layer.day.number),\(layer.quantity),\(layer.value);"
    }

    /// Nil where it cannot be read; a peer may have written anything.
    package static func layers(_ text: String) -> [CostPool.Layer]? {
        guard text.utf8.count <= Value.bytesMax else { return nil }
        var layers: [CostPool.Layer] = []
        for part in text.split(separator: ";") {
            let figures = part.split(separator: ",", omittingEmptySubsequences: false)
            guard figures.count == 3, let day = Int32(figures[0]), Day.range.contains(day),
                let quantity = Int64(figures[1]), quantity > 0, let value = Int64(figures[2])
            else { return nil }
            layers.append(
                CostPool.Layer(day: Day(number: day), quantity: quantity, value: value))
        }
        return layers
    }
}
