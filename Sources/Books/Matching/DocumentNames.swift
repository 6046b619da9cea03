import Replica

/// What a document may be called in a text: by its number, by what it was called in another system, and by the invoices
/// that it is on.
package struct DocumentNames: Sendable {
    /// Codes of invoices that stand, by what they are of.
    private var codes: [DocumentNumber: [String]] = [:]

    package init(_ invoices: [Invoice] = []) {
        for invoice in invoices where invoice.stands {
            for document in [invoice.number] + invoice.documents {
                codes[document, default: []].append(invoice.code)
            }
        }
    }

    /// Cost: by the length of the text, for each of the names.
    package func isNamed(_ item: OpenItem, in text: String) -> Bool {
        text.names(item.number.description)
            || Self.old(item).contains { Self.tells($0) && text.hasWord($0) }
            || (codes[item.number] ?? []).contains { Self.tells($0) && text.hasWord($0) }
    }

    /// What another system called it: its key there, and what a memo such as `R-17, due 2026-12-01` begins with. A key of
    /// an opening balance is `R-17 3f2a…`.
    private static func old(_ item: OpenItem) -> [String] {
        let label = item.key.map { String($0.prefix { $0 != " " }) }
        let memo = item.memo.map { String($0.prefix { $0 != "," }) }
        return [item.key, label, memo.flatMap { $0.contains(" ") ? nil : $0 }].compactMap { $0 }
    }

    /// A word, a date, or a short number is in many texts by chance.
    private static func tells(_ name: String) -> Bool {
        guard Day(name) == nil else { return false }
        let bytes = Array(name.utf8)
        let digits = bytes.filter { (0x30...0x39).contains($0) }.count
        return digits == bytes.count ? digits > 4 : digits > 0 && bytes.count > 2
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
