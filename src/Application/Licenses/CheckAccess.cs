using System.Collections.Immutable;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>
/// May these users use these licences? Decided on the states as committed now, so a revocation that was acknowledged always counts, or as of a past moment.
/// <see cref="Explain"/> also reads the events that made the paths.
/// </summary>
public sealed record CheckAccess(ValueList<AccessQuestion> Checks, bool Explain = true) : IQuery<CheckedAccesses>
{
    public const int Most = 1000;

    public sealed class Validator : AbstractValidator<CheckAccess>
    {
        public Validator()
        {
            RuleFor(c => c.Checks.Count).InclusiveBetween(1, Most).OverridePropertyName("Checks").WithMessage($"must have 1 to {Most} elements.");
            RuleForEach(c => c.Checks).Must(check => check.License is null != check.Product is null).WithMessage("must name either a license or a product.");
        }
    }

    public sealed class Handler(Store store, Grants grants) : IQueryHandler<CheckAccess, CheckedAccesses>
    {
        public async Task<Result<CheckedAccesses>> Handle(CheckAccess query, CancellationToken cancellationToken)
        {
            var past = store.Context.AsOf?.Position;
            var states = new AccessStates(store);
            var position = past ?? await states.LoadAtOnce(query.Checks, cancellationToken);
            if (past is not null)
                await states.Load(query.Checks, cancellationToken);

            var answers = query.Checks.Select(states.Answer).ToList();
            var keys = query.Explain ? answers.SelectMany(answer => answer.GrantKeys).ToHashSet() : [];
            var found = await grants.Find(keys, past ?? long.MaxValue, cancellationToken);
            return new CheckedAccesses([.. answers.Select(answer => answer.With(found))], position);
        }
    }
}

/// <summary>A user, and either a licence or a product of which any licence will do.</summary>
public readonly record struct AccessQuestion(UserId User, LicenseId? License = null, ProductId? Product = null);

/// <summary>The answers in the order of the questions; they hold everything up to the position.</summary>
public sealed record CheckedAccesses(IReadOnlyList<CheckedAccess> Answers, long Position);

/// <summary>One answer: the licence it is about, if there is one; the reasons, none when access is denied.</summary>
public sealed record CheckedAccess(AccessQuestion Question, LicenseId? License, Denial? Denial, ImmutableArray<AccessReason> Reasons)
{
    internal IEnumerable<GrantKey> GrantKeys => Reasons.SelectMany(KeysOf);

    internal CheckedAccess With(IReadOnlyDictionary<GrantKey, Grant> grants) => this with
    {
        Reasons = [.. Reasons.Select(reason => reason with { Grants = [.. KeysOf(reason).Select(key => grants.GetValueOrDefault(key)).OfType<Grant>()] })],
    };

    private IReadOnlyList<GrantKey> KeysOf(AccessReason reason) => GrantKey.Of(Question.User, License!.Value, reason.Path);
}

/// <summary>One way by which access is given: the group it leads through, if it does, and the events that made it.</summary>
public sealed record AccessReason(AccessPath Path, UserGroup? UserGroup, ImmutableArray<Grant> Grants);

/// <summary>The states that a number of questions need: of now all of one moment, of the past each kind in one query.</summary>
internal sealed class AccessStates(Store store)
{
    private readonly Dictionary<UserId, User> users = [];
    private readonly Dictionary<LicenseId, License> licenses = [];
    private readonly Dictionary<ProductId, Product> products = [];
    private readonly Dictionary<OrganizationId, Organization> organizations = [];
    private readonly Dictionary<UserGroupId, UserGroup> groups = [];
    private ILookup<ProductId, License> candidates = Array.Empty<License>().ToLookup(license => license.Product);

