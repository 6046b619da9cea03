/// Parts of an amount by weights: each is rounded so that all together are the amount, to the cent.
struct Shares {
    private let amount: Int128
    private let sum: Int128
    private var (seen, given) = (Int128(0), Int128(0))

    /// `sum`, of all weights, is above zero.
    init(of amount: Int128, in sum: Int128) {
        self.amount = amount
        self.sum = sum
    }

    /// - Throws: `BooksError.overflow` where a product does not fit.
    mutating func next(_ weight: Int128) throws -> Int64 {
        seen += weight
        let (product, over) = amount.multipliedReportingOverflow(by: seen)
        guard !over else { throw BooksError.overflow }
        let due = Int128(try Amount.divide(product, by: sum))
        defer { given = due }
        guard let share = Int64(exactly: due - given) else { throw BooksError.overflow }
        return share
    }
}
