import Sodium
package import Wire

/// Canonical bytes of ops; see `docs/protocol.md`.
extension Operation {
    var kind: UInt64 {
        switch self {
        case .post: 1
        case .set: 2
        case .append: 3
        case .roster: 4
        case .unknown(let kind, _): kind
        }
    }

    func write(to out: inout NameWriter) {
        switch self {
        case .post(let transaction): transaction.write(to: &out)
        case .set(let write): write.write(to: &out)
        case .append(let event): event.write(to: &out)
        case .roster(let act): act.write(to: &out.bytes)
        case .unknown(_, let bytes): out.bytes.raw(bytes)
        }
    }

    /// Never traps. An unknown kind is kept as it is; a known one that cannot be read is void.
    static func decode(kind: UInt64, _ reader: NameReader) -> Result<Operation, VoidReason> {
        var reader = reader
        do {
            let op: Operation
            switch kind {
            case 1:
                switch try Transaction.read(from: &reader) {
                case .success(let transaction): op = .post(transaction)
                case .failure(let reason): return .failure(reason)
                }
            case 2: op = .set(try RegisterWrite.read(from: &reader))
            case 3: op = .append(try Event.read(from: &reader))
            case 4: op = .roster(try RosterAct.read(from: &reader.bytes))
            default:
                op = .unknown(kind: kind, bytes: try reader.bytes.raw(reader.bytes.remaining))
            }
            try reader.bytes.finish()
            return .success(op)
        } catch {
            return .failure(.operationForm)
        }
    }
}

extension Value {
    func write(to out: inout ByteWriter) {
        switch self {
        case .absent: out.byte(0)
        case .integer(let value):
            out.byte(1)
            out.signed(value)
        case .text(let text):
            out.byte(2)
            out.text(text)
        case .bytes(let bytes):
            out.byte(3)
            out.blob(bytes)
        }
    }

    static func read(from reader: inout ByteReader) throws(WireError) -> Value {
        switch try reader.byte() {
        case 0: .absent
        case 1: .integer(try reader.signed())
        case 2: .text(try reader.text(atMost: bytesMax))
        case 3: .bytes(try reader.blob(atMost: bytesMax))
        default: throw .unknown(field: "value")
        }
    }
}

extension RegisterWrite {
    func write(to out: inout NameWriter) {
        out.name(entity)
        out.name(attribute)
        value.write(to: &out.bytes)
        out.bytes.length(supersedes.count)
        for dot in supersedes {
            out.bytes.raw(dot.log.digest.bytes)
            out.bytes.varint(dot.seq)
            out.bytes.varint(UInt64(dot.index))
        }
    }

    static func read(from reader: inout NameReader) throws(WireError) -> RegisterWrite {
        let entity = try reader.name()
        let attribute = try reader.name()
        let value = try Value.read(from: &reader.bytes)
        var dots: [Dot] = []
        for _ in 0..<(try reader.bytes.length(atMost: supersedesMax)) {
            guard let log = Digest(try reader.bytes.raw(32)) else { throw .truncated }
            let seq = try reader.bytes.varint()
            let index = try reader.bytes.length(atMost: Payload.opsMax)
            dots.append(Dot(log: LogID(log), seq: seq, index: UInt32(index)))
        }
        return RegisterWrite(
            entity: entity, attribute: attribute, value: value, supersedes: dots)
    }
}

extension Event {
    func write(to out: inout NameWriter) {
        out.name(entity)
        out.name(kind)
        out.name(person)
        out.bytes.signed(Int64(effectiveDate.number))
        out.bytes.length(fields.count)
        for field in fields {
            out.name(field.name)
            field.value.write(to: &out.bytes)
        }
    }

    static func read(from reader: inout NameReader) throws(WireError) -> Event {
        let entity = try reader.name()
        let kind = try reader.name()
        let person = try reader.name()
        let date = try Day.read(from: &reader.bytes)
        var fields: [Field] = []
        for _ in 0..<(try reader.bytes.length(atMost: fieldsMax)) {
            let name = try reader.name()
            fields.append(Field(name, try Value.read(from: &reader.bytes)))
        }
        return Event(
            entity: entity, kind: kind, person: person, effectiveDate: date, fields: fields)
    }
}

extension Day {
    static func read(from reader: inout ByteReader) throws(WireError) -> Day {
        let number = try reader.signed()
        guard let day = Int32(exactly: number), Day.range.contains(day) else {
            throw .unknown(field: "date")
        }
        return Day(number: day)
    }
}

extension Operation {
    /// Canonical bytes that stand by themselves, with every name written out: what a digest covers.
    package var standaloneBytes: [UInt8] {
        var writer = NameWriter(Chapter())
        writer.bytes.varint(kind)
        write(to: &writer)
        return ByteWriter.bytes {
            $0.length(writer.definitions.count)
            for name in writer.definitions { $0.text(name) }
            $0.raw(writer.bytes.bytes)
        }
    }
}

extension Value {
    /// Canonical bytes, as a projection keeps them.
    package var bytes: [UInt8] { ByteWriter.bytes { write(to: &$0) } }

    package init(bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        self = try Value.read(from: &reader)
        try reader.finish()
    }
}

extension Event {
    /// Canonical bytes of the fields, as a projection keeps them.
    package var fieldBytes: [UInt8] {
        ByteWriter.bytes {
            $0.length(fields.count)
            for field in fields {
                $0.text(field.name)
                field.value.write(to: &$0)
            }
        }
    }

    /// Of what is said and by whom, so that somebody else can agree to it word for word.
    ///
    /// - Parameter author: nil for what is said alone.
    package func digest(by author: NodeID?) -> [UInt8] {
        var out = Domain.said.writer()
        out.byte(author == nil ? 0 : 1)
        if let author { out.raw(author.key.bytes) }
        out.text(entity)
        out.text(kind)
        out.text(person)
        out.text(effectiveDate.description)
        out.raw(fieldBytes)
        return Blake2b.hash256(out.bytes).bytes
    }

    package static let digestBytes = 32

    /// Reads what `fieldBytes` wrote.
    package static func fields(_ bytes: [UInt8]) throws(WireError) -> [Field] {
        var reader = ByteReader(bytes)
        var fields: [Field] = []
        for _ in 0..<(try reader.length(atMost: fieldsMax)) {
            // As long as it may be on the wire: what is valid there is read here.
            let name = try reader.text(atMost: Chapter.nameBytesMax)
            fields.append(Field(name, try Value.read(from: &reader)))
        }
        try reader.finish()
        return fields
    }
}

extension [Event.Field] {
    package func value(of name: String) -> Value? { first { $0.name == name }?.value }
}
