using System.Collections.Immutable;

namespace EventSourcedOrgs.Domain.Tests;

/// <summary>Ada of Acme asks for Pro of Acme, which is assigned to her, as its own and as an additional user, and to her groups.</summary>
public class EffectiveAccess
{
    private sealed record Question(User? User, License? License, Organization? Organization, UserGroup[] Groups, DateTimeOffset Now)
    {
        public AccessDecision Answer => Access.Decide(User, License, Organization, Groups, Now);

        public Question With(Func<User, User>? user = null, Func<License, License>? license = null) => this with
        {
            User = User is null || user is null ? User : user(User),
            License = License is null || license is null ? License : license(License),
        };
    }

    private static readonly Question AdaAsks = new(
        Person(Ada, of: Acme) with { Groups = [Engineers, Sales] },
        License.Evolve(License.Initial, ProOf(Acme)) with { PrimaryUser = Ada, Users = [Ada, Bob], Groups = [Engineers, Sales] },
        Organization.Evolve(Organization.Initial, AcmeWith(seats: 3)),
        [Group(Sales, of: Acme), Group(Engineers, of: Acme)],
        Noon);

    private static readonly Question Unassigned = AdaAsks.With(license: pro => pro with { PrimaryUser = null, Users = [], Groups = [] });

    private static readonly AccessPath AsPrimary = new(AccessPathKind.PrimaryUser, null);
    private static readonly AccessPath AsAdditional = new(AccessPathKind.AdditionalUser, null);
    private static readonly AccessPath ByEngineers = new(AccessPathKind.UserGroup, Engineers);
    private static readonly AccessPath BySales = new(AccessPathKind.UserGroup, Sales);

    /// <summary>For each denial, in their order, what brings it about and nothing else.</summary>
    private static readonly (Denial Denial, Func<Question, Question> Because)[] Reasons =
    [
        (Access.UserUnknown, q => q with { User = null }),
        (Access.LicenseUnknown, q => q with { License = null }),
        (Access.OrganizationSuspended, q => q with { Organization = q.Organization! with { Suspended = true } }),
        (Access.UserSuspended, q => q.With(user: ada => ada with { Suspended = true })),
        (Access.LicenseRevoked, q => q.With(license: pro => pro with { Revoked = true })),
        (Access.LicenseSuspended, q => q.With(license: pro => pro with { Suspended = true })),
        (Access.LicenseNotYetEffective, q => q.With(license: pro => pro with { EffectiveDate = q.Now.AddTicks(1) })),
        (Access.LicenseExpired, q => q.With(license: pro => pro with { ExpiresAt = q.Now })),
        (Access.ForeignLicense, q => q.With(license: pro => pro with { Organization = Globex })),
        (Access.AssignmentNotYetStarted, q => q.With(license: pro => pro with
        {
            PrimaryUser = null, Users = [Ada], UserWindows = Limited(Ada, from: q.Now.AddTicks(1)), Groups = [.. pro.Groups.Where(pro.GroupWindows.ContainsKey)],
        })),
        (Access.AssignmentEnded, q => q.With(license: pro => pro with
        {
            PrimaryUser = null, Users = [], Groups = [Engineers], GroupWindows = Limited(Engineers, until: q.Now),
        })),
        (Access.NotAssigned, q => q.With(license: pro => pro with { PrimaryUser = null, Users = [], Groups = [] })),
    ];

    private static ImmutableDictionary<TId, AssignmentWindow> Limited<TId>(TId id, DateTimeOffset? from = null, DateTimeOffset? until = null) where TId : notnull =>
        ImmutableDictionary<TId, AssignmentWindow>.Empty.Add(id, new(from, until));

    // ---- denials ----

    public static TheoryData<int> EachDenial => [.. Enumerable.Range(0, Reasons.Length)];

    public static IEnumerable<object[]> EachTwoDenials =>
        from later in Enumerable.Range(0, Reasons.Length) from earlier in Enumerable.Range(0, later) select new object[] { earlier, later };

