using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application;

/// <summary>The key of one person, sealed with the master key. Deleting it erases that person's data for good.</summary>
public sealed record PersonKey(Guid Id, byte[] Sealed);

/// <summary>
/// The keys of persons, kept in memory as they are needed. A miss reads the key and its neighbours in one go: ids are in order of
/// time, and so are the events of a page.
/// </summary>
public sealed class PersonKeys(Secrets secrets, NpgsqlDataSource database)
{
    private const int Neighbours = 500;
    private const int MostCached = 250_000;

    private readonly ConcurrentDictionary<Guid, byte[]> cache = new();

    /// <summary>Makes the key of a new person; it is stored with the events of the same unit of work.</summary>
    public void Create(UserId person, IDocumentSession session) => Create(person.Value, session);

    /// <summary>Makes the key of what a machine tells of the person who uses it.</summary>
    public void Create(ActivationId activation, IDocumentSession session) => Create(activation.Value, session);

    /// <summary>Makes the key of what a machine tells of the person who tries a product on it.</summary>
    public void Create(TrialActivationId trial, IDocumentSession session) => Create(trial.Value, session);

    private void Create(Guid person, IDocumentSession session)
    {
        var key = RandomNumberGenerator.GetBytes(Secrets.KeySize);
        session.Insert(new PersonKey(person, secrets.Seal(key)));
        Remember(person, key);
    }

    /// <summary>The person's key, or null when it was erased.</summary>
    public byte[]? Find(Guid person) => cache.TryGetValue(person, out var key) ? key : Load(person);

    /// <summary>Whether the person has no key at this moment, whatever was known before.</summary>
    public bool IsErased(Guid person)
    {
        using var command = database.CreateCommand("select not exists (select from events.mt_doc_personkey where id = $1)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        return (bool)command.ExecuteScalar()!;
    }

    private byte[]? Load(Guid person)
    {
        using var command = database.CreateCommand(
            "select id, data ->> 'sealed' from events.mt_doc_personkey where id >= $1 order by id limit $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Neighbours });
        using var reader = command.ExecuteReader();
        while (reader.Read())
            Remember(reader.GetGuid(0), secrets.Open(Convert.FromBase64String(reader.GetString(1))));

        return cache.GetValueOrDefault(person);
    }

    private void Remember(Guid person, byte[] key)
    {
        if (cache.Count >= MostCached)
            cache.Clear();
        cache[person] = key;
    }
}

/// <summary>Writes <see cref="Personal{T}"/> as the person's id and the value sealed with that person's key.</summary>
public sealed class PersonalJson(Func<Guid, byte[]?> keyOf) : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Personal<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()), keyOf)!;

    private sealed record Stored(Guid Person, byte[]? Data);

    private sealed class Converter<T>(Func<Guid, byte[]?> keyOf) : JsonConverter<Personal<T>>
    {
        public override Personal<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var stored = JsonSerializer.Deserialize<Stored>(ref reader, options)!;
            return stored.Data is not null && keyOf(stored.Person) is { } key
                ? new(stored.Person, JsonSerializer.Deserialize<T>(Secrets.Open(key, stored.Data), options))
                : new(stored.Person, default, Erased: true);
        }

        public override void Write(Utf8JsonWriter writer, Personal<T> value, JsonSerializerOptions options)
        {
            var data = value.Erased ? null
                : keyOf(value.Person) is { } key ? Secrets.Seal(key, JsonSerializer.SerializeToUtf8Bytes(value.Value, options))
                : throw new InvalidOperationException("Personal data of a person who has no key cannot be stored.");
            JsonSerializer.Serialize(writer, new Stored(value.Person, data), options);
        }
    }
}

/// <summary>How events, states and documents are written: one set of rules for everything that is stored.</summary>
public static class StoredJson
{
    public static JsonSerializerOptions Options(Func<Guid, byte[]?> keyOf) => new(JsonSerializerDefaults.Web)
    {
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new PersonalJson(keyOf) },
    };
}
