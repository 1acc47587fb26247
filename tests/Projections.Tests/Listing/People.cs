using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A row with a field of every kind, most of them without a value now and then.</summary>
public sealed record Person(
    Guid Id, DateTime CreatedAt, string? Name, string Email, string? City, string? Role, Guid? ResellerId, long? Seats, int Level, bool? Active, DateTime? SeenAt,
    string[]? Tags, Guid[]? Groups, Pair[]? Metadata, string Organization);

/// <summary>One entry of a person's metadata.</summary>
public sealed record Pair(string Key, string Value);

/// <summary>The people of the list tests, and the list over them.</summary>
static class People
{
    internal static readonly string[] Names =
    [
        "Ada", "ada", "Bob", "BOBBY", "O'Brien", "100%", "100x", "a_b", "axb", @"back\slash", "a,b", "", " Ada", "日本", "😀 smile", "$1", "Zoë",
        "'; drop table person; --",
    ];
    internal static readonly string[] Cities = ["Bonn", "bonn", "Paris", "São Paulo", "", "%"];
    internal static readonly string[] Roles = ["admin", "user", "auditor"];
    internal static readonly string[] Tags = ["red", "Red", "green", "a,b", "", "x'y"];
    internal static readonly string[] Keys = ["tier", "region", "Tier"];
    internal static readonly string[] Values = ["gold", "eu", "", "Gold"];
    internal static readonly Pair[] Pairs = [.. Keys.SelectMany(key => Values.Select(value => new Pair(key, value)))];
    internal static readonly string[] Organizations = ["Acme", "Beta", "acme"];
    internal static readonly Guid[] Ids =
        [.. Enumerable.Range(1, 8).Select(i => new Guid(i * 0x11111111, (short)(i * 31000), 7, 0x80, 1, 2, 3, 4, 5, 6, (byte)i))];
    internal static readonly DateTime[] Instants =
        [.. Enumerable.Range(0, 12).Select(i => new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i / 3).AddMicroseconds(i)), DateTime.UnixEpoch];
    internal static readonly long[] Numbers = [-1, 0, 1, 7, 10, 9, int.MaxValue, long.MaxValue, long.MinValue];

    internal static readonly ListSource Source = new(
        "p.id", "person p join organization o on o.id = p.organization and {at:o}", "p.account = $1", 1);

    internal static readonly Listing Listing = new(
        "people",
        ListField.Id("id", "p.id"),
        [
            ListField.Instant("createdAt", "p.created_at") with { Required = true },
            ListField.Text("name", "p.name") with { Searchable = true },
            ListField.Text("email", "p.email") with { Searchable = true, IgnoresCase = true, Required = true },
            ListField.Text("address.city", "p.city"),
            ListField.Enum("role", "p.role", Roles),
            ListField.Id("resellerId", "p.reseller_id"),
            ListField.Number("seats", "p.seats"),
            ListField.Number("level", "p.level + 0") with { Required = true },
            ListField.Flag("active", "p.active"),
            ListField.Instant("seenAt", "p.seen_at"),
            ListField.TextSet("tags", "p.tags"),
            ListField.IdSet("groupIds", "p.groups"),
            .. ListField.KeyValues("metadata", "p.metadata"),
            ListField.Text("organization.name", "o.name") with { Searchable = true },
        ])
    {
        Versioned = "p",
    };

    internal static IReadOnlyList<Person> Some(int count, int seed)
    {
        var random = new Random(seed);
        T Of<T>(T[] values) => values[random.Next(values.Length)];
        T? Maybe<T>(T value) => random.Next(5) == 0 ? default : value;
        T[] Several<T>(T[] values) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Of(values)).Distinct()];
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Person(
                Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds(random.Next())), Of(Instants), Maybe(Of(Names)),
                $"{Of(Names)}{random.Next(40)}@Example.org", Maybe(Of(Cities)), Maybe(Of(Roles)), Null(Of(Ids)), Null(Of(Numbers)), random.Next(6), Null(random.Next(2) == 0), Null(Of(Instants)),
                Maybe(Several(Tags)), Maybe(Several(Ids)), Maybe(Several(Pairs)), Of(Organizations))),
        ];

        T? Null<T>(T value) where T : struct => random.Next(5) == 0 ? null : value;
    }

    internal static async Task CreateAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            create table organization (id text, name text, since bigint not null, until bigint);
            create table person (account int not null, id uuid not null, created_at timestamptz not null, name text, email text not null, city text, role text,
                reseller_id uuid, seats bigint, level int not null, active boolean, seen_at timestamptz, tags text[], groups uuid[], metadata jsonb,
                organization text not null, since bigint not null, until bigint);
            create index on person (account, created_at, id);
            create index on person (id) where until is null;
            """);
        await command.ExecuteNonQueryAsync();
        foreach (var name in Organizations) await ExecuteAsync(database, "insert into organization values ($1, $1, 0, null)", name);
    }

    internal static async Task OpenAsync(NpgsqlDataSource database, Person person, long since, int account = 1)
    {
        await using var command = database.CreateCommand("insert into person values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)");
        object?[] values =
        [
            account, person.Id, person.CreatedAt, person.Name, person.Email, person.City, person.Role, person.ResellerId, person.Seats, person.Level, person.Active,
            person.SeenAt, person.Tags, person.Groups, person.Metadata is null ? null : JsonSerializer.Serialize(person.Metadata, JsonSerializerOptions.Web), person.Organization, since,
        ];
        foreach (var value in values) command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        command.Parameters[14].NpgsqlDbType = NpgsqlDbType.Jsonb;
        await command.ExecuteNonQueryAsync();
    }

    internal static Task CloseAsync(NpgsqlDataSource database, Guid id, long until) =>
        ExecuteAsync(database, "update person set until = $2 where id = $1 and until is null", id, until);

    static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