    /// <summary>
    /// The states of now, all of one moment; answers the position that they hold everything up to. What they hold of persons stays sealed, because no decision asks for it. Which licences lead to a user is looked for
    /// before that moment, and once more after it: whoever got another licence, or came into another group, in between is not taken for somebody who has neither.
    /// </summary>
    public async Task<long> LoadAtOnce(IReadOnlyCollection<AccessQuestion> questions, CancellationToken cancellation)
    {
        var (found, lookedFor) = (new HashSet<LicenseId>(), new HashSet<Guid>());
        for (var since = store.Context.Seen; ; since = null)
        {
            var moment = await store.Writing.States.Read(
                [.. questions.SelectMany(KeysOf), .. found.Select(id => StateKey.Sealed<License>(id.Value))], known => MoreOf(questions, found, known), since, cancellation);
            Take(questions, found, moment);
            var (holders, before) = (HoldersOf(questions), found.Count);
            if (holders.Count > 0)
                found.UnionWith(await store.LicensesAssignedTo(holders, products.Keys, cancellation));
            if (lookedFor.IsSupersetOf(holders) && found.Count == before)
                return moment.Position;
            lookedFor.UnionWith(holders);
        }
    }

    private void Take(IReadOnlyCollection<AccessQuestion> questions, HashSet<LicenseId> found, States.Moment moment)
    {
        users.Clear();
        licenses.Clear();
        products.Clear();
        organizations.Clear();
        groups.Clear();
        foreach (var question in questions)
        {
            if (Find<User>(moment, question.User.Value) is { } user)
            {
                users[user.Id] = user;
                if (user.Organization is { } organization && Find<Organization>(moment, organization.Value) is { } home)
                    organizations[organization] = home;
            }

            if (question.License is { } license && Find<License>(moment, license.Value) is { } asked)
                licenses[license] = asked;
            if (question.Product is { } product && Find<Product>(moment, product.Value) is { } sold)
                products[product] = sold;
        }

        candidates = found.Select(id => Find<License>(moment, id.Value)).OfType<License>().Where(license => license.Exists).ToLookup(license => license.Product);
        foreach (var common in GroupsOf(questions, found, moment))
        {
            if (Find<UserGroup>(moment, common.Value) is { } group)
                groups[common] = group;
        }
    }

    private static IEnumerable<StateKey> KeysOf(AccessQuestion question) =>
    [
        StateKey.Sealed<User>(question.User.Value),
        question.License is { } license ? StateKey.Sealed<License>(license.Value) : StateKey.Sealed<Product>(question.Product!.Value.Value),
    ];

    /// <summary>What questions need besides: the organizations, and the groups that users and licences have in common.</summary>
    private static IEnumerable<StateKey> MoreOf(IReadOnlyCollection<AccessQuestion> questions, HashSet<LicenseId> found, States.Moment moment) =>
        questions.Select(question => Find<User>(moment, question.User.Value)?.Organization).OfType<OrganizationId>().Select(organization => StateKey.Sealed<Organization>(organization.Value))
            .Concat(GroupsOf(questions, found, moment).Select(group => StateKey.Sealed<UserGroup>(group.Value)));

    private static IEnumerable<UserGroupId> GroupsOf(IReadOnlyCollection<AccessQuestion> questions, HashSet<LicenseId> found, States.Moment moment)
    {
        var assigned = found.Select(id => Find<License>(moment, id.Value)).OfType<License>().SelectMany(license => license.Groups).ToHashSet();
        foreach (var question in questions)
        {
            if (Find<User>(moment, question.User.Value) is not { } user)
                continue;
            var common = question.License is not { } id ? user.Groups.Where(assigned.Contains) : Find<License>(moment, id.Value) is { } license ? user.Groups.Intersect(license.Groups) : [];
            foreach (var group in common)
                yield return group;
        }
    }

    private static T? Find<T>(States.Moment moment, Guid id) where T : class => moment.Find<T>(StateKey.Sealed<T>(id));