    [Fact]
    public void The_reasons_tried_here_are_all_there_are_in_their_order() =>
        Reasons.Select(reason => reason.Denial).ShouldBe(Access.Denials);

    [Fact]
    public void The_codes_and_their_order_are_fixed() =>
        Access.Denials.Select(denial => denial.Code).ShouldBe(
        [
            "USER_NOT_FOUND", "LICENSE_NOT_FOUND", "ORGANIZATION_SUSPENDED", "USER_SUSPENDED", "LICENSE_REVOKED", "LICENSE_SUSPENDED",
            "LICENSE_NOT_YET_EFFECTIVE", "LICENSE_EXPIRED", "LICENSE_OF_ANOTHER_ORGANIZATION", "ASSIGNMENT_NOT_YET_STARTED", "ASSIGNMENT_ENDED",
            "NOT_ASSIGNED",
        ]);

    [Theory, MemberData(nameof(EachDenial))]
    public void Each_reason_alone_denies_with_its_own_code(int reason) =>
        Reasons[reason].Because(AdaAsks).Answer.Denial.ShouldBe(Reasons[reason].Denial);

    [Theory, MemberData(nameof(EachTwoDenials))]
    public void Of_two_reasons_the_earlier_one_answers(int earlier, int later) =>
        Reasons[earlier].Because(Reasons[later].Because(AdaAsks)).Answer.Denial.ShouldBe(Reasons[earlier].Denial);

    [Fact]
    public void Of_all_reasons_from_one_on_that_one_answers() =>
        Reasons.Select((_, first) => Enumerable.Reverse(Reasons[first..]).Aggregate(AdaAsks, (question, reason) => reason.Because(question)).Answer.Denial)
            .ShouldBe(Access.Denials);

    [Theory, MemberData(nameof(EachDenial))]
    public void A_denial_shows_no_path(int reason) =>
        Reasons[reason].Because(AdaAsks).Answer.ShouldSatisfyAllConditions(
            answer => answer.Allowed.ShouldBeFalse(),
            answer => answer.Paths.ShouldBeEmpty());

    [Fact]
    public void A_deleted_user_is_unknown() =>
        AdaAsks.With(user: Deleted).Answer.Denial.ShouldBe(Access.UserUnknown);

    [Fact]
    public void A_deleted_licence_is_unknown() =>
        AdaAsks.With(license: pro => pro with { Deleted = true }).Answer.Denial.ShouldBe(Access.LicenseUnknown);

    [Fact]
    public void States_that_never_were_have_no_access_to_each_other() =>
        Access.Decide(User.Initial, License.Initial, Organization.Initial, [UserGroup.Initial], Noon).Denial.ShouldBe(Access.UserUnknown);

    [Fact]
    public void An_organization_that_is_gone_counts_as_suspended() =>
        new[] { null, AdaAsks.Organization! with { Deleted = true } }.Select(gone => (AdaAsks with { Organization = gone }).Answer.Denial)
            .ShouldBe([Access.OrganizationSuspended, Access.OrganizationSuspended]);

    [Fact]
    public void Reinstatement_opens_what_suspension_closed() =>
        (AdaAsks with
        {
            User = new UserEvent[] { new UserSuspended(Ada), new UserReinstated(Ada) }.Aggregate(AdaAsks.User!, User.Evolve),
            License = new LicenseEvent[] { new LicenseSuspended(Pro), new LicenseReinstated(Pro) }.Aggregate(AdaAsks.License!, License.Evolve),
        }).Answer.Allowed.ShouldBeTrue();

    [Fact]
    public void A_lifted_revocation_opens_what_the_revocation_closed() =>
        AdaAsks.With(license: pro => new LicenseEvent[] { new LicenseRevoked(Pro), new LicenseRevocationLifted(Pro) }.Aggregate(pro, License.Evolve))
            .Answer.Allowed.ShouldBeTrue();

    // ---- instants ----

    [Fact]
    public void From_its_effective_date_on_a_licence_is_open() =>
        AdaAsks.With(license: pro => pro with { EffectiveDate = Noon }).Answer.Allowed.ShouldBeTrue();

