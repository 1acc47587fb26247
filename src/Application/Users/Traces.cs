using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.Users;

/// <summary>What is kept of a person beside the history, and goes with the person.</summary>
public sealed class Traces(IDocumentSession session)
{
    /// <summary>Removes them: whatever is held by the user, secrets of tokens, answers that told of the user or of the user's machines, and where refused commands for them came from.</summary>
    public void Remove(UserId user, IReadOnlyCollection<Guid> persons)
    {
        session.QueueSqlCommand("delete from events.mt_doc_claim where data ->> 'holder' = ?", user.ToString());
        foreach (var table in (string[])["credentials", "passwordreset", "twofactorsecret"])
            session.QueueSqlCommand($"delete from events.mt_doc_{table} where id = ?", user.Value);
        session.QueueSqlCommand($"delete from events.mt_doc_accesstokensecret where (data ->> 'accessToken')::uuid in ({Tokens})", user.Value);
        session.QueueSqlCommand($"delete from events.mt_doc_accesstokenuse where id in ({Tokens})", user.Value);
        var ids = (object)persons.Select(id => id.ToString()).ToArray();
        session.QueueSqlCommand("""update events.mt_doc_refusedcommand set data = data || '{"sealedOrigin": null}' where data ->> 'resource' = any(?::text[])""", ids);
        session.QueueSqlCommand($"{Blank} from unnest(?::text[]) person(id) where answered.data -> 'mentions' @> to_jsonb(person.id)", ids);
    }

    /// <summary>Takes back answers that told of somebody who was erased while they were made.</summary>
    public void RemoveLate(DateTimeOffset erasedSince) => session.QueueSqlCommand(
        $"{Blank} from events.mt_doc_erasedperson person where (person.data ->> 'at')::timestamptz > ? and answered.data -> 'mentions' @> to_jsonb(person.id::text)", erasedSince);

    private const string Tokens = "select id from events.mt_doc_accesstoken where (data ->> 'user')::uuid = ?";

    private const string Blank = """update events.mt_doc_answeredrequest answered set data = answered.data || '{"sealedReply": "", "mentions": []}'""";
}
