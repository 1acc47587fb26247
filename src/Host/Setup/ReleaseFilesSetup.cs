using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Host.Files;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>How large a file of a release may be, in bytes.</summary>
internal sealed record ReleaseFileLimits(long MostBytes);

/// <summary>Where the files of releases are kept: in a folder, or in a storage that speaks S3 when a bucket is named.</summary>
internal static class ReleaseFilesSetup
{
    private const long MostBytes = 10L * 1024 * 1024 * 1024;
    private const string FolderName = "release-files";

    public static void AddReleaseFiles(this IServiceCollection services, IConfiguration configuration, string data)
    {
        var settings = configuration.GetSection("ReleaseFiles");
        services.AddSingleton(new ReleaseFileLimits(settings.GetValue("MaxBytes", MostBytes)));
        services.AddScoped<Entitlements>();
        services.AddScoped<Api.EntitledReleases>();
        services.AddSingleton<ReleaseDownloads>();
        services.AddSingleton<UnnamedFiles>();
        services.AddSingleton<IReleaseFiles>(_ => settings["S3:Bucket"] is { Length: > 0 } bucket
            ? new FilesInS3(Client(settings.GetSection("S3")), bucket, settings["S3:Prefix"] ?? "")
            : new FilesOnDisk(Path.GetFullPath(settings["Folder"] is { Length: > 0 } folder ? folder : Path.Combine(data, FolderName))));
    }

    /// <summary>Without keys those of the environment count: a role of the machine, a profile.</summary>
    private static AmazonS3Client Client(IConfigurationSection s3)
    {
        var config = new AmazonS3Config
        {
            // Many storages that speak S3 know neither the newer checksums nor names of buckets in the name of the host.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            ForcePathStyle = s3.GetValue("PathStyle", s3["Endpoint"] is { Length: > 0 }),
        };
        if (s3["Endpoint"] is { Length: > 0 } endpoint)
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint, s3["Region"] ?? "us-east-1");
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(s3["Region"] ?? "us-east-1");

        return s3["AccessKey"] is { Length: > 0 } key ? new(new BasicAWSCredentials(key, s3["SecretKey"]), config) : new(config);
    }
}
