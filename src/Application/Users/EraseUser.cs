using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>
/// Forgets a person for good: a user who is still there goes as one who is removed does, and what was known of the person and of the person's machines can be read
/// nowhere any more. Done again it forgets what came since, if anything did.
/// </summary>
public sealed record EraseUser(UserId User) : ICommand<User>
{
    public Guid? Target => User.Value;

    public bool IsSlow => true;

    public sealed class Handler(Store store, Secrets secrets, FormerMachines former) : ICommandHandler<EraseUser, User>
    {
        public async Task<Result<User>> Handle(EraseUser command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            if (user.Id == default)
                return Refusal.UserNotFound;
            if (store.Context.Caller.MayManage(user) is { } mayNot)
                return mayNot;

            var emails = await Emails(user.Id, cancellationToken);
            var machines = await Machines(user.Id, cancellationToken);
            await store.Licenses.OpenExclusively(machines.Select(machine => machine.License), cancellationToken);
            await store.Activations.Open(machines.Select(machine => machine.Id), cancellationToken);
            var erased = user.Exists
                ? await new Departure(store).Of(user, state => state.Erase(), cancellationToken)
                : await store.Users.Decide(user.Id, state => state.Erase(), cancellationToken);
            if (erased.Refusal is not null)
                return erased;

            foreach (var machine in machines)
            {
                if ((await store.Activations.Decide(machine.Id, state => state.Erase(), cancellationToken)).Refusal is { } refusal)
                    return refusal;
            }

            PasswordCheck.Forgive($"user/{user.Id}", store.Session, secrets);
            foreach (var email in emails)
            {
                if (await store.Claims.Holder(Unique.Email(email), cancellationToken) is null)
                    PasswordCheck.Forgive(email, store.Session, secrets);
            }

            Guid[] persons = [user.Id.Value, .. machines.Select(machine => machine.Id.Value)];
            new Traces(store.Session).Remove(user.Id, persons);
            store.PersonKeys.Destroy(persons, store.Session, store.Context.Now);
            return erased;
        }

        /// <summary>The addresses that the user ever had, as far as they can be read.</summary>
        private async Task<IReadOnlyList<string>> Emails(UserId user, CancellationToken cancellation) =>
        [
            .. (await store.Session.Events.FetchStreamAsync(user.Value, token: cancellation))
                .Select(e => (e.Data as UserCreated)?.Email.Value ?? (e.Data as UserEmailChanged)?.Email.Value).OfType<string>().Distinct(),
        ];

        /// <summary>
        /// What told of the person: the activations and attempts that the user made, and those that nobody signed in for while the licence was the user's own. A machine
        /// that somebody else has taken over since is that one's.
        /// </summary>
        private async Task<IReadOnlyList<Activation>> Machines(UserId user, CancellationToken cancellation)
        {
            var own = await store.Session.QueryAsync<License>("where data @> jsonb_build_object('primaryUser', ?::text)", cancellation, user.ToString());
            var named = await store.Session.QueryAsync<Activation>(
                "where (data ->> 'user')::uuid = ? or (data ->> 'license')::uuid = any(?) and data ->> 'user' is null or id = any(?)",
                cancellation, user.Value, own.Select(license => license.Id.Value).ToArray(), (await former(user, cancellation)).ToArray());
            var licenses = await store.Licenses.Latest(named.Select(machine => machine.License), cancellation);
            var machines = named.Where(machine => (machine.User ?? licenses.GetValueOrDefault(machine.License)?.PrimaryUser ?? user) == user).ToList();
            var attempts = await store.Session.QueryAsync<Activation>(
                "where (data ->> 'license')::uuid = any(?) and data ->> 'synced' = any(?)", cancellation,
                machines.Select(machine => machine.License.Value).Distinct().ToArray(), machines.Select(machine => machine.Id.ToString()).ToArray());
            return [.. machines.Concat(attempts).DistinctBy(machine => machine.Id).OrderBy(machine => machine.Id.Value)];
        }
    }
}
