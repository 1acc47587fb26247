using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application;

/// <summary>The key of one person, sealed with the master key. Deleting it erases that person's data for good.</summary>
public sealed record PersonKey(Guid Id, byte[] Sealed);

/// <summary>That the key of this person was destroyed: by this every running Host notices.</summary>
public sealed record ErasedPerson(Guid Id, DateTimeOffset At);

/// <summary>
/// The keys of persons, kept in memory as they are needed. A miss reads the key and its neighbours on both sides in one go: ids are in order of
/// time, and so are the events of a page, from the first on or from the last. A key that was destroyed counts for <see cref="Notice"/> at most, on whichever Host.
/// </summary>
public sealed class PersonKeys(Secrets secrets, NpgsqlDataSource database)
{
    /// <summary>So long at most a Host knows the key of somebody whom another Host has erased. One that cannot ask does not go on reading: it fails.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(5);

    private const int Neighbours = 250;
    private const int MostCached = 125_000;

    private readonly Generations<Guid, byte[]> cache = new(MostCached);
    private readonly ConcurrentDictionary<Guid, bool> erased = new();
    private readonly Lock asking = new();
    private long asked;
    private int forgotten;

    /// <summary>Makes the key of a new person; it is stored with the events of the same unit of work.</summary>
    public void Create(UserId person, Documents documents) => Create(person.Value, documents);

    /// <summary>Makes the key of what a machine tells of the person who uses it.</summary>
    public void Create(ActivationId activation, Documents documents) => Create(activation.Value, documents);

    /// <summary>Makes the key of what a machine tells of the person who tries a product on it.</summary>
    public void Create(TrialActivationId trial, Documents documents) => Create(trial.Value, documents);

    /// <summary>Makes a key and knows it from now on; whoever asks for it stores it.</summary>
    public PersonKey Make(Guid person)
    {
        var key = RandomNumberGenerator.GetBytes(Secrets.KeySize);
        Remember(person, key);
        return new(person, secrets.Seal(key));
    }

    private void Create(Guid person, Documents documents) => documents.Insert(person, Make(person));

    /// <summary>Destroys keys with the unit of work; from its commit on this Host has forgotten them.</summary>
    public void Destroy(IReadOnlyCollection<Guid> persons, IDocumentSession session, DateTimeOffset now)
    {
        foreach (var person in persons)
        {
            session.Delete<PersonKey>(person);
            session.Store(new ErasedPerson(person, now));
        }

        session.Listeners.Add(new Forgetting(this, persons));
    }

    /// <summary>The person's key, or null when it was erased.</summary>
    public byte[]? Find(Guid person)
    {
        AskWhoIsErased();
        return erased.ContainsKey(person) ? null : cache.Find(person) ?? Load(person);
    }

    /// <summary>How many persons are known to be erased: what was read of anybody before it changed is void.</summary>
    public int Erased
    {
        get
        {
            AskWhoIsErased();
            return Volatile.Read(ref forgotten);
        }
    }

    /// <summary>Whether the key is known to be destroyed, as it is once <see cref="Find"/> did not find it for that.</summary>
    public bool IsErased(Guid person) => erased.ContainsKey(person);

    /// <summary>Whether the person has no key at this moment, whatever was known before.</summary>
    public bool HasNoKey(Guid person)
    {
        using var command = database.CreateCommand("select not exists (select from events.mt_doc_personkey where id = $1)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        return (bool)command.ExecuteScalar()!;
    }

    private byte[]? Load(Guid person)
    {
        using var command = database.CreateCommand(
            """
            (select id, data ->> 'sealed' from events.mt_doc_personkey where id >= $1 order by id limit $2)
            union all (select id, data ->> 'sealed' from events.mt_doc_personkey where id < $1 order by id desc limit $2)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Neighbours });
        using var reader = command.ExecuteReader();
        byte[]? found = null;
        while (reader.Read())
        {
            var id = reader.GetGuid(0);
            if (id != person && cache.Find(id) is not null)
                continue;
            try
            {
                var key = secrets.Open(Convert.FromBase64String(reader.GetString(1)));
                Remember(id, key);
                if (id == person)
                    found = key;
            }
            catch (Exception e) when (id != person && (e is CryptographicException or FormatException))
            {
                // A damaged key is told to whoever asks for it; its neighbours have theirs.
            }
        }

        return erased.ContainsKey(person) ? null : found;
    }

    /// <summary>Who reads a key before it is destroyed and comes here after it was forgotten finds that out here.</summary>
    private void Remember(Guid person, byte[] key)
    {
        cache.Keep(person, key);
        if (erased.ContainsKey(person))
            cache.Remove(person);
    }

    private void Forget(Guid person)
    {
        if (erased.TryAdd(person, true))
            Interlocked.Increment(ref forgotten);
        cache.Remove(person);
    }

    /// <summary>Nobody comes back, so that as many as before are the same as before.</summary>
    private void AskWhoIsErased()
    {
        if (IsFresh)
            return;

        lock (asking)
        {
            if (IsFresh)
                return;

            var now = Stopwatch.GetTimestamp();
            using (var count = database.CreateCommand("select count(*) from events.mt_doc_erasedperson"))
            {
                if ((long)count.ExecuteScalar()! != erased.Count)
                    ReadWhoIsErased();
            }

            Volatile.Write(ref asked, now);
        }
    }

    private bool IsFresh => Volatile.Read(ref asked) is not 0 and var since && Stopwatch.GetElapsedTime(since) < Notice;

    private void ReadWhoIsErased()
    {
        using var command = database.CreateCommand("select id from events.mt_doc_erasedperson");
        using var reader = command.ExecuteReader();
        while (reader.Read())
            Forget(reader.GetGuid(0));
    }

    private sealed class Forgetting(PersonKeys keys, IReadOnlyCollection<Guid> persons) : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, Marten.Services.IChangeSet commit, CancellationToken token)
        {
            foreach (var person in persons)
                keys.Forget(person);
            return Task.CompletedTask;
        }
    }
}
