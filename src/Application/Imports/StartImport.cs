using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using Wolverine.Marten;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>Announces an import whose rows are about to come in.</summary>
public sealed record ReceiveImport(ImportId Import, ImportMode Mode, bool DryRun) : ICommand<Import>
{
    public sealed class Handler(Store store) : ICommandHandler<ReceiveImport, Import>
    {
        public Task<Result<Import>> Handle(ReceiveImport command, CancellationToken cancellationToken)
        {
            var import = Imports.Import.Receive(command.Import, command.Mode, command.DryRun, store.Context);
            store.Session.Insert(import);
            return Task.FromResult<Result<Import>>(import);
        }
    }
}

/// <summary>Starts an import whose rows are all there: the first piece of work is recorded with it, so that it is done whatever happens.</summary>
public sealed record StartImport(ImportId Import, int Rows) : ICommand<Import>
{
    public bool DryRunsItself => true;

    public sealed class Handler(Store store, IMartenOutbox outbox) : ICommandHandler<StartImport, Import>
    {
        public async Task<Result<Import>> Handle(StartImport command, CancellationToken cancellationToken)
        {
            if (await store.Session.LoadAsync<Import>(command.Import, cancellationToken) is not { State: ImportState.Receiving } received)
                return Refusal.ImportNotFound;

            var import = received.Start(command.Rows, store.Context.Now);
            store.Session.Store(import);
            if (import.State == ImportState.Running)
                await outbox.PublishAsync(new ContinueImport(import.Id, 0));
            return import;
        }
    }
}

/// <summary>Stops an import after the rows that are being worked on; what is done stays.</summary>
public sealed record CancelImport(ImportId Import) : ICommand<Import>
{
    public sealed class Handler(Store store) : ICommandHandler<CancelImport, Import>
    {
        public async Task<Result<Import>> Handle(CancelImport command, CancellationToken cancellationToken)
        {
            await store.Session.TakeImportTurn(cancellationToken);
            return await store.Session.LoadAsync<Import>(command.Import, cancellationToken) switch
            {
                null => Refusal.ImportNotFound,
                { State: ImportState.Cancelled } cancelled => cancelled,
                { State: ImportState.Running } running => Cancel(running),
                _ => Refusal.ImportEnded,
            };
        }

        private Result<Import> Cancel(Import running)
        {
            var cancelled = running.Cancel(store.Context.Now);
            store.Session.Store(cancelled);
            StagedRows.Drop(store.Session, running.Id);
            return cancelled;
        }
    }
}

/// <summary>One import, as committed now.</summary>
public sealed record GetImport(ImportId Import) : IQuery<Import>
{
    public sealed class Handler(Store store) : IQueryHandler<GetImport, Import>
    {
        public async Task<Result<Import>> Handle(GetImport query, CancellationToken cancellationToken) =>
            await store.Session.LoadAsync<Import>(query.Import, cancellationToken) is { } import ? import : Refusal.ImportNotFound;
    }
}
