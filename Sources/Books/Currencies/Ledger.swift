package import Replica

/// The money in which figures are kept: minor units of `currency` at `scale` decimal places. Of the book, or of a branch
/// whose legal entity keeps its books in another currency; then it knows the book's own as well.
package struct Ledger: Hashable, Sendable {
    package let currency: CurrencyCode
    package let scale: Int
    private let bookCurrency: CurrencyCode
    private let bookScale: Int

    /// The book's own.
    package init(currency: CurrencyCode, scale: Int) {
        self.currency = currency
        self.scale = scale
        (bookCurrency, bookScale) = (currency, scale)
    }

    /// Of figures of any currency, in a company whose book's own is `book`.
    package init(_ currency: CurrencyCode, in book: Ledger) {
        self.currency = currency
        scale = book.scale(of: currency)
        (bookCurrency, bookScale) = (book.bookCurrency, book.bookScale)
    }

    /// The book's own: statements of several branches, limits and prices are in it.
    package var book: Ledger { Ledger(currency: bookCurrency, scale: bookScale) }
    package var isBook: Bool { currency == bookCurrency }

    /// Decimal places of a currency's amounts: the book's own has those that it was founded with.
    package func scale(of code: CurrencyCode) -> Int {
        code == bookCurrency ? bookScale : code.exponent
    }

    /// Of figures of another currency.
    package func reading(_ code: CurrencyCode) -> Ledger {
        Ledger(code, in: self)
    }
}
