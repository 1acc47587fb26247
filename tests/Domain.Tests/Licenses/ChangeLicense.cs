namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class ChangeLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseChanges LeaveAll = new(default, policy => policy, default, default, default, default, default, default);

    [Fact]
    public void What_is_left_out_stays() =>
        Given(ProOf(Acme))
            .When(pro => pro.Change(LeaveAll))
            .ThenNothing();

    [Fact]
    public void What_is_the_same_is_no_change() =>
        Given(ProOf(Acme))
            .When(pro => pro.Change(new(
                "PRO-KEY", policy => policy with { AllowedCountries = [] }, false, false, null, null, ValueList.Of<string>([]),
                ValueList.Of<MetadataEntry>([]))))
            .ThenNothing();

    [Fact]
    public void Each_thing_that_changed_is_one_event() =>
        Given(ProOf(Acme))
            .When(pro => pro.Change(new(
                "OTHER-KEY", policy => policy with { AllowedActivations = 9 }, true, true, Reseller, "Paid", ValueList.Of(["vip"]),
                ValueList.Of([Entry("po", "7")]))))
            .Then(
                new LicenseKeyChanged(Pro, "OTHER-KEY"),
                new LicensePolicyChanged(Pro, new LicensePolicy { AllowedActivations = 9 }),
                new LicenseSuspended(Pro),
                new LicenseRevoked(Pro),
                new LicenseResellerChanged(Pro, Reseller),
                new LicenseNotesChanged(Pro, "Paid"),
                new LicenseTagsChanged(Pro, ["vip"]),
                new LicenseMetadataChanged(Pro, [Entry("po", "7")]));

    [Fact]
    public void Suspension_and_revocation_are_lifted() =>
        Given(ProOf(Acme), new LicenseSuspended(Pro), new LicenseRevoked(Pro))
            .When(pro => pro.Change(LeaveAll with { Suspended = false, Revoked = false }))
            .Then(new LicenseReinstated(Pro), new LicenseRevocationLifted(Pro));

    [Fact]
    public void Revocation_keeps_the_assignments() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new UserAssignedToLicense(Pro, Ada), new LicenseRevoked(Pro))
            .State.ShouldSatisfyAllConditions(
                pro => pro.Groups.ShouldBe([Engineers]),
                pro => pro.Users.ShouldBe([Ada]));

    [Fact]
    public void Null_clears_notes_and_reseller() =>
        Given(ProOf(Acme) with { Reseller = Reseller }, new LicenseNotesChanged(Pro, "Paid"))
            .When(pro => pro.Change(LeaveAll with { Reseller = null, Notes = null }))
            .Then(new LicenseResellerChanged(Pro, null), new LicenseNotesChanged(Pro, null));

    [Fact]
    public void Metadata_sent_again_later_is_no_change() =>
        Given(ProOf(Acme), new LicenseMetadataChanged(Pro, [Entry("po", "7")]))
            .When(pro => pro.Change(LeaveAll with { Metadata = ValueList.Of([LaterEntry("po", "7")]) }))
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.Change(LeaveAll with { Suspended = true }))
            .ThenRefused(Refusal.LicenseNotFound);
}
