@testable import Printing

/// Texts to draw and print, and a reader of bars of its own.
enum Samples {
    /// Characters of QR's alphanumeric mode, the same for the same seed.
    static func alphanumeric(_ count: Int, seed: UInt64) -> String {
        let characters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
        var state = seed
        return String(
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return characters[Int(state >> 33) % characters.count]
            })
    }

    /// What people and attackers put into names.
    static let awkward = [
        "", " ", "\n\n", "Tea", "Green tea from the high mountains of Hangzhou, 250 g, in a tin",
        String(repeating: "x", count: 300), "龙井茶", String(repeating: "龙井绿茶特级", count: 20),
        "a龙b井c绿d茶e特f级g龙h井i绿j茶k特l级m", "🍵 茶 🚀 tea 🇨🇳", String(repeating: "🍵", count: 40),
        String(repeating: "👩\u{200d}👩\u{200d}👧\u{200d}👦", count: 9),
        "👩" + String(repeating: "\u{200d}👩", count: 200),
        "e\u{301}" + String(repeating: "\u{301}", count: 50), "\u{301}", " \u{301} \u{301}",
        "\u{1b}@\u{1d}V\u{0}cut", "tab\tnew\nline\r\nreturn\u{7f}", "\u{202e}drawkcab\u{202c}",
        "a\u{2028}b\u{2029}c\u{85}d\u{9b}31m", "<script>alert('x')</script>",
        "\u{200b}\u{200b}\u{feff}", "ｆｕｌｌ　ｗｉｄｔｈ ﾊﾝｶｸ",
    ]

    /// A page that says one text everywhere.
    static func page(_ text: String) -> PrintedPage {
        PrintedPage(
            title: text, heading: [text, text], facts: [.init(text, text), .init("No", text)],
            lines: [
                .init(name: text, quantity: text, price: text, amount: text),
                .init(name: text, quantity: "1 kg", price: nil, amount: text),
                .init(name: "Tea", quantity: text, price: text),
                .init(name: "Tea", quantity: text),
            ],
            totals: [.init(text, text), .init(text, "12.00")], notes: [text],
            signatures: [text], code: .init(text: text, caption: text), barcode: text,
            language: text)
    }

    static func bars(of symbol: Symbol) -> String {
        String((0..<symbol.width).map { symbol[$0, 0] ? "1" : "0" })
    }

    /// The 13 digits of 95 modules, or nil (GS1 General Specifications, 5.2.1.2).
    static func digits(of symbol: Symbol) -> String? {
        let bars = Array(bars(of: symbol))
        guard bars.count == 95, String(bars[0..<3]) == "101", String(bars[45..<50]) == "01010",
            String(bars[92..<95]) == "101"
        else { return nil }
        let odd = [
            "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011",
            "0110111", "0001011",
        ]
        let right = odd.map { String($0.map { $0 == "0" ? "1" : "0" }) }
        let even = right.map { String($0.reversed()) }
        // Which left digits are of the even set says the first digit.
        let firsts = [
            "OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE",
            "OEOEEO", "OEEOEO",
        ]
        var (digits, parity) = ("", "")
        for place in 0..<12 {
            let start = 3 + 7 * place + (place < 6 ? 0 : 5)
            let pattern = String(bars[start..<start + 7])
            if place >= 6 {
                guard let digit = right.firstIndex(of: pattern) else { return nil }
                digits += String(digit)
            } else if let digit = odd.firstIndex(of: pattern) {
                digits += String(digit)
                parity += "O"
            } else if let digit = even.firstIndex(of: pattern) {
                digits += String(digit)
                parity += "E"
            }
        }
        return firsts.firstIndex(of: parity).map { String($0) + digits }
    }
}
