using EventSourcedOrgs.Domain.Accounts;

namespace EventSourcedOrgs.Domain.Tests.Accounts;

public class OpenAccount : Spec<Account, AccountEvent>
{
    private static readonly AccountId Vendor = new(Number(1));

    private static readonly AccountOpened Opened = new(Vendor, "Vendor Inc.", "vendor", Ada);

    [Fact]
    public void An_account_has_a_name_an_alias_and_one_super_admin() =>
        Given().When(_ => Account.Open(Vendor, "Vendor Inc.", "vendor", Ada)).EachTime().Then(Opened);

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("", "", true)]
    [InlineData("00000001-0000-0000-0000-0000ffffff7f", null, true)]
    [InlineData(null, "vendor", true)]
    [InlineData(null, "VENDOR", true)]
    [InlineData("00000001-0000-0000-0000-0000ffffff7f", "vendor", true)]
    [InlineData("00000002-0000-0000-0000-0000ffffff7f", null, false)]
    [InlineData("00000002-0000-0000-0000-0000ffffff7f", "vendor", false)]
    [InlineData("00000001-0000-0000-0000-0000ffffff7f", "other", false)]
    [InlineData("vendor", null, false)]
    [InlineData(null, "vendo", false)]
    public void A_request_means_it_by_id_by_alias_or_by_naming_none(string? id, string? alias, bool isMeant) =>
        Given(Opened).State.IsMeantBy(id, alias).ShouldBe(isMeant);
}
