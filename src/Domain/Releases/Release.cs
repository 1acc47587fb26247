using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Releases;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a release.</summary>
public abstract record ReleaseEvent { private protected ReleaseEvent() { } }

/// <summary>A release was prepared; <c>IssuedAt</c> (UTC) is the birth of one that is older than its record.</summary>
public sealed record ReleaseCreated(
    ReleaseId Release, ProductId Product, string Name, string Version, string Channel, ValueList<string> Platforms, bool Private, string? Notes,
    DateTimeOffset? IssuedAt) : ReleaseEvent;
/// <summary>The release goes by another name.</summary>
public sealed record ReleaseRenamed(ReleaseId Release, string Name) : ReleaseEvent;
/// <summary>It has another version.</summary>
public sealed record ReleaseVersionChanged(ReleaseId Release, string Version) : ReleaseEvent;
/// <summary>It comes by another channel.</summary>
public sealed record ReleaseChannelChanged(ReleaseId Release, string Channel) : ReleaseEvent;
/// <summary>It runs on exactly these platforms; on all of them when there is none.</summary>
public sealed record ReleasePlatformsChanged(ReleaseId Release, ValueList<string> Platforms) : ReleaseEvent;
/// <summary>Portals show it, or no longer do.</summary>
public sealed record ReleasePrivacyChanged(ReleaseId Release, bool Private) : ReleaseEvent;
/// <summary>The notes were replaced or, when null, cleared.</summary>
public sealed record ReleaseNotesChanged(ReleaseId Release, string? Notes) : ReleaseEvent;
/// <summary>The release has this file now (UTC); one of the same id was replaced.</summary>
public sealed record ReleaseFileAdded(ReleaseId Release, ReleaseFile File, DateTimeOffset At) : ReleaseEvent;
/// <summary>The release no longer has this file.</summary>
public sealed record ReleaseFileRemoved(ReleaseId Release, ReleaseFileId File) : ReleaseEvent;
/// <summary>From this moment (UTC) customers get it, and it stays as it is.</summary>
public sealed record ReleasePublished(ReleaseId Release, DateTimeOffset At) : ReleaseEvent;
/// <summary>Customers no longer get it.</summary>
public sealed record ReleaseArchived(ReleaseId Release) : ReleaseEvent;
/// <summary>The release is gone, the history stays.</summary>
public sealed record ReleaseDeleted(ReleaseId Release) : ReleaseEvent;

/// <summary>
/// A file of a release. Its content is kept under <see cref="Content"/>, or lies at an address elsewhere and is not ours to secure. The checksums are hexadecimal;
/// of a file elsewhere they are what the vendor says.
/// </summary>
public sealed record ReleaseFile(ReleaseFileId Id, string Name, long Size, string Md5, string Sha256, bool Secured, Guid? Content, string? Url)
{
    /// <summary>The same bytes under the same name, whichever upload brought them.</summary>
    public bool IsSameAs(ReleaseFile other) => this == other with { Id = Id, Content = Content } && Content is null == other.Content is null;
}

