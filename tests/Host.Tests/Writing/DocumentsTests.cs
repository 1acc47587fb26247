using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Writing;

namespace EventSourcedOrgs.Host.Tests.Writing;

/// <summary>What is written of documents that were named more than once.</summary>
public class DocumentsTests
{
    private static readonly Claim Mine = new("x", Guid.NewGuid()), Yours = new("x", Guid.NewGuid());

    private readonly Documents documents = new();

    [Fact]
    public void The_last_word_on_an_id_counts()
    {
        documents.Store("x", Mine);
        documents.Store("x", Yours);
        documents.Store("y", Mine);
        documents.Delete<Claim>("y");
        documents.Delete<PersonKey>(Guid.NewGuid());

        documents.All.Select(document => document.Change).ShouldBe([new(Documents.Kind.Store, Yours), new(Documents.Kind.Delete, null), new(Documents.Kind.Delete, null)]);
    }

    [Fact]
    public void What_is_inserted_after_it_was_deleted_need_not_be_new()
    {
        documents.Delete<Claim>("x");
        documents.Insert("x", Yours);

        documents.All.Single().Change.ShouldBe(new(Documents.Kind.Store, Yours));
    }

    [Fact]
    public void What_is_deleted_after_it_was_inserted_was_never_there()
    {
        documents.Insert("x", Mine);
        documents.Delete<Claim>("x");

        documents.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void What_is_changed_after_it_was_inserted_must_still_be_new()
    {
        documents.Insert("x", Mine);
        documents.Store("x", Yours);

        documents.All.Single().Change.ShouldBe(new(Documents.Kind.Insert, Yours));
    }

    [Fact]
    public void Whoever_names_what_another_inserts_comes_in_the_next_statement()
    {
        var (before, after) = (new Documents(), new Documents());
        before.Insert("x", Mine);
        before.Store("y", Mine);
        after.Follows(before).ShouldBeFalse();
        after.Store("y", Yours);
        after.Delete<Claim>("z");
        after.Follows(before).ShouldBeFalse();
        after.Delete<Claim>("x");
        after.Follows(before).ShouldBeTrue();
        before.Follows(after).ShouldBeFalse();

        var late = new Documents();
        late.Insert("y", Yours);
        late.Follows(before).ShouldBeTrue();
    }
}
