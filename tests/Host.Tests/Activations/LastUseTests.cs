namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>When a licence was last used, of many machines that report at times that are written in many ways.</summary>
public class LastUseTests
{
    [Theory]
    [InlineData("2031-05-01T10:00:00+00:00", "2031-05-01T10:00:00.25+00:00", "2031-05-01T10:00:00.2500000Z")]
    [InlineData("2031-05-01T10:00:00.125+00:00", "2031-05-01T10:00:00.12+00:00", "2031-05-01T10:00:00.1250000Z")]
    [InlineData("2031-05-01T10:00:00+00:00", "2031-05-01T12:00:01+02:00", "2031-05-01T10:00:01.0000000Z")]
    [InlineData("2031-05-01T12:00:01+02:00", "2031-05-01T10:00:02+00:00", "2031-05-01T10:00:02.0000000Z")]
    public async Task The_latest_of_all_counts_however_it_was_written(string first, string second, string latest)
    {
        var sold = await Sold.With(("allowedActivations", 2));
        foreach (var (time, table) in new[] { (first, "activation"), (second, "activationpulse") })
        {
            var id = (await sold.Device().Activate()).Text("aid");
            await sold.Host.Scalar<long>($"with changed as (update events.mt_doc_{table} set data = data || jsonb_build_object('lastSyncedAt', $1::text) where id = $2::uuid returning 1) select count(*) from changed", time, id);
        }

        var told = (await sold.Read()).Text("lastUsedAt");
        DateTimeOffset.Parse(told, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(latest);
    }
}
