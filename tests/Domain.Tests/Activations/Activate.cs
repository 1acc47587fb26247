using static EventSourcedOrgs.Domain.Tests.Activations.Machines;

namespace EventSourcedOrgs.Domain.Tests.Activations;

public class Activate : Spec<Activation, ActivationEvent>
{
    private static Outcome Asked(License license, Attempt? attempt = null, Places? places = null, DateTimeOffset? now = null) =>
        Given().When(_ => Activation.New(Laptop, license, attempt ?? Asking, places ?? Places.None, now ?? Noon)).EachTime();

    private static Outcome AskedBy(AccessDecision? access) => Asked(ProWith(policy => policy with { RequireAuthentication = true }), Asking with { User = Ada, Access = access });

    private static AccessDecision Denied(Denial denial) => new([], denial);

    [Fact]
    public void A_machine_takes_a_place() => Asked(ProAsIs).Then(Activated);

    [Fact]
    public void The_last_place_is_a_place() => Asked(ProWith(policy => policy with { AllowedActivations = 3 }), places: Taken(2)).Then(Activated);

    [Fact]
    public void When_all_places_are_taken_there_is_none() =>
        Asked(ProWith(policy => policy with { AllowedActivations = 3 }), places: Taken(3)).ThenRefused(Refusal.ActivationLimitReached(3));

    [Fact]
    public void A_limit_that_was_lowered_takes_no_place_away_and_gives_none() =>
        Asked(ProAsIs, places: Taken(5)).ThenRefused(Refusal.ActivationLimitReached(1));

    [Theory, InlineData(0), InlineData(-1)]
    public void Zero_and_minus_one_are_no_limit(int allowed) => Asked(ProWith(policy => policy with { AllowedActivations = allowed }), places: Taken(99)).Then(Activated);

    [Fact]
    public void Another_product_may_not() => Asked(ProAsIs, Asking with { Product = new(Number(502)) }).ThenRefused(Refusal.InvalidProductId);

    [Fact]
    public void A_revoked_licence_is_refused() => Asked(ProWith(policy => policy, new LicenseRevoked(Pro))).ThenRefused(Refusal.RevokedLicense);

    [Fact]
    public void A_deleted_licence_is_none() => Asked(ProWith(policy => policy, new LicenseDeleted(Pro))).ThenRefused(Refusal.LicenseNotFound);

    [Fact]
    public void A_suspended_or_expired_one_is_for_the_application_to_judge()
    {
        Asked(ProWith(policy => policy, new LicenseSuspended(Pro))).Then(Activated);
        Asked(ProWith(policy => policy, new LicenseExpiryChanged(Pro, Noon.AddDays(-1)))).Then(Activated);
    }

    [Fact]
    public void Before_its_effective_date_it_is_refused_and_at_that_moment_no_longer()
    {
        Asked(ProAsIs, now: Noon.AddTicks(-1)).ThenRefused(Refusal.LicenseNotYetEffective);
        Asked(ProAsIs, now: Noon).Then(Activated);
    }

    [Fact]
    public void One_for_a_server_of_the_customer_is_not_activated_here() =>
        Asked(ProWith(policy => policy with { Type = LicenseType.OnPremiseFloating })).ThenRefused(Refusal.InvalidLicenseType);

    [Fact]
    public void A_virtual_machine_and_a_container_need_permission()
    {
        Asked(ProWith(policy => policy with { AllowVmActivation = false }), On(machine => machine with { VmName = "kvm" })).ThenRefused(Refusal.VmActivationNotAllowed);
        Asked(ProWith(policy => policy with { AllowVmActivation = false })).Then(Activated);
        Asked(ProWith(policy => policy with { AllowContainerActivation = false }), On(machine => machine with { Container = true })).ThenRefused(Refusal.ContainerActivationNotAllowed);
    }

    [Theory]
    [InlineData("1.2", null, true), InlineData("1.2", "1.2", true), InlineData("1.2", "1.2.99", true), InlineData("1.2", "1.3", false), InlineData("1.10", "1.9.1", true)]
    [InlineData("1.2.3", "1.2.4", false), InlineData("1.2.3.4", "1.2.3", true), InlineData("2.0", "10.0", false)]
    public void Releases_are_allowed_up_to_one(string newest, string? release, bool allowed)
    {
        var asked = Asked(ProWith(policy => policy, new LicenseEntitlementChanged(Pro, new() { MaxAllowedReleaseVersion = newest })), On(machine => machine with { ReleaseVersion = release }));
        if (allowed)
            asked.Then(Activated with { Report = On(machine => machine with { ReleaseVersion = release }).Report });
        else
            asked.ThenRefused(Refusal.ReleaseVersionNotAllowed(newest));
    }

