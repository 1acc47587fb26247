using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What read models make of the life of an activation.</summary>
public class ActivationRowsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LicenseId Pro = Id.New<LicenseId>();
    private static readonly OrganizationId Acme = Id.New<OrganizationId>();
    private static readonly UserId Ada = Id.New<UserId>();
    private static readonly ActivationId Laptop = Id.New<ActivationId>();
    private static readonly ActivationId Other = Id.New<ActivationId>();

    private static MachineReport Report(ActivationId id) => new(new(MachineOs.Linux), Personal.Of(id, new MachineAddress("drawing-board", null)), new('a', 64), "ada", []);

    private static IReadOnlyList<IEvent> Life =>
    [
        Happened(1, Pro.Value, new LicenseCreated(Pro, Id.New<ProductId>(), null, "KEY", Acme, null, new(), new(), null, Noon, null)),
        Happened(2, Laptop.Value, new ActivationCreated(Laptop, Pro, Id.New<ProductId>(), Ada, Report(Laptop), Noon.AddHours(1), null)),
        Happened(3, Laptop.Value, new ActivationSynced(Laptop, Pro, Report(Laptop), Noon.AddHours(2))),
        Happened(4, Other.Value, new ActivationRefused(Other, Pro, null, "ACTIVATION_LIMIT_REACHED", Report(Other))),
        Happened(5, Laptop.Value, new ActivationMeterCounted(Laptop, Pro, Guid.NewGuid(), "pages", 3)),
        Happened(6, Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.LeaseEnded)),
    ];

    private static IEvent Happened<T>(long position, Guid stream, T data) where T : notnull =>
        new Event<T>(data) { Id = Guid.NewGuid(), StreamId = stream, Sequence = position, Timestamp = Noon.AddMinutes(position), UserName = "anonymous" };

    [Fact]
    public void The_history_names_the_machine_its_user_and_why_it_was_refused() =>
        new ActivationHistory().Fold(Life).Versions(ActivationHistory.Entries).Select(version => version.Row).OrderBy(row => row.Position)
            .Select(row => (row.Kind, row.ActivationId, row.UserId, row.OrganizationId, row.Code)).ShouldBe(
            [
                ("created", null, null, Acme, null), ("activated", Laptop, Ada, Acme, null), ("synced", Laptop, Ada, Acme, null),
                ("activation-refused", Other, null, Acme, "ACTIVATION_LIMIT_REACHED"), ("meter-counted", Laptop, Ada, Acme, null), ("lease-ended", Laptop, Ada, Acme, null),
            ]);

    [Fact]
    public void The_directory_keeps_an_ended_one_and_nothing_of_a_refused_one()
    {
        var directory = new Directory(Application.StoredJson.Options(_ => new byte[32]));
        var versions = directory.Fold(Life).Versions(directory.Activations.Rows).OrderBy(version => version.Since).ToList();
        versions.Select(version => (version.Row.Id, version.Since, version.Until, version.Row.State.LeaseExpiresAt, version.Row.State.End)).ShouldBe(
        [
            (Laptop.Value, 2, 3, Noon.AddHours(1), null), (Laptop.Value, 3, 5, Noon.AddHours(2), null), (Laptop.Value, 5, 6, Noon.AddHours(2), null),
            (Laptop.Value, 6, null, Noon.AddHours(2), ActivationEnd.LeaseEnded),
        ]);
    }

    [Fact]
    public void Of_an_erased_one_no_version_says_where_the_machine_was()
    {
        var directory = new Directory(Application.StoredJson.Options(_ => new byte[32]));
        var versions = directory.Fold([.. Life, Happened(7, Laptop.Value, new ActivationErased(Laptop, Pro))]).Versions(directory.Activations.Rows).ToList();
        versions.Count.ShouldBe(5);
        versions.ShouldAllBe(version => version.Row.State.Report!.Address.Erased && version.Row.State.Report.Address.Value == null);
    }

    [Fact]
    public void The_summary_counts_it_while_it_lasts() =>
        new OrganizationSummary().Fold(Life).Versions(OrganizationSummary.Activations).Select(version => (version.Row.LeaseExpiresAt, version.Since, version.Until)).ShouldBe(
            [(Noon.AddHours(1), 2, 3), (Noon.AddHours(2), 3, 6)]);

    [Fact]
    public void A_time_that_differs_by_less_than_the_database_keeps_makes_no_version()
    {
        var (finer, kept) = (Noon.AddTicks(12_345_678), Noon.AddTicks(12_345_670));
        IReadOnlyList<IEvent> life =
        [
            Happened(1, Pro.Value, new LicenseCreated(Pro, Id.New<ProductId>(), null, "KEY", Acme, null, new(), new(), finer, Noon, null)), Happened(2, Pro.Value, new LicenseExpiryChanged(Pro, kept)),
        ];

        new EffectiveAccess().Fold(life).Versions(EffectiveAccess.Licenses).Select(version => (version.Row.ExpiresAt, version.Since, version.Until)).ShouldBe([(kept, 1, null)]);
        new OrganizationSummary().Fold(life).Versions(OrganizationSummary.Licenses).Select(version => (version.Row.ExpiresAt, version.Since, version.Until)).ShouldBe([(kept, 1, null)]);
    }
}
