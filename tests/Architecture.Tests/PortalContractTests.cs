using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>The portal speaks the contract as it is published, and nothing else.</summary>
public class PortalContractTests
{
    private static readonly string Document = Path.Combine(Approved.Root, "docs", "openapi-v3.json");

    [Fact]
    public void Its_typed_view_of_the_contract_is_that_of_the_document() =>
        PortalContract.Of(File.ReadAllText(Document)).ShouldBeApprovedAs("src/Portal/Api/Contract.g.cs");
}
