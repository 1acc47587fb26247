using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.BadInput;

namespace EventSourcedOrgs.Host.Tests.Security;

/// <summary>What a body may not say it cannot say in passing: a field that an operation's contract does not have is refused, whoever sends it, and changes nothing.</summary>
public class MassAssignmentTests(AuthorizationWorld world) : IClassFixture<AuthorizationWorld>
{
    /// <summary>What somebody would want to set who may not: on any operation whose contract does not name it.</summary>
    private static readonly (string Name, string Value)[] Wanted =
    [
        ("role", "\"admin\""), ("roles", "[\"admin\"]"), ("claims", "[\"user:write\"]"), ("organizationId", $"\"{Guid.Empty}\""), ("allowedUsers", "-1"), ("seatsUsed", "0"),
        ("suspended", "false"), ("deleted", "false"), ("id", $"\"{Guid.Empty}\""), ("userId", $"\"{Guid.Empty}\""), ("createdAt", "\"2020-01-01T00:00:00Z\""),
        ("updatedAt", "\"2020-01-01T00:00:00Z\""), ("resellerId", $"\"{Guid.Empty}\""), ("passwordHash", "\"x\""), ("version", "1"), ("$type", "\"System.Object\""), ("__proto__", "{}"),
    ];

    public static TheoryData<string> Operations => [.. Operation.All.Where(operation => operation.Body is not null).Select(operation => operation.Id)];

    [Theory, MemberData(nameof(Operations))]
    public async Task What_the_contract_does_not_have_is_refused(string id)
    {
        var operation = Operation.All.Single(operation => operation.Id == id);
        var (known, before, wrong) = (operation.Body!["properties"]!.AsObject().Select(property => property.Key).ToHashSet(), await Recorded(), new List<string>());
        foreach (var asker in world.Askers.Where(asker => asker.Name is "user" or "organization-admin" or "super-admin"))
        {
            foreach (var (name, value) in Wanted.Where(field => !known.Contains(field.Name)))
            {
                var body = JsonNode.Parse(world.BodyOf(operation)!)!.AsObject();
                body[name] = JsonNode.Parse(value);
                using var request = new HttpRequestMessage(operation.Method, world.PathOf(operation, Target.Own)) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
                using var response = await asker.Client.SendAsync(request);
                var (status, code) = ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())?["code"]);
                if ((status, code) != (400, "UNKNOWN_FIELD") && (asker.Name == "super-admin" || (status, code) != (403, "FORBIDDEN")))
                    wrong.Add($"{asker.Name} sent {name}: {status} {code}");
            }
        }

        wrong.ShouldBeEmpty(string.Join('\n', wrong));
        (await Recorded()).ShouldBe(before, "something was recorded");
    }

    [Fact]
    public async Task Of_the_fields_that_an_organization_admin_may_send_none_climbs()
    {
        var admin = world.Askers.Single(asker => asker.Name == "organization-admin").Client;
        var path = world.PathOf(Operation.All.Single(operation => operation.Id == "updateOrganizationUser"), Target.Own);
        var before = await Recorded();

        await admin.Patch(path, new { role = "admin" }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        await admin.Patch(path, new { role = "auditor" }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        await admin.Patch(path, new { role = "super-admin" }).ExpectProblem(400, "SUPER_ADMIN_IS_UNIQUE");
        await admin.Patch(path, new { userGroupIds = new[] { Guid.CreateVersion7() } }).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        (await Recorded()).ShouldBe(before);
    }

    private Task<long> Recorded() => world.Host.Scalar<long>("select count(*) from events.mt_events where type <> 'user_signed_in_v1'");
}