    public async Task Load(IReadOnlyCollection<AccessQuestion> questions, CancellationToken cancellation)
    {
        Add(users, await store.Users.Latest(questions.Select(question => question.User), cancellation));
        Add(licenses, await store.Licenses.Latest(questions.Select(question => question.License).OfType<LicenseId>(), cancellation));
        Add(products, await store.Products.Latest(questions.Select(question => question.Product).OfType<ProductId>(), cancellation));
        Add(organizations, await store.Organizations.Latest(users.Values.Select(user => user.Organization).OfType<OrganizationId>(), cancellation));

        var holders = HoldersOf(questions);
        if (holders.Count > 0)
        {
            var found = await store.LicensesAssignedTo(holders, products.Keys, cancellation);
            candidates = (await store.Licenses.Latest(found, cancellation)).Values.ToLookup(license => license.Product);
        }

        var assigned = licenses.Values.Concat(candidates.SelectMany(product => product)).SelectMany(license => license.Groups).ToHashSet();
        Add(groups, await store.UserGroups.Latest(users.Values.SelectMany(user => user.Groups).Where(assigned.Contains), cancellation));
    }

    /// <summary>By what licences of a product lead to those who are asked about: each of them, and the groups that they are in.</summary>
    private HashSet<Guid> HoldersOf(IEnumerable<AccessQuestion> questions) =>
    [
        .. questions.Where(question => question.Product is not null).Select(question => users.GetValueOrDefault(question.User)).OfType<User>()
            .SelectMany(user => user.Groups.Select(group => group.Value).Prepend(user.Id.Value)),
    ];

    private static void Add<TId, TState>(Dictionary<TId, TState> known, IReadOnlyDictionary<TId, TState> found) where TId : notnull
    {
        foreach (var (id, state) in found)
            known[id] = state;
    }

    public CheckedAccess Answer(AccessQuestion question)
    {
        var user = Visible(users.GetValueOrDefault(question.User));
        var organization = user?.Organization is { } id ? organizations.GetValueOrDefault(id) : null;
        return question.Product is { } product
            ? OfProduct(question, user, organization, product)
            : Of(question, user, organization, Visible(licenses.GetValueOrDefault(question.License!.Value), user)).Answer;
    }

    /// <summary>Of the licences of the product that lead to the user the nearest to access; among open ones the one that lasts longest.</summary>
    private CheckedAccess OfProduct(AccessQuestion question, User? user, Organization? organization, ProductId product) =>
        candidates[product].Where(license => user is not null && Visible(license, user) is not null && Access.Paths(user, license, Common(user, license)).Any())
            .Select(license => Of(question, user, organization, license))
            .OrderByDescending(candidate => candidate.Nearness).ThenByDescending(candidate => candidate.Lasting)
            .Select(candidate => candidate.Answer)
            .FirstOrDefault()
        ?? new(question, null, Access.WithoutLicense(user, products.GetValueOrDefault(product), organization).Denial, []);

    private (CheckedAccess Answer, int Nearness, DateTimeOffset Lasting) Of(AccessQuestion question, User? user, Organization? organization, License? license)
    {
        var decision = Access.Decide(user, license, organization, Common(user, license), store.Context.AsOf?.At ?? store.Context.Now);
        return (
            new(question, license?.Id ?? question.License, decision.Denial, [.. decision.Paths.Select(path =>
                new AccessReason(path, path.UserGroup is { } group ? groups[group] : null, []))]),
            Access.Nearness(decision), license is null ? DateTimeOffset.MaxValue : Access.Lasting(license, decision));
    }

    private IEnumerable<UserGroup> Common(User? user, License? license) =>
        user is null || license is null ? [] : user.Groups.Intersect(license.Groups).Select(group => groups.GetValueOrDefault(group)).OfType<UserGroup>();

    /// <summary>
    /// What is foreign to the caller does not exist for the caller: an organization-admin asks about the own organization, a user about the user.
    /// </summary>
    private User? Visible(User? user) => store.Context.Caller switch
    {
        { IsVendor: true } => user,
        { Role: var role } caller when role == Role.OrganizationAdmin => user?.Organization == caller.Organization ? user : null,
        var caller => user?.Id == caller.User ? user : null,
    };

    /// <summary>Of licences that are no organization's those that lead to the user, whose state nobody else is told.</summary>
    private License? Visible(License? license, User? user) => store.Context.Caller switch
    {
        { IsVendor: true } => license,
        var caller when license?.Organization is { } owner => owner == caller.Organization ? license : null,
        _ => license is not null && user is not null && Access.Paths(user, license, Common(user, license)).Any() ? license : null,
    };
}