    [Fact]
    public void Until_just_before_its_expiry_a_licence_is_open() =>
        AdaAsks.With(license: pro => pro with { ExpiresAt = Noon.AddTicks(1) }).Answer.Allowed.ShouldBeTrue();

    [Fact]
    public void The_instant_of_expiry_is_the_same_on_every_clock() =>
        (AdaAsks with { Now = Noon.ToOffset(TimeSpan.FromHours(9)) }).With(license: pro => pro with { ExpiresAt = Noon.ToOffset(TimeSpan.FromHours(-9)) })
            .Answer.Denial.ShouldBe(Access.LicenseExpired);

    [Fact]
    public void A_licence_that_ends_when_it_begins_is_never_open() =>
        AdaAsks.With(license: pro => pro with { EffectiveDate = Noon, ExpiresAt = Noon }).Answer.Denial.ShouldBe(Access.LicenseExpired);

    [Fact]
    public void Without_an_end_it_is_open_for_ever() =>
        (AdaAsks with { Now = DateTimeOffset.MaxValue }).Answer.Allowed.ShouldBeTrue();

    private static readonly DateTimeOffset Midnight = Noon.AddHours(12);

    public static TheoryData<long, string?> InstantsOfAWindow => new()
    {
        { -1, "ASSIGNMENT_NOT_YET_STARTED" }, { 0, null }, { 9, null }, { 10, "ASSIGNMENT_ENDED" }, { 11, "ASSIGNMENT_ENDED" },
    };

    [Theory, MemberData(nameof(InstantsOfAWindow))]
    public void A_group_opens_within_its_window_from_the_first_instant_to_before_the_last(long ticks, string? denied) =>
        (Unassigned with { Now = Midnight.AddTicks(ticks) })
            .With(license: pro => pro with { Groups = [Engineers], GroupWindows = Limited(Engineers, Midnight, Midnight.AddTicks(10)) })
            .Answer.Denial.ShouldBe(Access.Denials.SingleOrDefault(denial => denial.Code == denied));

    [Theory, MemberData(nameof(InstantsOfAWindow))]
    public void An_additional_user_has_access_within_the_window(long ticks, string? denied) =>
        (Unassigned with { Now = Midnight.AddTicks(ticks) })
            .With(license: pro => pro with { Users = [Ada], UserWindows = Limited(Ada, Midnight, Midnight.AddTicks(10)) })
            .Answer.Denial.ShouldBe(Access.Denials.SingleOrDefault(denial => denial.Code == denied));

    [Fact]
    public void A_window_means_the_same_instants_on_every_clock() =>
        (Unassigned with { Now = Noon.ToOffset(TimeSpan.FromHours(9)) })
            .With(license: pro => pro with { Users = [Ada], UserWindows = Limited(Ada, until: Noon.ToOffset(TimeSpan.FromHours(-9))) })
            .Answer.Denial.ShouldBe(Access.AssignmentEnded);

    [Fact]
    public void A_path_outside_its_window_is_none_beside_an_open_one() =>
        AdaAsks.With(license: pro => pro with { UserWindows = Limited(Ada, until: Noon), GroupWindows = Limited(Engineers, from: Noon.AddTicks(1)) })
            .Answer.Paths.ShouldBe([AsPrimary, BySales]);

    [Fact]
    public void A_path_that_is_open_for_a_time_says_so() =>
        Unassigned.With(license: pro => pro with { Users = [Ada], UserWindows = Limited(Ada, Noon, Noon.AddDays(1)) })
            .Answer.Paths.ShouldBe([AsAdditional with { Window = new(Noon, Noon.AddDays(1)) }]);

    [Fact]
    public void Of_several_closed_paths_the_one_that_is_to_come_answers() =>
        Unassigned.With(license: pro => pro with
        {
            Groups = [Engineers, Sales],
            GroupWindows = Limited(Engineers, until: Noon).Add(Sales, new(Noon.AddTicks(1), null)),
        }).Answer.Denial.ShouldBe(Access.AssignmentNotYetStarted);

