using EventSourcedOrgs.Domain.Accounts;
using Marten;

namespace EventSourcedOrgs.Application;

/// <summary>Finds the account of the vendor, of which an installation has one.</summary>
public static class FindingAccount
{
    /// <summary>Null until it is opened. Asked for in SQL, because every start does, and translating the first question of a process takes longer than asking it.</summary>
    public static async Task<Account?> FindAccount(this IQuerySession session, CancellationToken cancellation) =>
        (await session.QueryAsync<Account>("where true limit 1", cancellation)).SingleOrDefault();
}
