namespace EventSourcedOrgs.Host.Cli;

/// <summary>Writes a file that is there whole or not at all, also when the power fails, and that its owner only can read.</summary>
internal static class WholeFile
{
    public static async Task<T> WriteAsync<T>(string target, Func<Stream, Task<T>> write, CancellationToken cancellation)
    {
        var part = $"{target}.part";
        try
        {
            T written;
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 16 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var stream = new FileStream(part, options))
            {
                written = await write(stream);
                await stream.FlushAsync(cancellation);
                RandomAccess.FlushToDisk(stream.SafeFileHandle);
            }

            File.Move(part, target, overwrite: true);
            return written;
        }
        finally
        {
            File.Delete(part);
        }
    }
}
