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
