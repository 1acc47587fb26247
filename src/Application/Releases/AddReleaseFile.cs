using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>May a file of this name come to the release? Asked before any byte of it is read.</summary>
public sealed record ExpectReleaseFile(ReleaseId Release, string Name) : IQuery<Release>
{
    public sealed class Handler(Store store) : IQueryHandler<ExpectReleaseFile, Release>
    {
        public async Task<Result<Release>> Handle(ExpectReleaseFile query, CancellationToken cancellationToken)
        {
            if (!FileNames.IsGood(query.Name))
                return Refusal.InvalidFileName;

            var release = await store.Releases.Latest(query.Release, cancellationToken);
            return release.Expect(query.Name).Refusal is { } refusal ? refusal : release;
        }
    }
}

/// <summary>Gives a release a file: one whose content was taken here, or one that lies at an address elsewhere.</summary>
public sealed record AddReleaseFile(ReleaseId Release, ReleaseFile File) : ICommand<Release>
{
    public Guid? Target => Release.Value;

    public sealed class Validator : AbstractValidator<AddReleaseFile>
    {
        private const int LongestUrl = 2048;

        public Validator()
        {
            RuleFor(c => c.File.Name).Must(FileNames.IsGood).WithMessage(Refusal.InvalidFileName.Message).OverridePropertyName("Name");
            RuleFor(c => c.File.Size).GreaterThanOrEqualTo(0).OverridePropertyName("Size");
            RuleFor(c => c.File.Md5).Must(text => Rules.WrongText(text, 0, Rules.MostText) is null).WithMessage($"must have at most {Rules.MostText} characters.").OverridePropertyName("Checksum");
            RuleFor(c => c.File.Url).Must(IsAddress).WithMessage($"must be an http or https address of at most {LongestUrl} characters.").OverridePropertyName("Url");
        }

        private static bool IsAddress(string? url) => url is null
            || (url.Length <= LongestUrl && Rules.Unstorable(url) is null && Uri.TryCreate(url, UriKind.Absolute, out var address)
                && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp));
    }

    public sealed class Handler(Store store) : ICommandHandler<AddReleaseFile, Release>
    {
        public async Task<Result<Release>> Handle(AddReleaseFile command, CancellationToken cancellationToken) =>
            !(await store.Releases.Latest(command.Release, cancellationToken)).Exists
                ? command.File.Url is null ? Refusal.ReleaseNotFound : Refusal.UnknownRelease
                : await store.Releases.Decide(command.Release, release => release.Add(command.File, store.Context.Now), cancellationToken);
    }
}

/// <summary>Takes a file from the release that has it, as long as that is not published.</summary>
public sealed record RemoveReleaseFile(ReleaseFileId File) : ICommand<Release>
{
    public sealed class Handler(Store store) : ICommandHandler<RemoveReleaseFile, Release>
    {
        public async Task<Result<Release>> Handle(RemoveReleaseFile command, CancellationToken cancellationToken) =>
            await store.ReleaseOf(command.File, cancellationToken) is { } release
                ? await store.Releases.Decide(release.Id, state => state.Remove(command.File), cancellationToken)
                : Refusal.ReleaseFileNotFound;
    }
}

/// <summary>One file with its release, as committed now.</summary>
public sealed record GetReleaseFile(ReleaseFileId File) : IQuery<FileOfRelease>
{
    public sealed class Handler(Store store) : IQueryHandler<GetReleaseFile, FileOfRelease>
    {
        public async Task<Result<FileOfRelease>> Handle(GetReleaseFile query, CancellationToken cancellationToken) =>
            await store.ReleaseOf(query.File, cancellationToken) is { } release
                ? new FileOfRelease(release, release.Files.Single(held => held.File.Id == query.File))
                : Refusal.ReleaseFileNotFound;
    }
}

/// <summary>A file, and the release it is one of.</summary>
public sealed record FileOfRelease(Release Release, HeldFile Held);

/// <summary>What names of files may be, and where files are found.</summary>
internal static class FileNames
{
    /// <summary>Servers leave them encoded in a path, and what comes after may not.</summary>
    private static readonly string[] EncodedSlashes = ["%2f", "%5c"];

    public static bool IsGood(string? name) =>
        Rules.WrongText(name, 1, Rules.MostText) is null && name is not ("." or "..") && name == name!.Trim()
        && !name.Any(c => c is '/' or '\\' || char.IsControl(c)) && !EncodedSlashes.Any(slash => name.Contains(slash, StringComparison.OrdinalIgnoreCase));

    public static async Task<Release?> ReleaseOf(this Store store, ReleaseFileId file, CancellationToken cancellation)
    {
        var found = await store.Session.QueryAsync<Release>(
            "where data -> 'files' @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellation, $$$"""[{"file":{"id":"{{{file}}}"}}]""");
        return found.Count == 0 ? null : found[0];
    }
}
