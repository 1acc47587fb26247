namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>A meter of a licence that counts from nothing again.</summary>
public class MeterResetTests
{
    private static async Task<(Sold Sold, Device Device, string Activation, string Meter)> Used(bool floating)
    {
        var sold = await Sold.With(
            await TestHost.Shared, new { name = "Standard", allowedActivations = 5 }, ("meterAttributes", new[] { new { name = "pages", allowedUses = 10, floating } }));
        var device = sold.Device();
        var activation = (await device.Activate(("meterAttributes", new[] { new { name = "pages", usesIncrement = 10 } }))).Text("aid");
        return (sold, device, activation, sold.License["meterAttributes"]![0]!.Id());
    }

    private static (long Total, long Gross) Of(System.Text.Json.Nodes.JsonNode license) =>
        (license["meterAttributes"]![0]!["totalUses"]!.GetValue<long>(), license["meterAttributes"]![0]!["grossUses"]!.GetValue<long>());

    [Theory, InlineData(true), InlineData(false)]
    public async Task It_counts_from_nothing_and_forgets_nothing(bool floating)
    {
        var (sold, device, activation, meter) = await Used(floating);
        var path = $"/v3/licenses/meter-attributes/{meter}/reset";
        await device.AskToSync(activation, ("meterAttributes", new[] { new { name = "pages", usesIncrement = 1 } })).ExpectProblem(400, "METER_ATTRIBUTE_USES_LIMIT_REACHED");

        var reset = await sold.Designer.Vendor.Post(path).Expect(200);
        reset.ShouldHaveShape(Licenses.LicenseTests.Shape);
        Of(reset).ShouldBe((0, 10));
        Of(await sold.Read()).ShouldBe((0, 10));
        await sold.Designer.Vendor.Post(path).Expect(200);
        (await sold.Host.EventsOf(sold.Id)).Count(name => name == "license_meter_reset_v1").ShouldBe(1);

        var counted = await device.Client.Post($"/v3/activations/meter-attributes/{meter}", new { increment = 4, activationId = activation }).Expect(200);
        (counted["uses"]!.GetValue<long>(), counted["licenseTotalUses"]!.GetValue<long>(), counted["licenseGrossUses"]!.GetValue<long>()).ShouldBe((4, 4, 14));
        (await sold.Designer.Vendor.Get($"/v3/activations/{activation}").Expect(200))["meterAttributes"]![0]!["uses"]!.GetValue<long>().ShouldBe(4);

        await device.Deactivate(activation).Expect(200);
        Of(await sold.Read()).ShouldBe((floating ? 0 : 4, 14));
    }

    [Fact]
    public async Task However_often_it_counts_from_nothing_the_licence_can_be_read()
    {
        const long Half = (long.MaxValue / 2) + 1;
        var sold = await Sold.With(await TestHost.Shared, new { name = "Standard", allowedActivations = 5 }, ("meterAttributes", new[] { new { name = "pages", allowedUses = long.MaxValue } }));
        await sold.Device().Activate(("meterAttributes", new[] { new { name = "pages", usesIncrement = Half } }));
        await sold.Designer.Vendor.Post($"/v3/licenses/meter-attributes/{sold.License["meterAttributes"]![0]!.Id()}/reset").Expect(200);
        await sold.Device().Ask(("meterAttributes", new[] { new { name = "pages", usesIncrement = Half } })).ExpectProblem(400, "METER_ATTRIBUTE_USES_LIMIT_REACHED");
        Of(await sold.Read()).ShouldBe((0, Half));
    }

    [Fact]
    public async Task A_meter_that_is_not_there_is_not_found()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        await vendor.Post($"/v3/licenses/meter-attributes/{Guid.NewGuid()}/reset").ExpectProblem(404, "NOT_FOUND");
    }
}
