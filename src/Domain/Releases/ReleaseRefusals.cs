namespace EventSourcedOrgs.Domain;

/// <summary>The refusals of releases, their files, channels and platforms.</summary>
public sealed partial record Refusal
{
    public static Refusal ReleaseNotFound { get; } = NotFound("Release");
    public static Refusal ReleaseFileNotFound { get; } = NotFound("ReleaseFile");
    public static Refusal ReleaseChannelNotFound { get; } = NotFound("ReleaseChannel");
    public static Refusal ReleasePlatformNotFound { get; } = NotFound("ReleasePlatform");
    public static Refusal UnknownProducts { get; } = Unknown("productIds", "product");
    public static Refusal UnknownRelease { get; } = Unknown("releaseId", "release");

    public static Refusal DuplicateRelease { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict,
        "The product already has a release of this version in this channel for one of these platforms.", "version");
    public static Refusal DuplicateReleaseChannel { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict, "There is already a channel of this name.", "name");
    public static Refusal DuplicateReleasePlatform { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict, "There is already a platform of this name.", "name");
    public static Refusal ReleaseChannelInUse { get; } = new("RELEASE_CHANNEL_IN_USE", RefusalKind.Conflict, "Releases still come by this channel.");
    public static Refusal ReleasePlatformInUse { get; } = new("RELEASE_PLATFORM_IN_USE", RefusalKind.Conflict, "Releases still run on this platform.");

    public static Refusal ReleaseIsPublished { get; } = new("RELEASE_IS_PUBLISHED", RefusalKind.Rule,
        "A published release stays as it is. Archive it, and publish another.");
    public static Refusal ReleaseIsNotPublished { get; } = new("RELEASE_IS_NOT_PUBLISHED", RefusalKind.Rule,
        "The release was never published, so nobody got it. Delete it instead.");

    public static Refusal TooManyReleaseFiles { get; } = new("TOO_MANY_RELEASE_FILES", RefusalKind.Rule, "A release has at most 100 files.");
    public static Refusal InvalidFileName { get; } = Validation("name", "A file name has 1 to 256 characters, none of them a slash or a control character.");
    public static Refusal ReleaseFileTooLarge(long most) => new("RELEASE_FILE_TOO_LARGE", RefusalKind.TooLarge, $"A file of a release has at most {most} bytes here.");
    public static Refusal ReleaseFileMissing { get; } = new("RELEASE_FILE_MISSING", RefusalKind.Invalid,
        "Send the bytes of the file as the body, or as the part 'file' of multipart/form-data.");
    public static Refusal ChecksumMismatch(string algorithm) => new("CHECKSUM_MISMATCH", RefusalKind.Invalid,
        $"The {algorithm} checksum of what arrived is not the one that was given; nothing was kept. Send the file again.");

    /// <summary>The licence is known, and this release is not for it.</summary>
    public static Refusal ReleaseNotAllowed(string why) => new("RELEASE_NOT_ALLOWED", RefusalKind.Forbidden, $"{why} Until then the file is not for this license or user.");
    public static Refusal LicenseNeededForDownload { get; } = new("LICENSE_NEEDED", RefusalKind.Unauthenticated,
        "The file is for licensed customers: add 'key' with a license key, or the token of a user who may use a license of the product.");
}
