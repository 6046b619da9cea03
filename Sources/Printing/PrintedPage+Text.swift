extension PrintedPage {
    /// Plain text for a roll: 32 columns on 58 mm of paper, 48 on 80 mm. Each line ends with a line feed,
    /// the only control character in it.
    /// Law: no line is wider than `columns`.
    /// - Parameter columns: taken as 16 where fewer, as 255 where more.
    package func text(columns: Int) -> String {
        let columns = PlainText.bounded(columns)
        var lines = roll(columns)
        if let code {
            lines += PlainText.centred(code.caption, columns)
            lines += Symbol.blocks(of: code.text, columns) ?? Self.spelled(code, columns)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Everything but the code.
    func roll(_ columns: Int) -> [String] {
        var roll = (heading + [title]).flatMap { PlainText.centred($0, columns) }
        roll += facts.flatMap { PlainText.spread($0.label, $0.value, columns) }
        let rule = String(repeating: "-", count: columns)
        if !lines.isEmpty {
            roll.append(rule)
            roll += lines.flatMap { paragraph($0, columns) }
            roll.append(rule)
        }
        roll += totals.flatMap { PlainText.spread($0.label, $0.value, columns) }
        roll += notes.flatMap { PlainText.wrapped($0, columns) }
        for signature in signatures {
            roll += PlainText.wrapped(signature, columns)
            roll += ["", "", String(repeating: "_", count: columns)]
        }
        return roll
    }

    /// The name, then `quantity x price  amount` at the right, the amount below where it has no room.
    private func paragraph(_ line: Line, _ columns: Int) -> [String] {
        let counted = line.price.map { line.quantity + " x " + $0 } ?? line.quantity
        let name = PlainText.wrapped(line.name, columns)
        let whole = PlainText.harmless(counted + (line.amount.map { "  " + $0 } ?? ""))
        let room = columns - PlainText.columns(of: whole)
        if room >= 0, line.amount != nil {
            return name + [String(repeating: " ", count: room) + whole]
        }
        return name + [counted, line.amount ?? ""].flatMap { PlainText.right($0, columns) }
    }

    /// The code's text in groups.
    static func spelled(_ code: Code, _ columns: Int) -> [String] {
        PlainText.wrapped(PlainText.grouped(code.text), columns)
    }
}
