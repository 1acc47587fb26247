using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Accounts;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to the account.</summary>
public abstract record AccountEvent { private protected AccountEvent() { } }

/// <summary>The vendor's installation came into being, with its one super-admin.</summary>
public sealed record AccountOpened(AccountId Account, string Name, string Alias, UserId SuperAdmin) : AccountEvent;

/// <summary>Members of the team sign in with this provider; the secret is not told.</summary>
public sealed record AccountIdentityProviderChanged(AccountId Account, IdentityProvider Provider) : AccountEvent;
/// <summary>The provider of the account is shown another secret from now on; the secret is not told.</summary>
public sealed record AccountIdentityProviderSecretChanged(AccountId Account) : AccountEvent;
/// <summary>The account has no provider any more.</summary>
public sealed record AccountIdentityProviderRemoved(AccountId Account) : AccountEvent;

/// <summary>The vendor's installation; there is one. Its alias is what people write instead of its id.</summary>
public sealed record Account(AccountId Id, string Name, string Alias, UserId SuperAdmin, Recorded Recorded) : IAggregate<Account, AccountEvent>
{
    public static Account Initial { get; } = new(default, "", "", default, default);

    /// <summary>What members of the team sign in with besides a password.</summary>
    public IdentityProvider? IdentityProvider { get; init; }

    public Account With(Recorded recorded) => this with { Recorded = recorded };

    public static Account Evolve(Account account, AccountEvent @event) => @event switch
    {
        AccountOpened e => account with { Id = e.Account, Name = e.Name, Alias = e.Alias, SuperAdmin = e.SuperAdmin },
        AccountIdentityProviderChanged e => account with { IdentityProvider = e.Provider },
        AccountIdentityProviderSecretChanged => account,
        AccountIdentityProviderRemoved => account with { IdentityProvider = null },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Account.Evolve."),
    };

    /// <summary>Does a request that names its account by id, alias or neither mean this one?</summary>
    public bool IsMeantBy(string? id, string? alias) =>
        (string.IsNullOrEmpty(id) || (Domain.Id.TryParse<AccountId>(id, out var named) && named == Id))
        && (string.IsNullOrEmpty(alias) || string.Equals(alias, Alias, StringComparison.OrdinalIgnoreCase));

    // ---- Decisions ----

    public static Decision<AccountEvent> Open(AccountId id, string name, string alias, UserId superAdmin) => [new AccountOpened(id, name, alias, superAdmin)];

    public Decision<AccountEvent> SetIdentityProvider(IdentityProvider provider, bool newSecret) =>
    [
        .. provider == IdentityProvider ? (AccountEvent[])[] : [new AccountIdentityProviderChanged(Id, provider)],
        .. newSecret ? (AccountEvent[])[new AccountIdentityProviderSecretChanged(Id)] : [],
    ];

    public Decision<AccountEvent> RemoveIdentityProvider() => IdentityProvider is null ? [] : [new AccountIdentityProviderRemoved(Id)];
}
