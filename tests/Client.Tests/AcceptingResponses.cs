using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Client.Tests;

/// <summary>A response that was carried to the machine is taken only when everything about it is right; each fault has a reason of its own.</summary>
public class AcceptingResponses
{
    private readonly Vendor vendor = new();
    private readonly Laptop laptop;

    public AcceptingResponses() => laptop = new(vendor.Product);

    private Reason? Refused(string response)
    {
        var before = File.Exists(laptop.State) ? File.ReadAllText(laptop.State) : null;
        var outcome = laptop.Client.AcceptOfflineResponse(response);
        outcome.Value.ShouldBeNull();
        (File.Exists(laptop.State) ? File.ReadAllText(laptop.State) : null).ShouldBe(before, "what is refused changes nothing");
        return outcome.Problem?.Reason;
    }

    private string Response(Action<JsonObject>? change = null)
    {
        var claims = vendor.Claims(laptop, laptop.Asked());
        change?.Invoke(claims);
        return vendor.Sign(claims);
    }

    [Fact]
    public void The_right_response_licenses_the_machine_until_it_runs_out()
    {
        var outcome = laptop.Client.AcceptOfflineResponse(Response());
        outcome.Problem.ShouldBeNull();
        laptop.Client.Verify().Succeeded.ShouldBeTrue();
        (laptop.Client.Verify().Value!.IsOffline, laptop.Client.Verify().Value!.ValidUntil).ShouldBe((true, laptop.Clock.Start.AddDays(30)));

        laptop.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        laptop.Client.Verify().Succeeded.ShouldBeTrue();
        laptop.Clock.Advance(TimeSpan.FromSeconds(1));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.ResponseExpired);
        laptop.Client.Verify().Problem!.Code.ShouldBe("response-expired");
    }

    [Fact]
    public void It_is_taken_as_it_was_carried()
    {
        var response = Response();
        var lines = $"-----BEGIN OFFLINE RESPONSE-----\r\n{string.Join("\r\n", response.Chunk(64).Select(line => new string(line)))}\r\n-----END OFFLINE RESPONSE-----\r\n";
        laptop.Client.AcceptOfflineResponse(lines).Problem.ShouldBeNull();
        laptop.Client.AcceptOfflineResponse(new JsonObject { ["offlineResponse"] = Response() }.ToJsonString()).Problem.ShouldBeNull();
    }

    [Theory, InlineData(""), InlineData("hello"), InlineData("a.b"), InlineData("a.b.c"), InlineData("{"), InlineData("{\"offlineResponse\":7}"), InlineData("W10.W10.W10"), InlineData("ü.ü.ü")]
    public void What_is_no_response_is_malformed(string text) => Refused(text).ShouldBe(Reason.Malformed);

    [Fact]
    public void Half_of_it_is_malformed() => Refused(Response().Split('.')[0]).ShouldBe(Reason.Malformed);

    [Fact]
    public void One_that_was_altered_is_refused()
    {
        var response = Response();
        var parts = response.Split('.');
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        claims["orv"] = 4_000_000_000;
        Refused($"{parts[0]}.{Vendor.Encode(claims)}.{parts[2]}").ShouldBe(Reason.Altered);
        laptop.Client.AcceptOfflineResponse(response).Problem.ShouldBeNull("the request still waits for the real one");
    }

    [Fact]
    public void One_that_somebody_else_signed_for_this_product_is_refused() =>
        Refused(new Vendor(another: true).Sign(vendor.Claims(laptop, laptop.Asked()))).ShouldBe(Reason.Altered);

    [Theory, InlineData("none"), InlineData("RS512"), InlineData("rs256")]
    public void Only_the_one_way_of_signing_counts(string algorithm) =>
        Refused(vendor.Sign(vendor.Claims(laptop, laptop.Asked()), algorithm)).ShouldBe(Reason.Altered);

    [Fact]
    public void One_that_ran_out_on_the_way_is_refused()
    {
        var response = Response();
        laptop.Clock.Advance(TimeSpan.FromDays(30));
        Refused(response).ShouldBe(Reason.ResponseExpired);
    }

    [Fact]
    public void One_for_another_machine_is_refused() =>
        Refused(Response(claims => claims["fp"] = new string('b', 64))).ShouldBe(Reason.ForeignMachine);

    [Fact]
    public void One_for_another_product_is_refused()
    {
        var other = new Vendor(another: true);
        Refused(other.Sign(other.Claims(laptop, laptop.Asked()))).ShouldBe(Reason.ForeignProduct);
    }

    [Fact]
    public void One_that_was_used_before_is_refused()
    {
        var response = Response();
        laptop.Client.AcceptOfflineResponse(response).Problem.ShouldBeNull();
        Refused(response).ShouldBe(Reason.OtherRequest);
        laptop.Client.MakeOfflineDeactivation().Succeeded.ShouldBeTrue();
        Refused(response).ShouldBe(Reason.OtherRequest);
    }

    [Fact]
    public void One_to_an_older_request_is_refused()
    {
        var response = Response();
        laptop.Asked();
        Refused(response).ShouldBe(Reason.OtherRequest);
    }

    [Fact]
    public void One_that_nobody_asked_for_is_refused() =>
        Refused(vendor.Sign(vendor.Claims(laptop, Guid.NewGuid()))).ShouldBe(Reason.OtherRequest);

    [Fact]
    public void An_online_token_and_a_request_are_no_responses()
    {
        Refused(Response(claims => claims.Remove("offline"))).ShouldBe(Reason.WrongKind);
        Refused(laptop.Client.MakeOfflineRequest(Laptop.Key)).ShouldBe(Reason.WrongKind);
    }
}
