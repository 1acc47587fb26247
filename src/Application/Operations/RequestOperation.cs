using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Operations;

namespace EventSourcedOrgs.Application.Operations;

/// <summary>Records who asked for what to be done with read models or states, before it is done: an event like any other, so that it is sealed with them.</summary>
public sealed record RequestOperation(OperationId Id, string Action, ValueList<string> Subjects) : ICommand<Operation>
{
    public sealed class Handler(Store store) : ICommandHandler<RequestOperation, Operation>
    {
        public Task<Result<Operation>> Handle(RequestOperation command, CancellationToken cancellationToken) =>
            Task.FromResult(store.Operations.Start(command.Id, Operation.New(command.Id, command.Action, command.Subjects)));
    }
}
