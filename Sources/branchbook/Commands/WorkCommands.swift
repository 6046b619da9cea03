import ArgumentParser
import Books
import Engine

struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Work that somebody has to do (任务).",
        subcommands: [
            TaskList.self, TaskOpen.self, TaskTake.self, TaskHand.self, TaskDone.self,
            TaskCancel.self, TaskShow.self,
        ], defaultSubcommand: TaskList.self)
}

struct TaskOpen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "A new task.",
        discussion: """
            With --about whoever reads that document reads the task; with --branch that branch and this one; without either
            everybody in the company.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "What is to be done.") var text: String
    @Option(name: .long, help: "Who is to do it.") var owner: String?
    @Option(name: .long, help: "Where it is to be done.") var branch: String?
    @Option(name: .long, help: "The number of a document.") var about: String?
    @Option(name: .long, help: "By when, as in 2026-12-01.") var due: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.due = due
        let form = TaskForm(text: text, owner: owner, branch: branch, about: about)
        try node.perform(.work(details, .open(form)), writing)
    }
}

struct TaskTake: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take", abstract: "It is mine from now on; --person says whose.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var task: String
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.work(writing.details(), .take(task: task)), writing) }
}

struct TaskHand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hand", abstract: "It is somebody else's from now on.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var task: String
    @Option(name: .long, help: "Whose.") var owner: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.work(writing.details(), .hand(task: task, owner: owner)), writing)
    }
}

struct TaskDone: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "done", abstract: "It is done; --memo says what came of it.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var task: String
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.work(writing.details(), .finish(task: task)), writing) }
}

struct TaskCancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "It is not to be done any more; --memo says why.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var task: String
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.work(writing.details(), .cancel(task: task)), writing) }
}

struct TaskList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Tasks that are open.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "Of one branch.") var branch: String?
    @Option(name: .long, help: "Of one person.") var person: String?
    @Flag(name: .long, help: "Past the day by which they were to be done.") var overdue = false
    @Flag(name: .long, help: "Those that are done or cancelled as well.") var all = false
    func run() throws {
        try node.query(
            .tasks(
                TaskFilter(branch: branch, person: person, overdueOnly: overdue, all: all)),
            reading)
    }
}

struct TaskShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One task, and what was said of it.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "Its number.") var task: String
    func run() throws { try node.query(.task(number: task), reading) }
}

struct CommentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comment", abstract: "Say something of a document or a task.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var document: String
    @Argument(help: "What.") var text: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.work(writing.details(), .comment(on: document, text: text)), writing)
    }
}

struct DecisionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decision", abstract: "What was decided of a document (决定).",
        subcommands: [DecisionRecord.self])
}

struct DecisionRecord: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record a decision of a document as it is now; `show` tells when it has changed.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "What was decided.") var text: String
    @Option(name: .long, help: "The number of the document.") var about: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.work(writing.details(), .decide(about: about, text: text)), writing)
    }
}

struct NoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice", abstract: "What people are told, and who has read it (通知).",
        subcommands: [NoticeList.self, NoticePost.self, NoticeRead.self, NoticeShow.self],
        defaultSubcommand: NoticeList.self)
}

struct NoticePost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Tell everybody, or some branches.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "What.") var text: String
    @Option(name: .long, help: "For this branch; may be repeated.") var branch: [String] = []
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.work(writing.details(), .post(text: text, branches: branch)), writing)
    }
}

struct NoticeRead: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Say that it was read; --person says by whom.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Its number.") var notice: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.work(writing.details(), .read(notice: notice)), writing)
    }
}

struct NoticeList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Notices, and how many people have read them.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.notices, reading) }
}

struct NoticeShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One notice: who has read it, and who has not.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "Its number.") var notice: String
    func run() throws { try node.query(.notice(number: notice), reading) }
}

struct Todo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What waits for a person, or at a branch, the oldest first (待办).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "For whom; the node's own user by default.") var person: String?
    @Option(name: .long, help: "All work of a branch.") var branch: String?
    @Flag(name: .long, help: "Past the day by which it was to be done.") var overdue = false
    func run() throws {
        try node.query(
            .todo(TodoFilter(person: person, branch: branch, overdueOnly: overdue)), reading)
    }
}
