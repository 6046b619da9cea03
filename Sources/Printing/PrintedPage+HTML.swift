extension PrintedPage {
    /// A page that needs nothing else, for A4, letter or a roll: the paper's width decides.
    package func html() -> String {
        var body = ["<header>"]
        body += heading.map { "<p>\(HTML.escaped($0))</p>" }
        body += ["<h1>\(HTML.escaped(title))</h1>", "</header>"]
        if let barcode { body.append(HTML.barcode(barcode)) }
        if !facts.isEmpty {
            body.append("<dl>")
            body += facts.map {
                "<dt>\(HTML.escaped($0.label))</dt><dd>\(HTML.escaped($0.value))</dd>"
            }
            body.append("</dl>")
        }
        if !lines.isEmpty { body += ["<table class=\"lines\">"] + rows + ["</table>"] }
        if !totals.isEmpty {
            body.append("<table class=\"totals\">")
            body += totals.map { "<tr>\(cell($0.label))\(cell($0.value, isNumeric: true))</tr>" }
            body.append("</table>")
        }
        body += notes.map { "<p class=\"note\">\(HTML.escaped($0))</p>" }
        if !signatures.isEmpty {
            body.append("<div class=\"signatures\">")
            body += signatures.map { "<div>\(HTML.escaped($0))</div>" }
            body.append("</div>")
        }
        if let code { body.append(figure(code)) }
        return HTML.page(title: title, language: language, style: Self.style, body: body)
    }

    /// A column that no line fills is left out.
    private var rows: [String] {
        let hasPrices = lines.contains { $0.price != nil }
        let hasAmounts = lines.contains { $0.amount != nil }
        return lines.map { line in
            var row = "<tr>" + cell(line.name) + cell(line.quantity, isNumeric: true)
            if hasPrices { row += cell(line.price ?? "", isNumeric: true) }
            if hasAmounts { row += cell(line.amount ?? "", isNumeric: true) }
            return row + "</tr>"
        }
    }

    private func cell(_ text: String, isNumeric: Bool = false) -> String {
        "<td\(isNumeric ? " class=\"n\"" : "")>\(HTML.escaped(text))</td>"
    }

    private func figure(_ code: Code) -> String {
        let picture =
            (try? Symbol.qr(code.text).svg(module: 3, quiet: Symbol.qrQuiet))
            ?? "<code>\(HTML.escaped(PlainText.grouped(code.text)))</code>"
        return "<figure>\(picture)<figcaption>\(HTML.escaped(code.caption))</figcaption></figure>"
    }

    private static let style = """
        body{font:14px/1.4 system-ui,"Noto Sans CJK SC",sans-serif;color:#000;background:#fff;
        margin:1rem auto;padding:0 1rem;max-width:48rem;overflow-wrap:anywhere}
        header{text-align:center}header p{margin:0}h1{font-size:1.3rem;margin:.3rem 0 .8rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0 0 .8rem}
        dt{color:#444}dd{margin:0}
        table{border-collapse:collapse;width:100%;margin:0 0 .8rem}
        td{padding:.2rem .4rem;vertical-align:top}
        .lines td{border-bottom:1px solid #bbb}
        .lines{border-top:1px solid #000}
        .totals{width:auto;min-width:40%;margin-left:auto;font-weight:600}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .bars{text-align:center;margin:0 0 .8rem}.bars svg{max-width:100%;height:12mm}
        .signatures{display:flex;flex-wrap:wrap;gap:1rem;margin:0 0 .8rem}
        .signatures div{flex:1 1 12rem;height:22mm;border:1px solid #000;padding:.2rem .4rem}
        figure{margin:0;text-align:center}figure svg{max-width:100%;height:auto}
        tr,figure,.bars,.signatures div{break-inside:avoid}
        @page{margin:12mm}
        @media print{body{margin:0;padding:0;max-width:none;font-size:11px}}
        @media print and (max-width:90mm){@page{margin:2mm}
        body{font-size:10px;overflow-wrap:break-word}h1{font-size:1.2rem}
        td{padding:.1rem 0}.totals{width:100%}
        .lines tr{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:0 3mm;
        border-bottom:1px solid #bbb}
        .lines td{border:0}.lines td:empty{display:none}
        .lines td:first-child{flex:1 0 100%}
        .n{white-space:normal;max-width:100%}}
        """
}
