extension Symbol {
    /// Modules of white around a symbol made of characters.
    private static let blockQuiet = 2

    /// A square symbol as text, two rows of modules a line; a dark module is a printed half block.
    /// Law: the lines give the modules back.
    /// - Returns: nil where it is wider than `columns`, and for bars, which need height.
    package func halfBlocks(columns: Int) -> [String]? {
        let quiet = Self.blockQuiet
        guard !isBars, width + 2 * quiet <= columns else { return nil }
        return stride(from: -quiet, to: height + quiet, by: 2).map { y in
            String((-quiet..<width + quiet).map { x in Self.block(self[x, y], self[x, y + 1]) })
        }
    }

    /// A text as a QR code in the middle of a line; nil where there is no room for it, or it cannot be drawn.
    static func blocks(of text: String, _ columns: Int) -> [String]? {
        guard let symbol = try? Symbol.qr(text), let blocks = symbol.halfBlocks(columns: columns)
        else { return nil }
        let room = (columns - PlainText.columns(of: blocks[0])) / 2
        return blocks.map { String(repeating: " ", count: room) + $0 }
    }

    private static func block(_ upper: Bool, _ lower: Bool) -> Character {
        switch (upper, lower) {
        case (false, false): " "
        case (true, false): "▀"
        case (false, true): "▄"
        case (true, true): "█"
        }
    }
}
