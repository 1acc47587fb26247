using System.Collections.Concurrent;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using Marten;
using MediatR;
using Wolverine.Marten;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// Works on the rows of an import after the first <paramref name="From"/>, in one transaction with their outcomes and with the message for the
/// rows after them. A message that comes twice, or late, finds the import elsewhere and does nothing.
/// </summary>
/// <param name="Import">The import.</param>
/// <param name="From">How many rows were done when this was asked for.</param>
/// <param name="Most">The most rows to work on.</param>
/// <param name="Broken">The next row could not be worked on even alone: it fails, and the work goes on after it.</param>
public sealed record ContinueImport(ImportId Import, int From, int Most = ContinueImport.RowsAtOnce, bool Broken = false) : ICommand<Import>
{
    public const int RowsAtOnce = 500;

    public bool IsSlow => true;

    /// <summary>Password hashes are slow on purpose; with more of them a step would show no progress for too long.</summary>
    public const int PasswordsAtOnce = 50;

    public sealed class Handler(Store store, StagedRows staged, IMediator mediator, IPasswords passwords, IMartenOutbox outbox) : ICommandHandler<ContinueImport, Import>
    {
        public async Task<Result<Import>> Handle(ContinueImport command, CancellationToken cancellationToken)
        {
            if (await store.Session.LoadAsync<Import>(command.Import, cancellationToken) is not { } import)
                return Refusal.ImportNotFound;

            var most = import.Mode == ImportMode.Atomic ? Imports.Import.MostAtomicRows : command.Most;
            var rows = Step(await staged.After(store.Session, import.Id, command.From, most, cancellationToken), import.Mode);
            var hashes = import.DryRun || command.Broken ? [] : await Hash(rows, cancellationToken);

            await store.Session.TakeImportTurn(cancellationToken);
            import = (await store.Session.LoadAsync<Import>(command.Import, cancellationToken))!;
            if (import.State != ImportState.Running || import.Done != command.From)
                return import;

            var outcomes = command.Broken ? [.. rows.Select(row => RowOutcome.Failed(row.Number, Refusal.RowBroke))] : await Decide(import, rows, hashes, cancellationToken);
            import = import.Advance(outcomes, store.Context.Now);
            store.Session.Store(import);
            StagedRows.Record(store.Session, import.Id, outcomes, keep: import is { DryRun: true, State: ImportState.Running });
            if (import.State == ImportState.Running)
                await outbox.PublishAsync(new ContinueImport(import.Id, import.Done));
            else if (import.DryRun)
                StagedRows.Drop(store.Session, import.Id);
            return import;
        }

        private async Task<IReadOnlyList<RowOutcome>> Decide(
            Import import, List<ImportRow> rows, Dictionary<int, string> hashes, CancellationToken cancellation)
        {
            var references = new References(store);
            var decisions = new RowDecisions(store, mediator, references, hashes);
            if (import.DryRun)
                await Repeat(import, rows, references, decisions, cancellation);
            await references.Fetch(rows, cancellation);

            var outcomes = new List<RowOutcome>(rows.Count);
            foreach (var row in rows)
                outcomes.Add(await decisions.Decide(row, cancellation));

            var kept = import.Mode == ImportMode.PerItem || outcomes.TrueForAll(outcome => outcome.Status != RowStatus.Failed);
            if (import.DryRun || !kept)
                store.Discard();
            return !kept ? [.. outcomes.Select(NotKept)] : import.DryRun ? [.. outcomes.Select(outcome => outcome with { Id = outcome.Status == RowStatus.Created ? null : outcome.Id })] : outcomes;
        }

        /// <summary>Decides once more, for a dry run, on the earlier rows that these rows refer to, directly or through others.</summary>
        private async Task Repeat(Import import, List<ImportRow> rows, References references, RowDecisions decisions, CancellationToken cancellation)
        {
            var found = new SortedDictionary<int, ImportRow>();
            for (var names = rows.SelectMany(row => RowNames.Used(row).Concat(RowNames.Made(row))).ToHashSet(); names.Count > 0;)
            {
                var makers = await staged.Makers(store.Session, import.Id, names, import.Done, cancellation);
                names = [.. makers.Where(maker => found.TryAdd(maker.Number, maker)).SelectMany(RowNames.Used)];
            }

            await references.Fetch(found.Values, cancellation);
            foreach (var maker in found.Values)
                await decisions.Decide(maker, cancellation);
        }

        private static RowOutcome NotKept(RowOutcome outcome) => outcome.Status == RowStatus.Failed ? outcome
            : new(outcome.Number, RowStatus.Skipped, null, Refusal.NothingOfImportKept.Code, Refusal.NothingOfImportKept.Message);

        private static List<ImportRow> Step(List<ImportRow> rows, ImportMode mode)
        {
            var slow = 0;
            var cut = mode == ImportMode.Atomic ? -1 : rows.FindIndex(row => row.Fields.ContainsKey(RowNames.Secret) && ++slow > PasswordsAtOnce);
            return cut < 0 ? rows : rows[..cut];
        }

        /// <summary>Hashes the passwords of users who are not there yet, before any lock is taken.</summary>
        private async Task<Dictionary<int, string>> Hash(List<ImportRow> rows, CancellationToken cancellation)
        {
            var slow = rows.Where(row => row.Fields.ContainsKey(RowNames.Secret)).ToDictionary(row => row, row => Unique.Email(row.Fields.GetValueOrDefault("email", "")));
            await store.Claims.Prefetch(slow.Values, cancellation);
            foreach (var (row, email) in slow)
            {
                if (await store.Claims.Holder(email, cancellation) is not null)
                    slow.Remove(row);
            }

            var hashes = new ConcurrentDictionary<int, string>();
            await Parallel.ForEachAsync(slow.Keys, cancellation, async (row, token) =>
            {
                using var turn = await passwords.Turn(token);
                hashes[row.Number] = passwords.Hash(row.Fields[RowNames.Secret]);
            });
            return new(hashes);
        }
    }
}