    [Fact]
    public void A_licence_for_named_users_wants_one_who_proved_to_be_one_and_has_access()
    {
        AskedBy(new([new(AccessPathKind.PrimaryUser, null)], null)).Then(Activated with { User = Ada });
        AskedBy(Denied(Access.NotAssigned)).ThenRefused(Refusal.AuthenticationFailed(Access.NotAssigned.Detail));
        AskedBy(Denied(Access.UserSuspended)).ThenRefused(Refusal.AuthenticationFailed(Access.UserSuspended.Detail));
        AskedBy(Denied(Access.LicenseExpired)).Then(Activated with { User = Ada });
        AskedBy(null).ThenRefused(Refusal.AuthenticationFailed("The license is for named users."));
    }

    [Fact]
    public void A_lease_is_as_long_as_the_licence_says_and_as_the_client_says_where_it_may()
    {
        LicensePolicy Floating(LicensePolicy policy) => policy with { Type = LicenseType.HostedFloating, LeaseDuration = 60 };
        Asked(ProWith(Floating)).Then(Activated with { LeaseExpiresAt = Noon.AddSeconds(60) });
        Asked(ProWith(Floating), Asking with { LeaseDuration = 5 }).Then(Activated with { LeaseExpiresAt = Noon.AddSeconds(60) });
        Asked(ProWith(policy => Floating(policy) with { AllowClientLeaseDuration = true }), Asking with { LeaseDuration = 5 }).Then(Activated with { LeaseExpiresAt = Noon.AddSeconds(5) });
        Asked(ProWith(policy => Floating(policy) with { LeaseDuration = 0 })).Then(Activated);
        Asked(ProWith(policy => policy with { LeaseDuration = 60 })).Then(Activated);
    }

    [Fact]
    public void With_a_rolling_validity_every_activation_has_its_own_end() =>
        Asked(ProWith(policy => policy, new LicenseTermChanged(Pro, new() { Validity = 60, ExpirationStrategy = ExpirationStrategy.Rolling })))
            .Then(Activated with { ExpiresAt = Noon.AddSeconds(60) });

    [Fact]
    public void Where_a_machine_is_stays_unknown_when_the_licence_says_so() =>
        Asked(ProWith(policy => policy with { DisableGeoLocation = true }), On(machine => machine with { Country = "CH" }))
            .Then(Activated with { Report = Report with { Address = Personal.Of(Laptop, new MachineAddress("drawing-board", null)) } });

    [Fact]
    public void A_refused_attempt_is_a_fact_and_no_activation()
    {
        Given().When(_ => Activation.Refuse(Laptop, ProAsIs, Asking, Refusal.RevokedLicense)).EachTime().Then(new ActivationRefused(Laptop, Pro, null, "REVOKED_LICENSE", Report));
        Given(new ActivationRefused(Laptop, Pro, null, "REVOKED_LICENSE", Report)).State.Exists.ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "", "", "203.0.113.7", true), InlineData("203.0.113.0/24", "", "", "203.0.113.7", true), InlineData("203.0.114.0/24", "", "", "203.0.113.7", false)]
    [InlineData("", "203.0.113.7", "", "203.0.113.7", true), InlineData("", "203.0.113.8", "", "203.0.113.7", false), InlineData("203.0.113.1-203.0.113.9", "", "", "203.0.113.7", true)]
    [InlineData("203.0.113.0/24", "", "203.0.113.7", "203.0.113.7", false), InlineData("203.0.113.0/24", "", "", null, false), InlineData("", "", "203.0.113.7", null, true)]
    [InlineData("203.0.113.0/24", "", "", "::ffff:203.0.113.7", true), InlineData("2001:db8::/32", "", "", "2001:db8::1", true), InlineData("nonsense", "", "", "203.0.113.7", false)]
    [InlineData("203.0.113.1-203.0.113.6", "", "", "203.0.113.7", false), InlineData("::1-203.0.113.9", "", "", "203.0.113.7", false)]
    public void An_address_is_allowed_or_not(string ranges, string allowed, string disallowed, string? address, bool may)
    {
        ValueList<string> List(string text) => text.Length == 0 ? [] : [text];
        var license = ProWith(policy => policy with { AllowedIpRanges = List(ranges), AllowedIpAddresses = List(allowed), DisallowedIpAddresses = List(disallowed) });
        From(address).RefusalBy(license, Noon).ShouldBe(may ? null : Refusal.IpAddressNotAllowed);
    }

    [Theory]
    [InlineData("", "", null, true), InlineData("CH", "", "CH", true), InlineData("ch", "", "CH", true), InlineData("CH", "", "AT", false), InlineData("CH", "", null, false)]
    [InlineData("", "CH", "CH", false), InlineData("", "CH", "AT", true), InlineData("", "CH", null, true)]
    public void A_country_is_allowed_or_not(string allowed, string disallowed, string? country, bool may)
    {
        ValueList<string> List(string text) => text.Length == 0 ? [] : [text];
        var license = ProWith(policy => policy with { AllowedCountries = List(allowed), DisallowedCountries = List(disallowed) });
        On(machine => machine with { Country = country }).RefusalBy(license, Noon).ShouldBe(may ? null : Refusal.CountryNotAllowed);
    }
}
