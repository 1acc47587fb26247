using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using Marten;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Tells what happens, in the order in which it does: users enter and leave organizations by both streams, as the commands have it.</summary>
internal abstract class Teller
{
    public States States { get; } = new();

    protected DateTimeOffset Now { get; set; }

    protected abstract void Record(Happening happening);

    /// <summary>An organization, as it is now.</summary>
    protected virtual Organization Known(OrganizationId id) => States.Organizations[id];

    protected void Admit(UserId user, OrganizationId? into)
    {
        if (into is { } id)
            Tell(id.Value, States.Organizations[id].Admit(user, SeatAuthority.Vendor));
    }

    protected void Move(User user, OrganizationId? to, Decision<UserEvent> decision)
    {
        if (decision.Refusal is not null || decision.Events.IsEmpty || !user.Exists || user.Organization == to || (to is { } id && !Known(id).Exists))
            return;

        Release(user);
        Admit(user.Id, to);
        Tell(user.Id.Value, decision);
    }

    protected void Delete(User user)
    {
        if (!user.Exists)
            return;

        Release(user);
        Tell(user.Id.Value, user.Delete());
    }

    protected void Tell<TEvent>(Guid stream, Decision<TEvent> decision) where TEvent : notnull
    {
        foreach (var e in decision.Events)
        {
            var happening = new Happening(stream, States.KindOf(e), e, Now);
            Record(happening);
            States.Add(happening);
        }
    }

    private void Release(User user)
    {
        if (user.Organization is { } id)
            Tell(id.Value, States.Organizations[id].Release(user.Id));
    }
}

/// <summary>Brings histories into a store.</summary>
internal sealed class Happenings(IDocumentStore store, PersonKeys keys, string actor)
{
    private readonly HashSet<Guid> streams = [];

    /// <summary>Appends in one transaction, in which streams are not interleaved.</summary>
    public async Task AppendTogetherAsync(IReadOnlyList<Happening> history)
    {
        await using var session = store.LightweightSession();
        session.LastModifiedBy = actor;
        foreach (var stream in history.GroupBy(happening => happening.Stream))
        {
            var events = stream.Select(happening =>
            {
                switch (happening.Data)
                {
                    case UserCreated x: session.Insert(keys.Make(x.User.Value)); break;
                    case ActivationCreated x: session.Insert(keys.Make(x.Activation.Value)); break;
                    case ActivationRefused x: session.Insert(keys.Make(x.Activation.Value)); break;
                }

                var e = session.Events.BuildEvent(happening.Data);
                e.Timestamp = happening.At;
                return (object)e;
            }).ToList();
            if (streams.Add(stream.Key))
                session.Events.StartStream(stream.First().State, stream.Key, events);
            else
                session.Events.Append(stream.Key, events);
        }

        await session.SaveChangesAsync();
    }
}
