using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using Npgsql;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Tells of licences that have run out or soon will, each once, whichever Host comes first.</summary>
public sealed record TellExpiries : ICommand<int>
{
    private const int MostAtOnce = 500;

    public bool IsSlow => true;

    public sealed class Handler(Store store, NpgsqlDataSource database) : ICommandHandler<TellExpiries, int>
    {
        public async Task<Result<int>> Handle(TellExpiries command, CancellationToken cancellationToken)
        {
            var due = await Due(cancellationToken);
            await store.Licenses.OpenExclusively(due, cancellationToken);
            foreach (var license in due)
                await store.Licenses.Decide(license, state => state.TellExpiry(store.Context.Now), cancellationToken);
            return due.Count;
        }

        private async Task<IReadOnlyList<LicenseId>> Due(CancellationToken cancellation)
        {
            await using var command = database.Command(
                """
                select l.id from events.mt_doc_license l where events.mt_immutable_timestamptz(l.data ->> 'noticeDue') <= $1
                order by events.mt_immutable_timestamptz(l.data ->> 'noticeDue') limit $2
                """, store.Context.Now.UtcDateTime, MostAtOnce);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var due = new List<LicenseId>();
            while (await reader.ReadAsync(cancellation))
                due.Add(LicenseId.From(reader.GetGuid(0)));
            return due;
        }
    }
}
