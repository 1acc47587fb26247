using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>A secret for an authenticator, shown this once.</summary>
public sealed record NewTwoFactorSecret(string Email, string Url);

/// <summary>Makes a secret for the caller's authenticator. Nothing asks for its codes before the caller switches the second factor on.</summary>
public sealed record MakeTwoFactorSecret : ICommand<NewTwoFactorSecret>
{
    public sealed class Handler(Store store, Secrets secrets) : ICommandHandler<MakeTwoFactorSecret, NewTwoFactorSecret>
    {
        public async Task<Result<NewTwoFactorSecret>> Handle(MakeTwoFactorSecret command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller is not { User: { } me, Session: not null })
                return Refusal.SignInRequired;

            var user = await store.Users.Latest(me, cancellationToken);
            var account = (await store.Session.FindAccount(cancellationToken))!;
            var email = user.Email.Value ?? "";
            return (await new SecondFactor(store.Session, secrets).Make(me, cancellationToken))
                .Select(secret => new NewTwoFactorSecret(email, Totp.AddressOf(secret, account.Name, email)));
        }
    }
}

/// <summary>Makes ten recovery codes for the caller, who proves the second factor once more; the former ones are void.</summary>
public sealed record MakeRecoveryCodes(string TwoFactorCode) : ICommand<IReadOnlyList<string>>
{
    public sealed class Validator : AbstractValidator<MakeRecoveryCodes>
    {
        public Validator() => RuleFor(c => c.TwoFactorCode).Text();
    }

    public sealed class Handler(Store store, Secrets secrets, TwoFactorSwitch twoFactor) : ICommandHandler<MakeRecoveryCodes, IReadOnlyList<string>>
    {
        public async Task<Result<IReadOnlyList<string>>> Handle(MakeRecoveryCodes command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller is not { User: { } me, Session: not null })
                return Refusal.SignInRequired;
            if ((await store.Users.DecideExclusively(me, state => state.HasTwoFactor ? [] : Refusal.TwoFactorNotEnabled, cancellationToken)) is { Refusal: { } not })
                return not;
            if (await twoFactor.Prove(me, command.TwoFactorCode, cancellationToken) is { } refusal)
                return refusal;
            if ((await store.Users.Decide(me, state => state.MakeRecoveryCodes(), cancellationToken)).Refusal is { } gone)
                return gone;
            return await new SecondFactor(store.Session, secrets).Replace(me, cancellationToken);
        }
    }
}

/// <summary>The vendor switches off the second factor of a user who lost it.</summary>
public sealed record DisableTwoFactor(UserId User) : ICommand<User>
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store, TwoFactorSwitch twoFactor) : ICommandHandler<DisableTwoFactor, User>
    {
        public async Task<Result<User>> Handle(DisableTwoFactor command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !user.Exists ? Refusal.UserNotFound : await twoFactor.TurnOffFor(user, cancellationToken);
        }
    }
}

/// <summary>An organization-admin switches off the second factor of a user of the organization who lost it.</summary>
public sealed record DisableOrganizationTwoFactor(OrganizationId Organization, UserId User) : ICommand<User>, IWithinOrganization
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store, TwoFactorSwitch twoFactor) : ICommandHandler<DisableOrganizationTwoFactor, User>
    {
        public async Task<Result<User>> Handle(DisableOrganizationTwoFactor command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !user.Exists || user.Organization != command.Organization ? Refusal.UserNotFound : await twoFactor.TurnOffFor(user, cancellationToken);
        }
    }
}

/// <summary>The one way by which a second factor is switched on and off; what else was signed in ends with it.</summary>
public sealed class TwoFactorSwitch(Store store, PasswordCheck check, Secrets secrets)
{
    /// <summary>By the user's own wish, and with a code.</summary>
    public async Task<Refusal?> Turn(User user, bool on, string? code, CancellationToken cancellation)
    {
        if (store.Context.Caller.Session is not { } session)
            return Refusal.SignInRequired;

        var factor = new SecondFactor(store.Session, secrets);
        var decided = await store.Users.DecideExclusively(user.Id, state => on ? state.EnableTwoFactor() : state.DisableTwoFactor(), cancellation);
        var refusal = decided.Refusal
            ?? (on ? await factor.Confirm(user.Id, code, store.Context.Now, cancellation) : await Prove(user.Id, code, cancellation));
        if (refusal is not null)
            return refusal;

        if (!on)
            factor.Forget(user.Id);
        new Sessions(store.Session).EndAll(user.Id, except: session);
        return null;
    }

    /// <summary>By somebody who may manage the user: without a code, and so never one's own.</summary>
    public async Task<Result<User>> TurnOffFor(User user, CancellationToken cancellation)
    {
        if (store.Context.Caller.User == user.Id)
            return Refusal.OwnTwoFactor;
        if (store.Context.Caller.MayManage(user) is { } mayNot)
            return mayNot;

        var off = await store.Users.Decide(user.Id, state => state.DisableTwoFactor(), cancellation);
        if (off.Refusal is not null || !user.HasTwoFactor)
            return off;

        new SecondFactor(store.Session, secrets).Forget(user.Id);
        Sessions.EndAll(user.Id, store.Documents);
        return off;
    }

    /// <summary>A code of the authenticator or of recovery, which is thereby spent.</summary>
    public async Task<Refusal?> Prove(UserId user, string? code, CancellationToken cancellation)
    {
        var proven = await check.OfCode(user, new(code), cancellation);
        return proven.Refusal is { } refusal ? refusal
            : proven.Value!.RecoveryCodesLeft is { } left ? (await store.Users.Decide(user, known => known.UseRecoveryCode(left), cancellation)).Refusal
            : null;
    }
}
