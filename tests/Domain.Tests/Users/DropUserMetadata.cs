namespace EventSourcedOrgs.Domain.Tests.Users;

public class DropUserMetadata : Spec<User, UserEvent>
{
    private static readonly MetadataEntry Badge = Entry("badge", "7", id: 901);
    private static readonly MetadataEntry Room = Entry("room", "12", id: 902);

    [Fact]
    public void One_entry_goes_and_the_others_stay() =>
        Given(Came(Ada, of: Acme), new UserMetadataChanged(Ada, Personal.Of(Ada, (ValueList<MetadataEntry>)[Badge, Room])))
            .When(ada => ada.DropMetadata(Badge.Id))
            .OnlyOnce(Refusal.NotFound("Metadata"))
            .Then(new UserMetadataChanged(Ada, Personal.Of(Ada, (ValueList<MetadataEntry>)[Room])));

    [Fact]
    public void An_entry_that_is_not_there_is_not_found()
    {
        Given(Came(Ada, of: Acme)).When(ada => ada.DropMetadata(Badge.Id)).ThenRefused(Refusal.NotFound("Metadata"));
        Given(Came(Ada, of: Acme), new UserMetadataChanged(Ada, Personal.Of(Ada, (ValueList<MetadataEntry>)[Badge])))
            .When(ada => ada.DropMetadata(Room.Id)).ThenRefused(Refusal.NotFound("Metadata"));
    }

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserMetadataChanged(Ada, Personal.Of(Ada, (ValueList<MetadataEntry>)[Badge])), new UserDeleted(Ada))
            .When(ada => ada.DropMetadata(Badge.Id))
            .ThenRefused(Refusal.UserNotFound);
}
