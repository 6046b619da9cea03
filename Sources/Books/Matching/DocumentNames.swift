import Replica

/// What a document may be called in a text: by its number, by what it was called in another system, and by the invoices
/// that it is on.
package struct DocumentNames: Sendable {
    /// Codes of invoices, by what they are of.
    private var codes: [DocumentNumber: [String]] = [:]

    /// - Parameter invoices: those that stand.
    package init(_ invoices: [Invoice] = []) {
        for invoice in invoices where invoice.stands && Self.tells(invoice.code) {
            for document in [invoice.number] + invoice.documents
            // Another branch may say of its invoice that it is of anything.
            where document.series.branch == invoice.number.series.branch {
                codes[document, default: []].append(invoice.code)
            }
        }
    }

    /// By any of its names. Cost: by the length of the text, for each of them.
    package func isNamed(_ item: OpenItem, in text: String) -> Bool {
        isNumbered(item, in: text) || isCalled(item, in: text)
    }

    /// By its own number, which stands in no text by chance.
    package func isNumbered(_ item: OpenItem, in text: String) -> Bool {
        text.names(item.number.description)
    }

    /// By what others call it: of two parties may two documents be called the same.
    package func isCalled(_ item: OpenItem, in text: String) -> Bool {
        Self.old(item).contains { Self.tells($0) && text.hasWord($0) }
            || (codes[item.number] ?? []).contains { text.hasWord($0) }
    }

    /// What another system called it: its key there. That of an opening balance is `R-17 3f2a…`, of which people know what
    /// stands before the last blank.
    private static func old(_ item: OpenItem) -> [String] {
        guard let key = item.key else { return [] }
        let label = key.utf8.lastIndex(of: UInt8(ascii: " ")).map { String(key[..<$0]) }
        return [key, label].compactMap { $0 }
    }

    /// A word, a date, a short number, or a quantity such as `10kg` is in many texts by chance.
    private static func tells(_ name: String) -> Bool {
        guard Day(name) == nil else { return false }
        let bytes = Array(name.utf8)
        let digits = bytes.prefix { (0x30...0x39).contains($0) }.count
        guard digits < bytes.count else { return digits > 4 }
        let unit = bytes[digits...].allSatisfy { (0x61...0x7a).contains($0 | 0x20) || $0 == 0x20 }
        return bytes.count > 2 && bytes.contains { (0x30...0x39).contains($0) }
            && !(digits > 0 && digits < 5 && unit)
    }
}

extension String {
    /// As `names`, and no part of a longer code either: neither `17` nor `A-17` is in `A-17-2`.
    fileprivate func hasWord(_ word: String) -> Bool {
        let (text, word) = (Array(utf8), Array(word.utf8))
        guard !word.isEmpty, text.count >= word.count else { return false }
        func isLetter(_ place: Int) -> Bool {
            text.indices.contains(place)
                && ((0x61...0x7a).contains(text[place] | 0x20)
                    || (0x30...0x39).contains(text[place]))
        }
        func joins(_ place: Int, _ step: Int) -> Bool {
            guard text.indices.contains(place) else { return false }
            return isLetter(place)
                || [0x2d, 0x2e, 0x2f, 0x5f].contains(text[place]) && isLetter(place + step)
        }
        return (0...(text.count - word.count)).contains { start in
            text[start..<start + word.count].elementsEqual(word)
                && !joins(start - 1, -1) && !joins(start + word.count, 1)
        }
    }
}
