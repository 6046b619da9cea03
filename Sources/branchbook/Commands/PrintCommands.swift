import ArgumentParser
import Books
import Engine
import Foundation
import Printing

/// What a paper is printed on.
enum PaperForm: String, ExpressibleByArgument, CaseIterable {
    /// A page for a browser's printer.
    case html
    /// Lines of text, the code as block elements.
    case text
    /// The bytes that a receipt printer takes.
    case escpos
}

struct PaperOptions: ParsableArguments {
    @Option(name: .long, help: "html (a page), text, or escpos (a receipt printer's own bytes).")
    var paper: PaperForm = .html
    @Option(name: .long, help: "Columns of text: 32 on 58 mm, 48 on 80 mm.")
    var columns: Int = 48

    func validate() throws {
        guard (24...120).contains(columns) else {
            throw ValidationError("--columns is 24 to 120")
        }
    }
}

struct PrintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "The receipt of a sale or a refund, the delivery note of a shipment.",
        discussion: """
            It goes to standard output: send it to a file, a browser or a printer. The code on it is what the
            document says, signed by this node: another branch takes it with `branchbook return --sale` or
            `branchbook transfer receive`, also where it has not heard of the document.
            """)
    @OptionGroup var node: NodeOptions
    @OptionGroup var options: PaperOptions
    @Argument(help: "Its number.") var document: String

    func run() throws {
        try node.withNode { node in
            let page = Paper(try node.report(.paper(number: document))).page
            switch options.paper {
            case .html: Terminal.write(page.html(), to: STDOUT_FILENO)
            case .text: Terminal.write(page.text(columns: options.columns), to: STDOUT_FILENO)
            case .escpos:
                FileHandle.standardOutput.write(Data(page.escpos(columns: options.columns)))
            }
        }
    }
}

struct LabelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels", abstract: "Labels of items: name, price of today, barcode.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var options: PaperOptions
    @Argument(help: "Items' codes.") var items: [String]

    func validate() throws {
        guard options.paper != .escpos else {
            throw ValidationError("labels are printed as html or text")
        }
    }

    func run() throws {
        try node.withNode { node in
            let report = try node.report(.labels(items: items))
            let labels = Labels(
                report.rows.map { row in
                    Label(
                        name: row[1].plain, code: row[0].plain,
                        price: row[3] == .empty ? nil : row[3].plain, barcode: row[4].plain)
                })
            Terminal.write(
                options.paper == .html
                    ? labels.html(
                        title: Phrases.translate(report.title), language: Phrases.language)
                    : labels.text(columns: options.columns), to: STDOUT_FILENO)
        }
    }
}

/// A report on a document as the paper that somebody gets.
private struct Paper {
    let page: PrintedPage

    init(_ report: Report) {
        func value(_ key: String) -> String? {
            report.facts.first { $0.key == key && $0.value != .empty }?.value.plain
        }
        func facts(_ keys: [String]) -> [PrintedPage.Fact] {
            report.facts.filter { keys.contains($0.key) && $0.value != .empty }.map {
                PrintedPage.Fact(Phrases.translate($0.label), $0.value.plain)
            }
        }
        var page = PrintedPage(
            title: Phrases.translate(report.title), language: Phrases.language)
        page.heading = [value("company"), value("branch")].compactMap { $0 }
        page.facts = facts([
            "document", "date", "person", "party", "of", "to", "due", "currency", "memo",
        ])
        page.totals = facts(["tax", "total", "tender"])
        page.lines = report.rows.map { row in
            PrintedPage.Line(
                name: row[1].plain, quantity: "\(row[2].plain) \(row[3].plain)",
                price: row[4] == .empty ? nil : row[4].plain,
                amount: row[5] == .empty ? nil : row[5].plain)
        }
        page.barcode = value("document")
        let isNote = value("to") != nil
        if let claim = value("claim") {
            page.code = PrintedPage.Code(
                text: claim,
                caption: Phrases.translate(
                    isNote ? "Receive with this code" : "Return at any branch with this code"))
        }
        if isNote {
            page.signatures = ["Handed over", "Received"].map { Phrases.translate($0) }
        }
        if value("reversed") != nil {
            page.notes = [Phrases.translate("This document was reversed")]
        }
        self.page = page
    }
}
