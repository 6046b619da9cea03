import Wire

/// Names that a log defined since the chapter began: the first use defines an index, later uses
/// cost a byte or two.
///
/// A reference is a varint: 0 and the text itself, or 1 + the index. When the table is full, names
/// are written out, so that an author is never stuck and a reader's memory is bounded.
package struct Chapter: Sendable {
    /// Seq of the entry that began the chapter.
    package let start: UInt64
    package private(set) var names: [String] = []
    /// Keyed by bytes: `String` equality would merge spellings that differ.
    private var indices: [ExactText: Int] = [:]

    package static let entriesMax: UInt64 = 4_096
    package static let namesMax = 16_384
    package static let definitionsMax = 1_024
    package static let nameBytesMax = 256

    package init(start: UInt64 = 1) { self.start = start }

    /// Restores a stored table.
    package init(start: UInt64, names: [String]) {
        self.start = start
        for name in names { define(name) }
    }

    package subscript(index: Int) -> String? {
        names.indices.contains(index) ? names[index] : nil
    }

    /// How many more names it takes.
    var room: Int { Self.namesMax - names.count }

    func index(of name: String) -> Int? { indices[ExactText(name)] }

    @discardableResult
    mutating func define(_ name: String) -> Int {
        names.append(name)
        let index = names.count - 1
        let key = ExactText(name)
        if indices[key] == nil { indices[key] = index }
        return index
    }
}

/// Writes ops and gathers the names that they use for the first time.
struct NameWriter {
    var bytes = ByteWriter(reserving: 256)
    private(set) var chapter: Chapter
    private(set) var definitions: [String] = []

    init(_ chapter: Chapter) { self.chapter = chapter }

    mutating func name(_ name: String) {
        if let index = chapter.index(of: name) {
            bytes.length(index + 1)
        } else if definitions.count < Chapter.definitionsMax,
            chapter.room > 0
        {
            definitions.append(name)
            bytes.length(chapter.define(name) + 1)
        } else {
            bytes.varint(0)
            bytes.text(name)
        }
    }

    /// A length-prefixed part, such as one op.
    mutating func nested(_ build: (inout NameWriter) -> Void) {
        let outer = bytes
        bytes = ByteWriter()
        build(&self)
        let inner = bytes.bytes
        bytes = outer
        bytes.blob(inner)
    }
}

/// Reads ops with the names of their chapter.
struct NameReader {
    var bytes: ByteReader
    let chapter: Chapter

    mutating func name() throws(WireError) -> String {
        let reference = try bytes.length(atMost: Chapter.namesMax)
        guard reference > 0 else { return try bytes.text(atMost: Chapter.nameBytesMax) }
        guard let name = chapter[reference - 1] else { throw .unknown(field: "name") }
        return name
    }
}
