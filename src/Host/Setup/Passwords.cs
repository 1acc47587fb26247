using EventSourcedOrgs.Application;
using Microsoft.AspNetCore.Identity;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Passwords by the framework's hasher (PBKDF2, HMAC-SHA512, salted); as many at once as there are processors.</summary>
internal sealed class Passwords : IPasswords, IDisposable
{
    private static readonly object Anybody = new();

    private readonly PasswordHasher<object> hasher = new();
    private readonly SemaphoreSlim turns = new(Environment.ProcessorCount);

    public async Task<IDisposable> Turn(CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        return new Taken(turns);
    }

    public string Hash(string password) => hasher.HashPassword(Anybody, password);

    public bool Verify(string hash, string password) => hasher.VerifyHashedPassword(Anybody, hash, password) != PasswordVerificationResult.Failed;

    public void Dispose() => turns.Dispose();

    private sealed class Taken(SemaphoreSlim turns) : IDisposable
    {
        private bool given;

        public void Dispose()
        {
            if (!given)
                turns.Release();
            given = true;
        }
    }
}