/// <summary>A file and when it came, first and last (UTC).</summary>
public sealed record HeldFile(ReleaseFile File, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What a request wants to change of a release; what it leaves out stays.</summary>
public sealed record ReleaseChanges(
    Optional<string> Name, Optional<string> Version, Optional<string> Channel, Optional<ValueList<string>> Platforms, Optional<bool> Private, Optional<string?> Notes);

/// <summary>One version of a product for some platforms, with its files; once published it stays as it is.</summary>
public sealed record Release(
    ReleaseId Id, ProductId Product, string Name, string Version, string Channel, ValueList<string> Platforms, bool Private, string? Notes,
    DateTimeOffset? IssuedAt, ValueList<HeldFile> Files, DateTimeOffset? PublishedAt, bool Archived, bool Deleted, Recorded Recorded)
    : IAggregate<Release, ReleaseEvent>
{
    public const int MostFiles = 100;

    public static Release Initial { get; } = new(default, default, "", "", "", [], false, null, null, [], null, false, false, default);

    public bool Exists => Id != default && !Deleted;

    public bool Published => PublishedAt is not null;

    /// <summary>Customers may get it, as far as the release is concerned.</summary>
    public bool IsOut => Exists && Published && !Archived;

    public DateTimeOffset CreatedAt => IssuedAt ?? Recorded.CreatedAt;

    public HeldFile? FileNamed(string name) => Files.FirstOrDefault(held => held.File.Name == name);

    public Release With(Recorded recorded) => this with { Recorded = recorded };

    public static Release Evolve(Release release, ReleaseEvent @event) => @event switch
    {
        ReleaseCreated e => release with
        {
            Id = e.Release,
            Product = e.Product,
            Name = e.Name,
            Version = e.Version,
            Channel = e.Channel,
            Platforms = e.Platforms,
            Private = e.Private,
            Notes = e.Notes,
            IssuedAt = e.IssuedAt,
        },
        ReleaseRenamed e => release with { Name = e.Name },
        ReleaseVersionChanged e => release with { Version = e.Version },
        ReleaseChannelChanged e => release with { Channel = e.Channel },
        ReleasePlatformsChanged e => release with { Platforms = e.Platforms },
        ReleasePrivacyChanged e => release with { Private = e.Private },
        ReleaseNotesChanged e => release with { Notes = e.Notes },
        ReleaseFileAdded e => release with { Files = Holding(release.Files, e) },
        ReleaseFileRemoved e => release with { Files = release.Files.Where(held => held.File.Id != e.File).ToValueList() },
        ReleasePublished e => release with { PublishedAt = e.At },
        ReleaseArchived => release with { Archived = true },
        ReleaseDeleted => release with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Release.Evolve."),
    };

    private static ValueList<HeldFile> Holding(ValueList<HeldFile> files, ReleaseFileAdded e) => files.Any(held => held.File.Id == e.File?.Id)
        ? files.Select(held => held.File.Id == e.File.Id ? held with { File = e.File, UpdatedAt = e.At } : held).ToValueList()
        : [.. files, new(e.File!, e.At, e.At)];

    // ---- Decisions ----

    public static Decision<ReleaseEvent> New(
        ReleaseId id, ProductId product, string name, string version, string channel, ValueList<string> platforms, bool isPrivate, string? notes, DateTimeOffset? issuedAt) =>
        [new ReleaseCreated(id, product, name, version, channel, platforms, isPrivate, notes, issuedAt)];

    public Decision<ReleaseEvent> Change(ReleaseChanges to) => Closed is { } closed ? closed :
    [
        .. to.Name.WhenChanged(Name, name => new ReleaseRenamed(Id, name) as ReleaseEvent),
        .. to.Version.WhenChanged(Version, version => new ReleaseVersionChanged(Id, version)),
        .. to.Channel.WhenChanged(Channel, channel => new ReleaseChannelChanged(Id, channel)),
        .. to.Platforms.WhenChanged(Platforms, platforms => new ReleasePlatformsChanged(Id, platforms)),
        .. to.Private.WhenChanged(Private, isPrivate => new ReleasePrivacyChanged(Id, isPrivate)),
        .. to.Notes.WhenChanged(Notes, notes => new ReleaseNotesChanged(Id, notes)),
    ];

    /// <summary>May a file of this name come? Asked before it is received.</summary>
    public Decision<ReleaseEvent> Expect(string name) =>
        Closed is { } closed ? closed
        : FileNamed(name) is null && Files.Count >= MostFiles ? Refusal.TooManyReleaseFiles
        : [];

    /// <summary>A file of a name that the release has takes the place, and the id, of the one before; the same bytes again change nothing.</summary>
    public Decision<ReleaseEvent> Add(ReleaseFile file, DateTimeOffset now) =>
        Expect(file.Name).Refusal is { } refusal ? refusal
        : FileNamed(file.Name) is not { File: var before } ? [new ReleaseFileAdded(Id, file, now)]
        : before.IsSameAs(file) ? []
        : [new ReleaseFileAdded(Id, file with { Id = before.Id }, now)];

    public Decision<ReleaseEvent> Remove(ReleaseFileId file) =>
        !Exists || Files.All(held => held.File.Id != file) ? Refusal.ReleaseFileNotFound
        : Closed is { } closed ? closed
        : [new ReleaseFileRemoved(Id, file)];

    public Decision<ReleaseEvent> Publish(DateTimeOffset now) => !Exists ? Refusal.ReleaseNotFound : Published ? [] : [new ReleasePublished(Id, now)];

    public Decision<ReleaseEvent> Archive() =>
        !Exists ? Refusal.ReleaseNotFound
        : !Published ? Refusal.ReleaseIsNotPublished
        : Archived ? []
        : [new ReleaseArchived(Id)];

    public Decision<ReleaseEvent> Delete() => Deleted ? [] : Exists ? [new ReleaseDeleted(Id)] : Refusal.ReleaseNotFound;

    private Refusal? Closed => !Exists ? Refusal.ReleaseNotFound : Published ? Refusal.ReleaseIsPublished : null;
}
