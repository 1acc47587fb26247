using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>A licence with so many machines that nobody may have to wait until all of them are through.</summary>
public class ManyMachinesTests
{
    private const string Ends = "from events.mt_events e join events.mt_doc_activation a on a.id = e.stream_id where a.data ->> 'license' = $1 and e.type = 'activation_ended_v1'";

    [Fact]
    public async Task All_are_taken_back_in_steps_of_a_bounded_size_and_the_answer_is_of_the_last()
    {
        var sold = await Sold.With();
        var count = DeleteSomeActivations.Most + 3;
        await Activate(sold, count);
        (await sold.Totals()).ShouldBe((count, 0));
        var preview = await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}&dryRun=true").Expect(200);
        (preview["events"]!.AsArray().Count, preview["truncated"]!.GetValue<bool>()).ShouldBe((DeleteSomeActivations.Most, true));

        using var answer = await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}");

        ((int)answer.StatusCode).ShouldBe(204);
        (await sold.Totals()).ShouldBe((0, 0));
        (await sold.Host.Scalar<long>($"select count(*) {Ends}", sold.Id)).ShouldBe(count);
        (await sold.Host.Scalar<long>($"select max(unit.size) from (select count(*) as size {Ends} group by e.causation_id) unit", sold.Id)).ShouldBe(DeleteSomeActivations.Most);
        answer.Headers.GetValues("X-Position").ShouldBe([$"{await sold.Host.Scalar<long>($"select max(e.seq_id) {Ends}", sold.Id)}"]);
    }

    [Fact]
    public async Task A_dry_run_takes_none_back()
    {
        var sold = await Sold.With();
        await Activate(sold, 2);
        var preview = await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}&dryRun=true").Expect(200);
        (preview["events"]!.AsArray().Count, preview["truncated"]!.GetValue<bool>()).ShouldBe((2, false));
        (await sold.Totals()).ShouldBe((2, 0));
    }

    private static async Task Activate(Sold sold, int count)
    {
        await using var scope = sold.Host.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<Store>();
        store.Context.Set(Caller.System, Origin.None, DateTimeOffset.UtcNow);
        for (var n = 0; n < count; n++)
        {
            var id = Id.New<ActivationId>();
            var report = new MachineReport(new Machine(MachineOs.Linux), Personal.Of(id, new MachineAddress("drawing-board", null)), new string('a', Fingerprint.Shortest), "ada", []);
            store.PersonKeys.Create(id, store.Documents);
            store.Activations.Start(id, [new ActivationCreated(id, LicenseId.From(Guid.Parse(sold.Id)), ProductId.From(Guid.Parse(sold.Designer.Id)), null, report, null, null)]);
        }

        await store.Commit();
    }
}
