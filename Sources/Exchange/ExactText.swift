/// A key of another system, compared byte for byte: Swift's own `String` equality takes different
/// spellings of one letter for the same, and a file's keys may not be folded together.
package struct ExactText: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    package static func < (a: Self, b: Self) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }
    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xff))
    }
}

extension StringProtocol {
    /// Without blanks and tabs at either end.
    var trimmed: String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isBlank($0) }),
            let last = lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }

    /// The longest start of whole characters within so many bytes.
    func prefix(bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return String(self) }
        var result = ""
        var bytes = 0
        for character in self {
            bytes += String(character).utf8.count
            if bytes > bytesMax { break }
            result.append(character)
        }
        return result
    }
}
