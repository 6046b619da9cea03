import Exchange

/// Files of comma-separated values, cut into any pieces, under any limits.
///
/// Laws: the records do not depend on the cuts; no record keeps more than its limits; a good record is
/// written and read back as it was.
struct CSVTarget: FuzzTarget {
    static let name = "csv"
    static let allocationMegabytesMax = 2

    init() {}

    func run(_ input: [UInt8]) {
        var input = Input(input)
        let separator = [0x2c, 0x3b, 0x09][input.choice(3)] as UInt8
        var limits = CSVReader.Limits()
        if input.flag() {
            limits.columnsMax = 1 + input.choice(8)
            limits.fieldBytesMax = 1 + input.choice(40)
            limits.recordBytesMax = 1 + input.choice(120)
        }
        let size = 1 + input.choice(17)
        let file = input.rest()
        let reader = CSVReader(separator: separator, limits: limits)
        let whole = Self.records(of: file, by: max(1, file.count), reader)
        law(whole == Self.records(of: file, by: size, reader), "cut by \(size): other records")
        var line = 0
        for record in whole {
            law(record.line > line, "line \(record.line) after \(line)")
            line = record.line
            check(record, limits)
            if record.problem == nil { checkWritten(record, separator) }
        }
    }

    static func records(of file: [UInt8], by size: Int, _ reader: CSVReader) -> [CSVRecord] {
        var reader = reader
        var records: [CSVRecord] = []
        for start in stride(from: 0, to: file.count, by: size) {
            reader.read(Array(file[start..<min(start + size, file.count)])) { records.append($0) }
        }
        reader.finish { records.append($0) }
        return records
    }

    private func check(_ record: CSVRecord, _ limits: CSVReader.Limits) {
        law(record.fields.count <= limits.columnsMax, "\(record.fields.count) columns")
        guard record.problem == nil else { return }
        let sizes = record.fields.map(\.utf8.count)
        law(sizes.allSatisfy { $0 <= limits.fieldBytesMax }, "a field of \(sizes.max() ?? 0) bytes")
        law(sizes.reduce(0, +) <= limits.recordBytesMax, "a record of \(sizes.reduce(0, +)) bytes")
    }

    private func checkWritten(_ record: CSVRecord, _ separator: UInt8) {
        let written = CSVWriter(separator: separator).record(record.fields)
        let read = Self.records(of: written, by: written.count, CSVReader(separator: separator))
        law(
            read.count == 1 && read[0].problem == nil
                && read[0].fields.map { Array($0.utf8) } == record.fields.map { Array($0.utf8) },
            "\(record.fields) comes back as \(read)")
    }

    func seeds() -> [[UInt8]] {
        let files = [
            "a,b,c\r\n1,\"2,3\",\"4\"\"5\"\r\n\r\nx,y,z", "\u{feff}a;b\n\"1\n2\";3\r4;5\n",
            "\"never closed,\n1,2", "a\"b,c\n\"a\"b,c\n", "茶,行\t\n", ",,,,,,,,,,\n",
        ]
        return files.flatMap { file in
            [[0, 0, 3], [1, 1, 2, 9, 40, 5]].map { $0 + Array(file.utf8) }
        } + [[0, 0, 0, 0xff, 0xfe, 0x2c, 0xc3, 0x0a]]
    }
}
