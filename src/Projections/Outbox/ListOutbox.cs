using EventSourcedOrgs.Domain;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What there is to tell after a position, in its order; <see cref="Next"/> is where to go on, and there may be more when <see cref="HasNext"/>.</summary>
public sealed record OutboxPage(IReadOnlyList<OutboxRow> Rows, long Next, bool HasNext);

/// <summary>The names of everything that may be told.</summary>
public sealed record ListWebhookEvents : IRequest<Result<IReadOnlyList<string>>>
{
    public sealed class Handler : IRequestHandler<ListWebhookEvents, Result<IReadOnlyList<string>>>
    {
        public Task<Result<IReadOnlyList<string>>> Handle(ListWebhookEvents query, CancellationToken cancellationToken) =>
            Task.FromResult(new Result<IReadOnlyList<string>>(WebhookNames.All, null));
    }
}

/// <summary>What there is to tell after a position.</summary>
public sealed record ListOutbox(long From, int Limit) : IRequest<Result<OutboxPage>>, IReadModelQuery
{
    string IReadModelQuery.ReadModel => Outbox.ModelName;

    public sealed class Handler(NpgsqlDataSource database, Progress progress) : IRequestHandler<ListOutbox, Result<OutboxPage>>
    {
        public async Task<Result<OutboxPage>> Handle(ListOutbox query, CancellationToken cancellationToken)
        {
            var reached = progress.Of(Outbox.ModelName).Position;
            await using var command = database.CreateCommand(
                $"select * from {Outbox.Entries.Name} where position > $1 and position <= $2 order by position limit $3");
            foreach (var value in (object[])[query.From, reached, query.Limit + 1])
                command.Parameters.Add(new() { Value = value });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<OutboxRow>();
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(Outbox.Read(reader));

            var hasNext = rows.Count > query.Limit;
            return new OutboxPage([.. rows.Take(query.Limit)], hasNext ? rows[query.Limit - 1].Position : Math.Max(query.From, reached), hasNext);
        }
    }
}
