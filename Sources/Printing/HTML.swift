/// Pages that need nothing else: no script, no file and no address beside them.
package enum HTML {
    /// Scalar by scalar: a mark that combines with a quote must not hide it.
    package static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in PlainText.harmless(text).unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// - Parameter body: lines of HTML, escaped by whoever made them.
    static func page(title: String, language: String, style: String, body: [String]) -> String {
        let head = [
            "<!DOCTYPE html>", "<html lang=\"\(escaped(language))\">", "<head>",
            "<meta charset=\"utf-8\">",
            "<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
            "<title>\(escaped(title))</title>", "<style>\n\(style)\n</style>", "</head>", "<body>",
        ]
        return (head + body + ["</body>", "</html>", ""]).joined(separator: "\n")
    }

    /// The bars above their text; the text alone where it cannot be drawn.
    static func barcode(_ text: String) -> String {
        let bars = try? Symbol.barcode(text).svg(module: 2, quiet: Symbol.barsQuiet)
        return "<div class=\"bars\">\(bars ?? "")<div>\(escaped(text))</div></div>"
    }
}
