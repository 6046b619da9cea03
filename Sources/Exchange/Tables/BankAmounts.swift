import Books

/// What came or went by a row of a bank's statement. Banks write one column with a sign, or one for what came and one for
/// what went; the one that is not used is empty, or zero.
enum BankAmounts {
    private static let fields = ["amount", "in", "out"]

    /// Why a row is none; nil for one that may be tried.
    static func fault(_ row: TableImport.Row) -> Refusal? {
        if let date = row["date"] {
            do { _ = try Planner.day(date) } catch { return error }
        }
        for field in fields {
            guard let figure = row[field] else { continue }
            do {
                _ = try Amount.parse(figure, scale: Amount.scaleMax)
            } catch .notANumber {
                return Refusal(
                    .badNumber, "\(figure) is not a decimal number",
                    next: "write amounts with a point and without separators, as in 1234.50")
            } catch {
                // Which places an amount may have is known where the currency is.
                continue
            }
        }
        let isIn = moved(row, "in") != nil, isOut = moved(row, "out") != nil
        guard moved(row, "amount") != nil || isIn || isOut else {
            return Refusal(
                .badFile,
                fields.contains { row[$0] != nil } ? "nothing came or went" : "there is no amount",
                next: "leave the row out, or say how much")
        }
        guard !isIn || !isOut else {
            return Refusal(
                .badFile, "\(row["in"] ?? "") came and \(row["out"] ?? "") went in one row",
                next: "make two rows of it")
        }
        return nil
    }

    /// Below zero where money went.
    static func amount(_ row: TableImport.Row) -> String {
        if let figure = moved(row, "amount") ?? moved(row, "in") { return figure }
        guard let figure = moved(row, "out") else { return "" }
        if figure.hasPrefix("-") { return String(figure.dropFirst()) }
        return "-" + (figure.hasPrefix("+") ? String(figure.dropFirst()) : figure)
    }

    /// A figure that is not zero.
    private static func moved(_ row: TableImport.Row, _ field: String) -> String? {
        row[field].flatMap { figure in
            figure.utf8.contains { (0x31...0x39).contains($0) } ? figure : nil
        }
    }
}
