package import Books

/// A report for programs: `{"facts": {…}, "notes", "rows": [{column: value}], "schema", "title"}`, names in their order.
/// Decimal figures are strings: no reader may round them.
///
/// Law: the bytes are those of a general encoder with sorted keys, which took longer for ten thousand rows than most reports.
package struct ReportJSON {
    package private(set) var bytes: [UInt8] = []

    package init(_ report: Report) {
        bytes.reserveCapacity(report.rows.count * (report.columns.count * 24 + 8) + 1_024)
        raw("{\"facts\":{")
        object(Self.fields(report.facts.map(\.key)), report.facts.map(\.value))
        raw("},\"notes\":[")
        for (place, note) in report.notes.enumerated() {
            if place > 0 { raw(",") }
            text(note)
        }
        raw("],\"rows\":[")
        let fields = Self.fields(report.columns.map(\.key))
        for (place, row) in report.rows.enumerated() {
            raw(place > 0 ? ",{" : "{")
            object(fields, row)
            raw("}")
        }
        raw("],\"schema\":")
        text(report.schema)
        raw(",\"title\":")
        text(report.title)
        raw("}")
    }

    /// A name as it is written, and which value it has.
    private struct Field {
        let bytes: [UInt8]
        let place: Int
    }

    /// In the order of the names; of two that are the same the later counts.
    private static func fields(_ names: [String]) -> [Field] {
        let places = Dictionary(
            names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
        return places.sorted { $0.key < $1.key }.map { name, place in
            var writer = ReportJSON()
            writer.text(name)
            writer.raw(":")
            return Field(bytes: writer.bytes, place: place)
        }
    }

    private init() {}

    private mutating func object(_ fields: [Field], _ values: [Report.Cell]) {
        var isFirst = true
        for field in fields where field.place < values.count {
            if !isFirst { bytes.append(0x2c) }
            isFirst = false
            bytes += field.bytes
            switch values[field.place] {
            case .empty: raw("null")
            case .text(let value), .decimal(let value): text(value)
            case .integer(let value): bytes += String(value).utf8
            case .flag(let isSet): raw(isSet ? "true" : "false")
            }
        }
    }

    private mutating func raw(_ text: StaticString) {
        bytes += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// As RFC 8259 wants it: quotes, backslashes and control characters are escaped.
    private mutating func text(_ value: String) {
        bytes.append(0x22)
        var value = value
        value.withUTF8 { buffer in
            if !buffer.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c }) {
                bytes += buffer
                return
            }
            for byte in buffer { escape(byte) }
        }
        bytes.append(0x22)
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22: raw("\\\"")
        case 0x5c: raw("\\\\")
        case 0x08: raw("\\b")
        case 0x0c: raw("\\f")
        case 0x0a: raw("\\n")
        case 0x0d: raw("\\r")
        case 0x09: raw("\\t")
        case 0..<0x20:
            raw("\\u00")
            bytes.append(byte < 0x10 ? 0x30 : 0x31)
            let low = byte & 0x0f
            bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
        default: bytes.append(byte)
        }
    }
}