    [Fact]
    public void A_licence_is_seen_outside_the_window_of_its_assignment() =>
        new[] { Limited(Ada, from: Noon.AddDays(1)), Limited(Ada, until: Noon) }
            .Select(windows => Unassigned.With(license: pro => pro with { Users = [Ada], UserWindows = windows }))
            .ShouldAllBe(question => !question.Answer.Allowed && Access.Sees(question.User!, question.License!, question.Groups));

    [Fact]
    public void Only_administrators_and_those_with_a_way_that_is_open_carry_requests_of_machines()
    {
        Carries(Unassigned).ShouldBeFalse();
        Carries(Unassigned.With(user: ada => ada with { Role = Role.OrganizationAdmin })).ShouldBeTrue();
        Carries(Unassigned.With(user: ada => ada with { Role = Role.OrganizationAdmin }, license: pro => pro with { Organization = new(Number(999)) })).ShouldBeFalse();
        Carries(Unassigned.With(license: pro => pro with { Users = [Ada] })).ShouldBeTrue();
        Carries(Unassigned.With(license: pro => pro with { Users = [Ada], Suspended = true })).ShouldBeTrue();
        Carries(Unassigned.With(license: pro => pro with { PrimaryUser = Ada })).ShouldBeTrue();
        Carries(Unassigned.With(license: pro => pro with { Groups = [Engineers] })).ShouldBeTrue();
        Carries(Unassigned.With(license: pro => pro with { Users = [Ada], Deleted = true })).ShouldBeFalse();
        Carries(Unassigned.With(license: pro => pro with { Users = [Ada], UserWindows = Limited(Ada, from: Noon.AddDays(1)) })).ShouldBeFalse();
        Carries(Unassigned.With(license: pro => pro with { Users = [Ada], UserWindows = Limited(Ada, until: Noon) })).ShouldBeFalse();

        static bool Carries(Question question) => Access.Carries(question.User!, question.License!, [.. question.Groups], Noon);
    }

    [Fact]
    public void Access_lasts_until_the_licence_expires_or_the_last_open_window_ends()
    {
        var ofEngineers = Unassigned.With(license: pro => pro with { Groups = [Engineers], GroupWindows = Limited(Engineers, until: Noon.AddDays(1)) });
        Lasting(Unassigned.With(license: pro => pro with { Users = [Ada] })).ShouldBe(DateTimeOffset.MaxValue);
        Lasting(ofEngineers).ShouldBe(Noon.AddDays(1));
        Lasting(ofEngineers.With(license: pro => pro with { ExpiresAt = Noon.AddHours(1) })).ShouldBe(Noon.AddHours(1));
        Lasting(ofEngineers.With(license: pro => pro with { Users = [Ada], UserWindows = Limited(Ada, until: Noon.AddDays(2)) })).ShouldBe(Noon.AddDays(2));
        Lasting(ofEngineers.With(license: pro => pro with { Users = [Ada], ExpiresAt = Noon.AddDays(3) })).ShouldBe(Noon.AddDays(3));

        static DateTimeOffset Lasting(Question question) => Access.Lasting(question.License!, question.Answer);
    }

    // ---- paths ----

    [Fact]
    public void Access_is_the_union_of_all_paths() =>
        AdaAsks.Answer.Paths.ShouldBe([AsPrimary, AsAdditional, ByEngineers, BySales]);

    [Fact]
    public void The_licences_own_user_has_access() =>
        Unassigned.With(license: pro => pro with { PrimaryUser = Ada }).Answer.Paths.ShouldBe([AsPrimary]);

    [Fact]
    public void An_additional_user_has_access() =>
        Unassigned.With(license: pro => pro with { Users = [Ada] }).Answer.Paths.ShouldBe([AsAdditional]);

    [Fact]
    public void A_member_of_an_assigned_group_has_access() =>
        Unassigned.With(license: pro => pro with { Groups = [Engineers] }).Answer.Paths.ShouldBe([ByEngineers]);

