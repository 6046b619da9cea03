/// Reads CSV (RFC 4180) from chunks of bytes of any size, and hands out one record after the other.
///
/// Lines end in CRLF, LF or a lone CR; a UTF-8 byte order mark at the start is dropped; the last
/// record needs no line end. Laws: the records are a function of the bytes, not of how they were cut
/// into chunks; every byte belongs to one record; a bad record never stops the reading. Memory is at
/// most what `Limits` lets one record keep, whatever the file holds.
package struct CSVReader: Sendable {
    package struct Limits: Hashable, Sendable {
        package var columnsMax = 256
        package var fieldBytesMax = 64 << 10
        /// Counts every byte of the record, separators and quotes included.
        package var recordBytesMax = 1 << 20

        package init() {}
    }

    private enum State {
        case fieldStart
        case plain
        case quoted
        /// After a quote inside quotes: a second one is a quote, anything else ends the quoting.
        case quoteInQuoted
    }

    private static let quote: UInt8 = 0x22
    private static let lineFeed: UInt8 = 0x0a
    private static let carriageReturn: UInt8 = 0x0d
    private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    private let limits: Limits
    private let separator: UInt8
    private var state = State.fieldStart
    /// Bytes that may still turn out to be the byte order mark; nil once that is known.
    private var head: [UInt8]? = []
    private var line = 1
    private var startLine = 1
    /// The last byte was a CR, so a LF now belongs to it.
    private var afterReturn = false
    private var field: [UInt8] = []
    private var fields: [String] = []
    /// Columns seen, kept or not.
    private var column = 1
    private var recordBytes = 0
    private var problem: CSVProblem?

    package init(separator: UInt8 = 0x2c, limits: Limits = Limits()) {
        self.separator = separator
        self.limits = limits
    }

    /// The next bytes of the file. Calls `each` for every record that they complete.
    package mutating func read(
        _ bytes: [UInt8], _ each: (CSVRecord) throws -> Void
    ) rethrows {
        var index = 0
        while head != nil, index < bytes.count {
            try open(with: bytes[index], each)
            index += 1
        }
        while index < bytes.count {
            let end = plainEnd(in: bytes, from: index)
            if end > index {
                afterReturn = false
                keep(bytes[index..<end])
                index = end
            } else {
                try step(bytes[index], each)
                index += 1
            }
        }
    }

    /// The file is at its end. The reader is then as new.
    package mutating func finish(_ each: (CSVRecord) throws -> Void) rethrows {
        if let early = head {
            head = nil
            for byte in early { try step(byte, each) }
        }
        if state == .quoted { refuse(.unterminatedQuote(column: column)) }
        if recordBytes > 0 { try endRecord(each) }
        self = CSVReader(separator: separator, limits: limits)
    }

    private mutating func open(
        with byte: UInt8, _ each: (CSVRecord) throws -> Void
    ) rethrows {
        guard var early = head else { return }
        early.append(byte)
        head = early
        if early == Self.mark {
            head = nil
        } else if !Self.mark.starts(with: early) {
            head = nil
            for byte in early { try step(byte, each) }
        }
    }

    /// Where the run of bytes ends that mean nothing but themselves in this state.
    private func plainEnd(in bytes: [UInt8], from start: Int) -> Int {
        var index = start
        switch state {
        case .plain:
            while index < bytes.count, bytes[index] > Self.quote, bytes[index] != separator {
                index += 1
            }
        case .quoted:
            while index < bytes.count, bytes[index] > Self.quote { index += 1 }
        case .fieldStart, .quoteInQuoted:
            break
        }
        return index
    }

    private mutating func step(
        _ byte: UInt8, _ each: (CSVRecord) throws -> Void
    ) rethrows {
        if afterReturn {
            afterReturn = false
            if byte == Self.lineFeed {
                if state == .quoted { keep([byte][...]) }
                return
            }
        }
        switch (state, byte) {
        case (.quoted, Self.quote):
            count(1)
            state = .quoteInQuoted
        case (.quoted, _):
            countLine(byte)
            keep([byte][...])
        case (_, Self.lineFeed), (_, Self.carriageReturn):
            count(1)
            countLine(byte)
            try endRecord(each)
        case (_, separator):
            count(1)
            endField()
        case (.fieldStart, Self.quote):
            count(1)
            state = .quoted
        case (.quoteInQuoted, Self.quote):
            state = .quoted
            keep([byte][...])
        case (.fieldStart, _):
            state = .plain
            keep([byte][...])
        case (.plain, Self.quote), (.quoteInQuoted, _):
            refuse(.strayQuote(column: column))
            state = .plain
            keep([byte][...])
        case (.plain, _):
            keep([byte][...])
        }
    }

    private mutating func countLine(_ byte: UInt8) {
        afterReturn = byte == Self.carriageReturn
        if afterReturn || byte == Self.lineFeed { line += 1 }
    }

    private mutating func count(_ bytes: Int) {
        recordBytes = min(recordBytes, limits.recordBytesMax) + bytes
        if recordBytes > limits.recordBytesMax {
            refuse(.recordTooLong(bytesMax: limits.recordBytesMax))
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        // What is kept, and which limit is met first, is as if the bytes came one by one.
        let within = bytes.prefix(max(0, limits.recordBytesMax - recordBytes))
        if column <= limits.columnsMax {
            let room = limits.fieldBytesMax - field.count
            field.append(contentsOf: within.prefix(room))
            if within.count > room {
                refuse(.fieldTooLong(column: column, bytesMax: limits.fieldBytesMax))
            }
        }
        count(bytes.count)
    }

    private mutating func refuse(_ reason: CSVProblem) {
        if problem == nil { problem = reason }
    }

    private mutating func endField() {
        if column <= limits.columnsMax {
            if let text = String(validating: field, as: UTF8.self) {
                fields.append(text)
            } else {
                refuse(.notUTF8(column: column))
                fields.append(String(decoding: field, as: UTF8.self))
            }
        } else {
            refuse(.tooWide(columnsMax: limits.columnsMax))
        }
        field.removeAll(keepingCapacity: true)
        column = min(column, limits.columnsMax) + 1
        state = .fieldStart
    }

    private mutating func endRecord(_ each: (CSVRecord) throws -> Void) rethrows {
        endField()
        let record = CSVRecord(line: startLine, fields: fields, problem: problem)
        fields.removeAll(keepingCapacity: true)
        problem = nil
        column = 1
        recordBytes = 0
        startLine = line
        try each(record)
    }
}
