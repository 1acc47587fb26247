using EventSourcedOrgs.Domain;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>By what trials can be counted: by the day (UTC) they began, and by what their machines tell.</summary>
public enum TrialAspect { Day, Os, OsVersion, Country, VirtualMachine }

/// <summary>So many trials have this value; it is empty where a machine did not tell.</summary>
public sealed record TrialCount(string Value, long Trials);

/// <summary>The trials that there are, counted. Each way of counting has all of them, so the ways add up to the same.</summary>
public sealed record GetTrialAnalytics(TrialAspect By, ListRequest Request) : IRequest<Result<IReadOnlyList<TrialCount>>>, IReadModelQuery
{
    /// <summary>What machines tell is any text, so there may be any number of values: those that most have are told.</summary>
    public const int MostValues = 10_000;

    /// <summary>What may be asked about the trials that are counted.</summary>
    public static Listing Listing { get; } = new("trial-analytics", ListField.Id("id", "t.id"),
        [ListField.Id("productId", "t.product_id") with { Required = true }, ListField.Instant("createdAt", "t.created_at") with { Required = true }])
    { Versioned = "t" };

    public sealed class Handler(NpgsqlDataSource database, Progress progress, Directory directory) : IRequestHandler<GetTrialAnalytics, Result<IReadOnlyList<TrialCount>>>
    {
        public async Task<Result<IReadOnlyList<TrialCount>>> Handle(GetTrialAnalytics query, CancellationToken cancellationToken)
        {
            var source = new ListSource("t.id", $"{directory.TrialActivations.Rows.Name} t", "true");
            var compiled = Listing.Compile(source, query.Request, progress.Of(Directory.ModelName).Position);
            if (!compiled.IsValid)
                return compiled.Errors.AsRefusal();

            var order = query.By == TrialAspect.Day ? "1" : "2 desc, 1";
            await using var command = database.CreateCommand(
                $"select {Sql(query.By)} as value, count(*)\n{compiled.Value.From}\ngroup by 1 order by {order} limit {MostValues}");
            foreach (var value in compiled.Value.CountParameters)
                command.Parameters.Add(new() { Value = value });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var counts = new List<TrialCount>();
            while (await reader.ReadAsync(cancellationToken))
                counts.Add(new(reader.GetString(0), reader.GetInt64(1)));
            return counts;
        }

        private static string Sql(TrialAspect aspect) => aspect switch
        {
            TrialAspect.Day => "to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD')",
            TrialAspect.Os => "t.os",
            TrialAspect.OsVersion => "t.os_version",
            TrialAspect.Country => "coalesce(t.country_code, '')",
            TrialAspect.VirtualMachine => "t.vm_name",
            _ => throw new ArgumentOutOfRangeException(nameof(aspect)),
        };
    }
}
