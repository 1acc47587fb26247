using System.Collections.Immutable;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>May this user use this licence? Decided on the states as committed now, so a revocation that was acknowledged always counts.</summary>
public sealed record CheckAccess(ValueList<AccessPair> Pairs) : IQuery<IReadOnlyList<CheckedAccess>>
{
    public const int Most = 1000;

    public sealed class Validator : AbstractValidator<CheckAccess>
    {
        public Validator() => RuleFor(c => c.Pairs.Count).InclusiveBetween(1, Most).OverridePropertyName("Checks").WithMessage($"must have 1 to {Most} pairs.");
    }

    public sealed class Handler(Store store) : IQueryHandler<CheckAccess, IReadOnlyList<CheckedAccess>>
    {
        public async Task<Result<IReadOnlyList<CheckedAccess>>> Handle(CheckAccess query, CancellationToken cancellationToken)
        {
            var users = await store.Users.Latest(query.Pairs.Select(pair => pair.User), cancellationToken);
            var licenses = await store.Licenses.Latest(query.Pairs.Select(pair => pair.License), cancellationToken);
            var organizations = await store.Organizations.Latest(users.Values.Select(user => user.Organization).OfType<OrganizationId>(), cancellationToken);
            var groups = await store.UserGroups.Latest(
                query.Pairs.SelectMany(pair => Common(users.GetValueOrDefault(pair.User), licenses.GetValueOrDefault(pair.License))), cancellationToken);
            return query.Pairs.Select(pair => Decide(pair, users, licenses, organizations, groups)).ToList();
        }

        private CheckedAccess Decide(
            AccessPair pair, IReadOnlyDictionary<UserId, User> users, IReadOnlyDictionary<LicenseId, License> licenses,
            IReadOnlyDictionary<OrganizationId, Organization> organizations, IReadOnlyDictionary<UserGroupId, UserGroup> groups)
        {
            var (user, license) = (Visible(users.GetValueOrDefault(pair.User)), Visible(licenses.GetValueOrDefault(pair.License)));
            var organization = user?.Organization is { } id ? organizations.GetValueOrDefault(id) : null;
            var common = Common(user, license).Select(group => groups.GetValueOrDefault(group)).OfType<UserGroup>().ToList();
            return new(pair, Access.Decide(user, license, organization, common, store.Context.Now), common);
        }

        private static ImmutableHashSet<UserGroupId> Common(User? user, License? license) =>
            user is null || license is null ? [] : user.Groups.Intersect(license.Groups);

        /// <summary>What is foreign to the caller does not exist for the caller: an organization-admin asks about the own organization, a user about the user.</summary>
        private User? Visible(User? user) => store.Context.Caller switch
        {
            { IsVendor: true } => user,
            { Role: var role } caller when role == Role.OrganizationAdmin => user?.Organization == caller.Organization ? user : null,
            var caller => user?.Id == caller.User ? user : null,
        };

        private License? Visible(License? license) => store.Context.Caller switch
        {
            { IsVendor: true } => license,
            var caller when license?.Organization is { } owner && owner != caller.Organization => null,
            _ => license,
        };
    }
}

/// <summary>A user and a licence.</summary>
public readonly record struct AccessPair(UserId User, LicenseId License);

/// <summary>The answer for one pair; the groups are those that user and licence have in common.</summary>
public sealed record CheckedAccess(AccessPair Pair, AccessDecision Decision, IReadOnlyList<UserGroup> Groups);
