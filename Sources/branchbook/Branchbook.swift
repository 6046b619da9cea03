import ArgumentParser

/// The one executable: the daemon, and the commands that ask it.
@main
struct Branchbook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branchbook",
        abstract: "The books of a company with branches: works with the cable cut.",
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Company",
                subcommands: [
                    Init.self, Invite.self, Join.self, MembersCommand.self, Revoke.self,
                    EntityCommand.self, AdministratorCommand.self,
                ]),
            CommandGroup(
                name: "Node",
                subcommands: [
                    NodeCommand.self, Status.self, PeersCommand.self, Offline.self, Online.self,
                    LogCommand.self, Verify.self, Rebuild.self, Digests.self,
                ]),
            CommandGroup(
                name: "Trade",
                subcommands: [
                    ItemCommand.self, OrderCommand.self, QuotaCommand.self, WorkflowCommand.self,
                    PersonCommand.self, PartyCommand.self, PricesCommand.self, TillCommand.self,
                    Receive.self,
                    Sell.self, Return.self, Exchange.self, SendBack.self,
                    TransferCommand.self, MoveCommand.self, Repack.self, LocationCommand.self,
                    StockingCommand.self, WriteOff.self,
                    Find.self, CountCommand.self, Revalue.self, Spread.self,
                    Pay.self, Post.self, Reverse.self, RateCommand.self, CurrencyCommand.self,
                ]),
            CommandGroup(
                name: "Books",
                subcommands: [
                    JournalCommand.self, Balance.self, LedgerCommand.self, PeriodCommand.self,
                    ChartCommand.self, BetweenCommand.self, MatchCommand.self,
                    RecurringCommand.self,
                    InvoiceCommand.self,
                    SignIn.self, AuditLogCommand.self, DebtCommand.self, BankCommand.self,
                    TenderCommand.self,
                    Reconcile.self,
                    Stock.self, Board.self,
                    Units.self,
                    Lots.self,
                    Reorder.self,
                    Movement.self,
                    StockCard.self,
                    SalesReport.self, Purchases.self, Margin.self, SlowStock.self, Age.self,
                    Show.self,
                    PrintCommand.self, LabelsCommand.self,
                    Exceptions.self, Bookmarks.self,
                ]),
            CommandGroup(
                name: "Work",
                subcommands: [
                    Todo.self, TaskCommand.self, CommentCommand.self, DecisionCommand.self,
                    NoticeCommand.self, TargetCommand.self, LeagueCommand.self,
                ]),
            CommandGroup(
                name: "Exchange",
                subcommands: [ImportCommand.self, ExportCommand.self, AuditCommand.self]),
            CommandGroup(
                name: "This program",
                subcommands: [
                    ConfigCommand.self, Paths.self, VersionCommand.self, Completions.self,
                ]),
        ],
        defaultSubcommand: Status.self)
}

enum Version {
    static let text = "0.1.0"
}
