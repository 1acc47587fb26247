using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Operations;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever somebody who keeps the service running asks for.</summary>
public abstract record OperationEvent { private protected OperationEvent() { } }

/// <summary>Somebody asked for something to be done with read models or states, named by these texts.</summary>
public sealed record OperationRequested(OperationId Operation, string Action, ValueList<string> Subjects) : OperationEvent;

/// <summary>What somebody asked for to keep the service running. That it was asked for is history; how it went is told where it is done.</summary>
public sealed record Operation(OperationId Id, string Action, ValueList<string> Subjects, Recorded Recorded) : IAggregate<Operation, OperationEvent>
{
    public static Operation Initial { get; } = new(default, "", [], default);

    public Operation With(Recorded recorded) => this with { Recorded = recorded };

    public static Operation Evolve(Operation operation, OperationEvent @event) => @event switch
    {
        OperationRequested e => operation with { Id = e.Operation, Action = e.Action, Subjects = e.Subjects },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Operation.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<OperationEvent> New(OperationId id, string action, ValueList<string> subjects) => [new OperationRequested(id, action, subjects)];
}