    [Fact]
    public void Another_users_assignment_opens_nothing() =>
        Unassigned.With(license: pro => pro with { PrimaryUser = Bob, Users = [Cleo] }).Answer.Denial.ShouldBe(Access.NotAssigned);

    [Fact]
    public void A_group_the_user_is_not_in_opens_nothing() =>
        Unassigned.With(license: pro => pro with { Groups = [Engineers] }, user: ada => ada with { Groups = [Sales] })
            .Answer.Denial.ShouldBe(Access.NotAssigned);

    [Fact]
    public void A_deleted_group_opens_nothing() =>
        (Unassigned with { Groups = [Deleted(Group(Engineers, of: Acme))] }).With(license: pro => pro with { Groups = [Engineers] })
            .Answer.Denial.ShouldBe(Access.NotAssigned);

    [Fact]
    public void An_organization_admin_needs_a_path_too() =>
        Unassigned.With(user: ada => ada with { Role = Role.OrganizationAdmin }).Answer.Denial.ShouldBe(Access.NotAssigned);

    [Fact]
    public void Taking_one_path_away_leaves_the_others() =>
        new[]
        {
            AdaAsks.With(license: pro => pro with { PrimaryUser = null }),
            AdaAsks.With(license: pro => pro with { Users = [Bob] }),
            AdaAsks.With(license: pro => pro with { Groups = [Sales] }),
            AdaAsks.With(user: ada => ada with { Groups = [Engineers] }),
            AdaAsks with { Groups = [Deleted(Group(Engineers, of: Acme)), Group(Sales, of: Acme)] },
        }.Select(question => question.Answer.Paths).ShouldBe(
        [
            [AsAdditional, ByEngineers, BySales],
            [AsPrimary, ByEngineers, BySales],
            [AsPrimary, AsAdditional, BySales],
            [AsPrimary, AsAdditional, ByEngineers],
            [AsPrimary, AsAdditional, BySales],
        ]);

    [Fact]
    public void Taking_the_last_path_away_closes_the_licence() =>
        Unassigned.With(license: pro => License.Evolve(pro with { Groups = [Engineers] }, new GroupUnassignedFromLicense(Pro, Engineers)))
            .Answer.Denial.ShouldBe(Access.NotAssigned);

    [Fact]
    public void Joining_a_group_gives_and_leaving_takes_away() =>
        new UserEvent[][] { [], [new UserAddedToGroup(Ada, Engineers)], [new UserAddedToGroup(Ada, Engineers), new UserRemovedFromGroup(Ada, Engineers)] }
            .Select(history => Unassigned
                .With(license: pro => pro with { Groups = [Engineers] }, user: _ => history.Aggregate(Person(Ada, of: Acme), User.Evolve)).Answer.Allowed)
            .ShouldBe([false, true, false]);

    // ---- whose licence ----

    [Fact]
    public void A_personal_licence_is_open_to_its_user_in_or_out_of_an_organization() =>
        new[] { AdaAsks, AdaAsks.With(user: ada => ada with { Organization = null, Groups = [] }) with { Organization = null } }
            .Select(question => question.With(license: pro => pro with { Organization = null, Users = [], Groups = [] }).Answer.Paths)
            .ShouldBe([[AsPrimary], [AsPrimary]]);

    [Fact]
    public void A_personal_licence_is_closed_while_the_users_organization_is_suspended() =>
        (AdaAsks with { Organization = AdaAsks.Organization! with { Suspended = true } }).With(license: pro => pro with { Organization = null })
            .Answer.Denial.ShouldBe(Access.OrganizationSuspended);

    [Fact]
    public void An_organizations_licence_is_closed_to_who_left_it() =>
        (AdaAsks with { Organization = null }).With(user: ada => User.Evolve(ada, new UserMoved(Ada, null))).Answer.Denial.ShouldBe(Access.ForeignLicense);

    [Fact]
    public void Every_denial_says_what_would_change_it() =>
        Access.Denials.ShouldAllBe(denial => denial.Detail.Length > 0 && denial.NearestFix.Length > 0);
}
