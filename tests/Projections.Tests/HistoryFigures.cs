using System.Diagnostics;
using System.Globalization;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;
using Npgsql;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>
/// How long the history of one licence takes to read, however long it is. A run takes a thousand lines, <c>RELIABILITY=long</c> a million, and prints the table of docs/performance.md:
/// the read models are filled by their own code, without the store.
/// </summary>
public sealed class HistoryFigures(ITestOutputHelper output)
{
    private const int Asked = 300;
    private const int PageSize = 5000;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LicenseId License = Id.New<LicenseId>();
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("RELIABILITY") == "long";

    [Fact]
    public async Task A_page_takes_as_long_whether_there_are_a_thousand_lines_or_a_million()
    {
        output.WriteLine("| lines | question | p50 ms | p99 ms |\n|---:|---|---:|---:|");
        var first = new Dictionary<string, double>();
        foreach (var lines in IsLong ? new[] { 1_000, 100_000, 1_000_000 } : [1_000])
        {
            await using var store = await DomainStore.StartAsync();
            await FillAsync(store, lines);
            foreach (var (question, ask) in await QuestionsAsync(store, lines))
            {
                var times = new List<double>();
                for (var n = 0; n < Asked; n++)
                {
                    var begun = Stopwatch.GetTimestamp();
                    await ask();
                    times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                }

                times.Sort();
                var (p50, p99) = (times[Asked / 2], times[Asked * 99 / 100]);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {lines:N0} | {question} | {p50:F1} | {p99:F1} |"));
                if (question.StartsWith("page", StringComparison.Ordinal))
                    p50.ShouldBeLessThan((10 * first.GetValueOrDefault(question, p50)) + 5, question);
                first.TryAdd(question, p50);
            }
        }
    }

    private static async Task<IReadOnlyList<(string Question, Func<Task> Ask)>> QuestionsAsync(DomainStore store, int lines)
    {
        var middle = (await PageAsync(new() { Page = lines / 40 })).Next!;
        var (from, to) = (Start.AddMinutes(lines / 2), Start.AddMinutes((lines / 2) + 60));
        ListFilter Is(string field, string value) => new(field, ListOperator.Eq, value);
        return
        [
            ("page: first", () => PageAsync(new())),
            ("page: in the middle, by cursor", () => PageAsync(new() { Cursor = middle })),
            ("page: of one kind", () => PageAsync(new() { Filters = [Is("kind", "activation-refused")] })),
            ("page: of one code", () => PageAsync(new() { Filters = [Is("code", "COUNTRY_NOT_ALLOWED")] })),
            ("page: of one machine", () => PageAsync(new() { Filters = [Is("fingerprint", Fingerprint(7))] })),
            ("page: of one hour in the middle", () => PageAsync(new() { Filters = [new("at", ListOperator.Gte, $"{from:O}"), new("at", ListOperator.Lt, $"{to:O}")] })),
            ("utilisation of the last day, by hour", () => UsedAsync(Start.AddMinutes(lines) - TimeSpan.FromDays(1), Start.AddMinutes(lines))),
            ("utilisation of a day in the middle, by hour", () => UsedAsync(from, from.AddDays(1))),
        ];

        async Task<ListPage<HistoryRow>> PageAsync(ListRequest request)
        {
            var page = (await new ListLicenseHistory.Handler(store.History).Handle(new(License, request), CancellationToken.None)).Value!;
            page.Rows.ShouldNotBeEmpty();
            return page;
        }

        async Task UsedAsync(DateTimeOffset begin, DateTimeOffset end) =>
            (await store.Utilisation.Read(null, License, new(begin, end, "hour"), null, CancellationToken.None)).Value!.Total.Peak.ShouldBeGreaterThan(0);
    }

    /// <summary>Has the read models write as they do when they follow, page by page, and says that they have come so far.</summary>
    private static async Task FillAsync(DomainStore store, int lines)
    {
        foreach (var model in store.Models.Where(model => model is ActivationHistory or Utilisation))
        {
            foreach (var page in Events(lines).Where(e => model.Events.Contains(e.EventType)).Chunk(PageSize))
            {
                var rows = new Rows(model.Tables);
                await model.ApplyAsync(page, rows, store.Source.CreateConnection, CancellationToken.None);
                await using var connection = await store.Source.OpenConnectionAsync();
                await using var batch = new NpgsqlBatch(connection) { Timeout = 300 };
                foreach (var statement in rows.Sets.SelectMany(set => set.Changes()))
                    batch.BatchCommands.Add(statement.AsCommand());
                await batch.ExecuteNonQueryAsync();
            }

            await store.Source.ScalarAsync($"insert into events.mt_event_progression (name, last_seq_id) values ('{model.Shard}', {lines}) on conflict (name) do update set last_seq_id = excluded.last_seq_id");
            foreach (var table in model.Tables)
                await store.Source.ScalarAsync($"vacuum analyze {table.Name}");
        }

        await store.Progress.RefreshAsync();
    }

    /// <summary>Something every minute: of ten lines four are activations, four deactivations, one a sync and one a refusal; fifty machines are live, and of a hundred refusals one has a rare reason.</summary>
    private static IEnumerable<IEvent> Events(int lines)
    {
        yield return Happened(1, License.Value, new LicenseCreated(License, default, null, "KEY", null, null, new() { AllowedActivations = 0 }, new(), null, Start, null));
        var live = new Queue<ActivationId>();
        for (var n = 2; n <= lines; n++)
        {
            var id = new ActivationId(new Guid(n, 5, 5, [1, 2, 3, 4, 5, 6, 7, 8]));
            switch (n % 10)
            {
                case 0 or 3 or 5 or 8:
                    live.Enqueue(id);
                    yield return Happened(n, id.Value, new ActivationCreated(id, License, default, null, Report(id, n), null, null));
                    break;
                case 1 or 2 or 4 or 7 when live.Count > 50:
                    var ended = live.Dequeue();
                    yield return Happened(n, ended.Value, new ActivationEnded(ended, License, ActivationEnd.Deactivated));
                    break;
                case 9:
                    yield return Happened(n, id.Value, new ActivationRefused(id, License, null, n % 1000 == 9 ? "COUNTRY_NOT_ALLOWED" : "ACTIVATION_LIMIT_REACHED", Report(id, n)));
                    break;
                default:
                    var synced = live.TryPeek(out var one) ? one : id;
                    yield return Happened(n, synced.Value, new ActivationSynced(synced, License, Report(synced, n), null));
                    break;
            }
        }
    }

    private static MachineReport Report(ActivationId id, int n) => new(new(MachineOs.Linux), Personal.Of(id, new MachineAddress("drawing-board", null)), Fingerprint(n % 997), "ada", []);

    private static string Fingerprint(int n) => $"{n:x64}";

    private static IEvent Happened<T>(int position, Guid stream, T data) where T : notnull => new Event<T>(data)
    {
        Id = new Guid(position, 6, 6, [1, 2, 3, 4, 5, 6, 7, 8]), StreamId = stream, Sequence = position, Timestamp = Start.AddMinutes(position), UserName = "anonymous",
    };
}
