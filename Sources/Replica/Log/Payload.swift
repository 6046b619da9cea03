import Wire

/// The plaintext of a body: `definitions ‖ op count ‖ (kind ‖ length ‖ bytes)*`.
package enum Payload {
    package static let opsMax = 1_024

    /// The bytes of some ops and the chapter after them; nil when they exceed an entry's limits,
    /// and the document must span several entries.
    package static func encode(
        _ ops: [Operation], chapter: Chapter
    ) -> (bytes: [UInt8], chapter: Chapter)? {
        guard !ops.isEmpty, ops.count <= opsMax else { return nil }
        var names = NameWriter(chapter)
        for op in ops {
            names.bytes.varint(op.kind)
            names.nested { op.write(to: &$0) }
        }
        var writer = ByteWriter(reserving: names.bytes.count + 64)
        writer.length(names.definitions.count)
        for name in names.definitions { writer.text(name) }
        writer.length(ops.count)
        writer.raw(names.bytes.bytes)
        guard writer.count <= EntryHeader.payloadBytesMax else { return nil }
        return (writer.bytes, names.chapter)
    }

    /// A payload as a member reads it. Never fails: what cannot be read is judged void, and the
    /// definitions count whatever the verdict.
    ///
    /// If the definitions cannot be read, none of them counts and the whole payload is void. The
    /// chapter is changed in place: a copy per entry would be quadratic in its names.
    package static func decode(
        _ bytes: [UInt8], chapter: inout Chapter
    ) -> [Result<Operation, VoidReason>] {
        var reader = ByteReader(bytes)
        guard let names = try? definitions(from: &reader, room: chapter.room) else {
            return [.failure(.payloadForm)]
        }
        for name in names { chapter.define(name) }
        return (try? ops(from: &reader, chapter: chapter)) ?? [.failure(.payloadForm)]
    }

    private static func definitions(
        from reader: inout ByteReader, room: Int
    ) throws(WireError) -> [String] {
        let count = try reader.length(atMost: min(room, Chapter.definitionsMax))
        var names: [String] = []
        for _ in 0..<count { names.append(try reader.text(atMost: Chapter.nameBytesMax)) }
        return names
    }

    private static func ops(
        from reader: inout ByteReader, chapter: Chapter
    ) throws(WireError) -> [Result<Operation, VoidReason>] {
        let count = try reader.length(atMost: opsMax)
        guard count > 0 else { throw .truncated }
        var ops: [Result<Operation, VoidReason>] = []
        for _ in 0..<count {
            let kind = try reader.varint()
            let length = try reader.length(atMost: EntryHeader.payloadBytesMax)
            let nested = try reader.nested(length)
            ops.append(Operation.decode(kind: kind, NameReader(bytes: nested, chapter: chapter)))
        }
        try reader.finish()
        return ops
    }
}

/// Why an op counts for nothing, everywhere and for good unless the roster grows.
package enum VoidReason: String, Error, CaseIterable, Sendable {
    /// The payload as a whole cannot be read.
    case payloadForm = "payload"
    /// This op cannot be read.
    case operationForm = "form"
    case unbalanced
    /// The account is not the author's to post to, or its home is another scope.
    case account
    /// The roster gives the author no right to write this scope or op.
    case noGrant = "grant"
    /// Above the author's cut.
    case cut
}
