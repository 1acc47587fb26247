using System.Collections.Immutable;
using CsCheck;

namespace EventSourcedOrgs.Domain.Tests.Organizations;

/// <summary>Whatever happens in whatever order: the seats against a model that keeps the people themselves.</summary>
public class Seats
{
    private abstract record Step
    {
        public sealed record Admit(UserId User, SeatAuthority Authority) : Step;

        public sealed record Release(UserId User) : Step;

        public sealed record Allow(int Seats) : Step;

        public sealed record Suspend : Step;

        public sealed record Reinstate : Step;

        public sealed record Delete : Step;
    }

    private sealed record Model(Organization Organization, ImmutableHashSet<UserId> People, ImmutableList<OrganizationEvent> History);

    private static readonly Gen<UserId> AUser = Gen.Int[1, 12].Select(number => new UserId(Number(number)));

    private static readonly Gen<Step> AStep = Gen.Frequency(
        (5, Gen.Select(AUser, Gen.Enum<SeatAuthority>()).Select((user, authority) => (Step)new Step.Admit(user, authority))),
        (3, AUser.Select(user => (Step)new Step.Release(user))),
        (2, Gen.Int[-1, 6].Select(seats => (Step)new Step.Allow(seats))),
        (1, Gen.OneOf(Gen.Const<Step>(new Step.Suspend()), Gen.Const<Step>(new Step.Reinstate()), Gen.Const<Step>(new Step.Delete()))));

    private static readonly OrganizationChanges LeaveAll = new(default, default, default, default, default, default, default);

    [Fact]
    public void Used_is_a_recount_and_an_organization_admin_never_gets_past_what_is_allowed() =>
        Gen.Select(Gen.Int[-1, 6], AStep.Array[0, 40]).Sample(
            (seats, steps) => steps.Aggregate(Start(seats), Take).History.Count.ShouldBeLessThanOrEqualTo(steps.Length + 1),
            iter: 200);

    [Fact]
    public void Where_only_organization_admins_admit_and_the_limit_stands_seats_are_never_exceeded() =>
        Gen.Select(Gen.Int[-1, 6], AStep.Array[0, 40]).Sample(
            (seats, steps) => steps
                .Where(step => step is not (Step.Allow or Step.Admit { Authority: SeatAuthority.Vendor }))
                .Aggregate(Start(seats), Take).Organization.SeatsExceeded.ShouldBeFalse(),
            iter: 200);

    private static Model Start(int seats) => new(Organization.Evolve(Organization.Initial, AcmeWith(seats)), [], [AcmeWith(seats)]);

    private static Model Take(Model before, Step step)
    {
        var decision = Decide(before, step);
        var after = new Model(
            decision.Events.Aggregate(before.Organization, Organization.Evolve),
            decision.Events.Aggregate(before.People, (people, e) => e switch
            {
                UserJoinedOrganization joined => people.Add(joined.User),
                UserLeftOrganization left => people.Remove(left.User),
                _ => people,
            }),
            before.History.AddRange(decision.Events));
        Check(before, step, decision, after);
        return after;
    }

    private static Decision<OrganizationEvent> Decide(Model before, Step step) => step switch
    {
        Step.Admit admit when !before.People.Contains(admit.User) => before.Organization.Admit(admit.User, admit.Authority),
        Step.Release release when before.People.Contains(release.User) => before.Organization.Release(release.User),
        Step.Allow allow => before.Organization.Change(LeaveAll with { AllowedUsers = allow.Seats }),
        Step.Suspend => before.Organization.Suspend(),
        Step.Reinstate => before.Organization.Reinstate(),
        Step.Delete => before.Organization.Delete(),
        _ => [],
    };

    private static void Check(Model before, Step step, Decision<OrganizationEvent> decision, Model after)
    {
        var (acme, allowed) = (after.Organization, before.Organization.AllowedUsers);
        acme.SeatsUsed.ShouldBe(after.People.Count);
        acme.ShouldBe(after.History.Aggregate(Organization.Initial, Organization.Evolve));
        acme.SeatsExceeded.ShouldBe(acme.AllowedUsers >= 0 && after.People.Count > acme.AllowedUsers);

        if (step is Step.Admit admit && before.Organization.Exists && !before.People.Contains(admit.User))
        {
            var full = admit.Authority == SeatAuthority.OrganizationAdmin && allowed >= 0 && before.People.Count >= allowed;
            decision.Refusal.ShouldBe(full ? Refusal.AllowedUsersLimitReached(allowed, before.People.Count) : null);
        }

        if (step is Step.Admit { Authority: SeatAuthority.OrganizationAdmin } && decision.Events.Length > 0)
            (allowed == Organization.Unlimited || acme.SeatsUsed <= allowed).ShouldBeTrue();
        if (!acme.Exists)
            acme.SeatsUsed.ShouldBe(0);
    }
}
